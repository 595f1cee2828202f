"""A project with a million labels, in statements: pairs, tags and choices with lists and answers, and units that wait.

Of a hundred labels ninety are settled, five contested and five proposed. One person gave a third of the answers about
tags: 50,000 of 300,000 labels.
"""

from collections.abc import Iterator, Mapping

_AT = "now() - n % 300000 * interval '1 minute'"
_PEOPLE = 40_000

_UNITS = {
    "duplicate": """insert into questions_unit (key, label, answers_count, priority, settled_value, item_id, other_id,
            project_id, question_id)
        select least(a.id, b.id) || '-' || greatest(a.id, b.id), '', 2, 0,
            case when n % 20 < 2 then '' when n % 4 = 0 then 'duplicate' else 'different' end,
            a.id, b.id, :project, :question
        from generate_series(1, :rows) n join questions_item a on a.key = (1 + n % :items)::text
        join questions_item b on b.key = (1 + (n + 1 + n / :items) % :items)::text""",
    "topics": """insert into questions_unit (key, label, answers_count, priority, settled_value, item_id,
            project_id, question_id)
        select a.id || ':label ' || n / :items, 'Label ' || n / :items, 1, 0,
            case when n % 20 < 2 then '' when n % 4 = 0 then 'yes' else 'no' end, a.id, :project, :question
        from generate_series(0, :rows - 1) n join questions_item a on a.key = (1 + n % :items)::text""",
    "tone": """insert into questions_unit (key, label, answers_count, priority, settled_value, item_id,
            project_id, question_id)
        select a.id::text, '', 1, 0, case when n % 20 < 2 then '' when n % 3 = 0 then 'Spam' else 'Fine' end,
            a.id, :project, :question
        from generate_series(0, :rows - 1) n join questions_item a on a.key = (1 + n % :items)::text""",
    "waiting": """insert into questions_unit (key, label, answers_count, priority, settled_value, item_id,
            project_id, question_id)
        select a.id || ':label ' || n / :items, 'Label ' || n / :items, 0, n % 1000 / 1000., '',
            a.id, :project, :question
        from generate_series(0, :rows - 1) n join questions_item a on a.key = (1 + n % :items)::text""",
}
_SAID = "case when u.settled_value <> '' then u.settled_value when k = 0 then :first else :second end"
_WORDS = {
    "duplicate": ("'duplicate'", "'different'", "u.other_id", "''", 2, 2),
    "topics": ("'yes'", "'no'", "null::bigint", "u.label", 1, 1),
    "tone": ("'Spam'", "'Fine'", "null::bigint", "case s when 1 then 'Spam' else 'Fine' end", 1, 2),
}
_EXPOSURES = """insert into judgements_exposure (id, channel, policy, policy_version, epsilon, candidates_hash, pool,
        was_asked, ask_probability, shown_at, annotator_id, item_id, project_id, question_id)
    select lpad(to_hex(4 * u.id + k), 32, '0')::uuid, 'widget', 'ranked', 1, .1, '',
        '[{"candidate": "1"}, {"candidate": "2"}]', false, .1, now() - u.id % 300000 * interval '1 minute',
        :person, u.item_id, :project, :question
    from questions_unit u cross join generate_series(0, :people - 1) k where u.question_id = :question"""
_SLOTS = """insert into judgements_slot (rank, score, reasons, propensity, outcome, seen_at_ms, seen_ms, candidate_id,
        exposure_id, project_id, suggester_id, label)
    select s, .5, '["both mention “archive”"]', .9, case s when 1 then 'accepted' else 'passed' end, 300, 900,
        case s when 1 then :candidate else :passed end, lpad(to_hex(4 * u.id + k), 32, '0')::uuid,
        :project, :suggester, :label
    from questions_unit u cross join generate_series(0, :people - 1) k cross join generate_series(1, :places) s
    where u.question_id = :question"""
_JUDGEMENTS = """insert into judgements_judgement (id, value, origin, via, at_ms, has_conflict_of_interest, item_hash,
        other_hash, judged_at, received_at, payload_digest, annotator_id, item_id, project_id, question_id, unit_id,
        slot_id, exposure_id, note)
    select e.id, :said, 'spontaneous', 'mouse', 900 + u.id % 9000, false, '', '', e.shown_at, e.shown_at, '',
        e.annotator_id, u.item_id,
        :project, :question, u.id, s.id, e.id, ''
    from questions_unit u cross join generate_series(0, :people - 1) k
    join judgements_exposure e on e.id = lpad(to_hex(4 * u.id + k), 32, '0')::uuid
    join judgements_slot s on s.exposure_id = e.id and s.rank = 1 where u.question_id = :question"""
_LIVE = """insert into judgements_livejudgement (annotator_id, judgement_id, project_id, question_id, unit_id)
    select annotator_id, id, :project, :question, unit_id from judgements_judgement where question_id = :question"""
_LABELS = """insert into quality_consensuslabel (state, value, probability, evidence, policy, revision, is_stale,
        settled_at, computed_at, project_id, question_id, unit_id)
    select case when settled_value <> '' then 'settled' when id % 2 = 0 then 'contested' else 'proposed' end,
        case when settled_value <> '' then settled_value else :first end,
        case when settled_value <> '' then .97 else .5 end,
        jsonb_build_object('counts', jsonb_build_object(settled_value, 2), 'votes_count', 2, 'answers_count', 2),
        'confirm', 1, false, case when settled_value <> '' then now() - id % 300000 * interval '1 minute' end,
        now() - id % 300000 * interval '1 minute', :project, :question, id
    from questions_unit where question_id = :question"""

_STEPS = {"lists": _EXPOSURES, "places": _SLOTS, "answers": _JUDGEMENTS, "live": _LIVE, "labels": _LABELS}


def statements(*, labels: int, project: int, suggester: int, questions: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Yield the name of each step and its statement: of the labels 30 % are of pairs, 50 % of tags, 20 % of choices."""
    items = max(labels * 3 // 10, 10)
    told = {"items": items, "project": project, "suggester": suggester}
    yield (
        "people",
        _with(
            """insert into annotators_annotator (kind, subject, pseudonym, epoch, gold_answers_count,
            gold_right_count, project_id)
        select 'customer', 'person-' || n, left(md5(n::text), 16), 0, n % 7, least(n % 7, n % 5), :project
        from generate_series(1, :of) n""",
            told | {"of": _PEOPLE},
        ),
    )
    yield (
        "items",
        _with(
            f"""insert into questions_item (key, kind, title, body, url, author, metadata, created_at,
            content_hash, change_seq, updated_at, project_id)
        select n::text, 'thread', 'Title ' || n, repeat('words and more ', 30) || md5(n::text), '', '', '{{}}', {_AT},
            md5(n::text), n, now(), :project from generate_series(1, :items) n""",
            told,
        ),
    )
    rows = {"duplicate": items, "topics": labels // 2, "tone": labels - items - labels // 2, "waiting": labels}
    for name, question in questions.items():
        of = told | {"rows": rows[name], "question": question}
        yield f"{name}: units", _with(_UNITS[name], of)
        if name in _WORDS:
            yield from _answered(name, of)
    yield "analyze", "vacuum analyze"


def _answered(name: str, told: dict[str, int]) -> Iterator[tuple[str, str]]:
    first, second, candidate, label, people, places = _WORDS[name]
    person = f"(select min(id) from annotators_annotator) + 1 + (u.id * 7 + k) % {_PEOPLE - 1}"
    if name == "topics":
        person = f"case when u.id % 3 = 0 then (select min(id) from annotators_annotator) else {person} end"
    words = {"said": _SAID, "person": person, "first": first, "second": second, "candidate": candidate, "label": label}
    words |= {"passed": "u.item_id" if name == "duplicate" else "null::bigint"}
    for step, text in {
        "lists": _EXPOSURES,
        "places": _SLOTS,
        "answers": _JUDGEMENTS,
        "live": _LIVE,
        "labels": _LABELS,
    }.items():
        yield f"{name}: {step}", _with(text, words | told | {"people": people, "places": places})


def _with(text: str, told: Mapping[str, object]) -> str:
    for name, value in told.items():
        text = text.replace(f":{name}", str(value))
    return text
