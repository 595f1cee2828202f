"""A store with many settled labels, in SQL: items, people, units, lists of three, two answers a unit, beliefs."""

FILL = [
    """insert into annotators_annotator (kind, subject, pseudonym, epoch, gold_answers_count, gold_right_count,
        project_id)
    select 'customer', 'person-' || n, left(md5(n::text), 16), 0, 0, 0, :project from generate_series(1, 5000) n""",
    """insert into questions_item (key, kind, title, body, url, author, metadata, created_at, content_hash, change_seq,
        updated_at, project_id)
    select n::text, 'thread', 'Title ' || n, repeat('words and more ', 30), '', '', '{}',
        now() - n * interval '1 minute', md5(n::text), n, now(), :project from generate_series(1, :rows) n""",
    """insert into questions_unit (key, label, answers_count, priority, settled_value, item_id, other_id, project_id,
        question_id)
    select 'unit-' || n, '', 2, 0, :value, i.id, :other, :project, :question
    from questions_item i cross join lateral (select i.key::int as n) numbered where i.project_id = :project""",
    """insert into judgements_exposure (id, channel, policy, policy_version, epsilon, candidates_hash, pool, was_asked,
        ask_probability, shown_at, annotator_id, item_id, project_id, question_id)
    select lpad(to_hex(2 * u.id + k), 32, '0')::uuid, 'widget', 'ranked', 1, .1, '',
        jsonb_build_array(jsonb_build_object('candidate', '1'), jsonb_build_object('candidate', '2')), false, .1, now(),
        (select min(id) from annotators_annotator) + (u.id * 7 + k) % 5000, u.item_id, :project, :question
    from questions_unit u cross join generate_series(0, 1) k""",
    """insert into judgements_slot (rank, score, reasons, propensity, outcome, candidate_id, exposure_id, project_id,
        label)
    select r, .5, '["both mention “archive”"]', .9, case r when 1 then 'accepted' else 'passed' end,
        :candidate, e.id, :project, :label from judgements_exposure e cross join generate_series(1, 3) r""",
    """insert into judgements_judgement (id, value, origin, via, at_ms, has_conflict_of_interest, item_hash, other_hash,
        judged_at, received_at, payload_digest, annotator_id, item_id, project_id, question_id, unit_id, slot_id,
        exposure_id, note)
    select e.id, :value, 'spontaneous', 'mouse', 900, false, '', '', now(), now(), '', e.annotator_id, e.item_id,
        :project, :question, u.id, s.id, e.id, ''
    from judgements_exposure e join questions_unit u on u.item_id = e.item_id
    join judgements_slot s on s.exposure_id = e.id and s.rank = 1""",
    """insert into judgements_livejudgement (annotator_id, judgement_id, project_id, question_id, unit_id)
    select annotator_id, id, :project, :question, unit_id from judgements_judgement""",
    """insert into quality_consensuslabel (state, value, probability, evidence, policy, revision, is_stale, settled_at,
        computed_at, project_id, question_id, unit_id)
    select 'settled', settled_value, .97,
        jsonb_build_object('counts', jsonb_build_object(settled_value, 2), 'votes_count', 2, 'answers_count', 2),
        'confirm', 1, false, now(), now(), :project, :question, id from questions_unit""",
]
KINDS = {
    "choice": {
        "value": "case n % 3 when 0 then 'Spam' else 'Fine' end",
        "other": "null",
        "candidate": "null",
        "label": "'Label ' || r",
    },
    "pair": {
        "value": "case n % 4 when 0 then 'duplicate' else 'different' end",
        "other": "(select o.id from questions_item o where o.project_id = :project and o.key = (n % :rows + 1)::text)",
        "candidate": "1 + (e.item_id + r) % :rows",
        "label": "''",
    },
}


def statements(kind: str, *, rows: int, project: int, question: int) -> list[str]:
    """Return what fills a store with so many labels of a kind, each of two answers."""
    words = KINDS[kind]
    value = {"unit": words["value"], "judgement": "u.settled_value"}
    filled = []
    for text in FILL:
        of = "judgement" if "into judgements_judgement" in text else "unit"
        text = (
            text.replace(":value", value[of])
            .replace(":other", words["other"])
            .replace(":candidate", words["candidate"])
        )
        text = text.replace(":label", words["label"])
        filled.append(
            text.replace(":rows", str(rows)).replace(":project", str(project)).replace(":question", str(question))
        )
    return filled
