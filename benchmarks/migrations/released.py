"""What the released version writes and reads: its tables filled, and its requests in SQL."""

FILL = [
    "insert into projects_project (id, slug, name, host_url, consent_text) values (1, 'forum', 'Forum', '', '')",
    """insert into annotators_annotator (kind, subject, pseudonym, epoch, gold_answers_count, gold_right_count, project_id)
    select 'customer', 'person-' || n, left(md5(n::text), 16), 0, 0, 0, 1 from generate_series(1, 5000) n""",
    """insert into questions_question (slug, kind, prompt, guideline, labels, settling_policy, overlap, minimum, maximum,
        suggesters, candidates_from, shown_count, pool_count, epsilon, ask_probability, policy_version, is_active, project_id)
    values ('duplicate', 'pair', '', '', '[]', 'confirm', 2, 2, 7, '[]', 'earlier', 3, 5, .1, .1, 1, true, 1)""",
    """insert into questions_item (key, kind, title, body, url, author, metadata, created_at, content_hash, change_seq,
        updated_at, project_id)
    select n::text, 'thread', 'Title ' || n, repeat('words ', 40), '', '', '{}', now(), md5(n::text), n, now(), 1
    from generate_series(1, 20000) n""",
    """insert into questions_unit (key, label, answers_count, priority, settled_value, item_id, other_id, project_id, question_id)
    select 'pair-' || n, '', 1, 0, '', 1 + n % 20000, 1 + (n + 1 + n / 20000) % 20000, 1, 1 from generate_series(1, :rows) n""",
    "insert into suggestions_suggester (name, version, state, is_pushed, project_id) values ('host', '1', 'live', true, 1)",
    """insert into suggestions_suggestion (score, reasons, pushed_at, candidate_id, item_id, project_id, question_id, suggester_id)
    select .5, '[]', now(), 1 + n % 20000, 1 + n / 20000, 1, 1, 1 from generate_series(1, :rows) n""",
    """insert into assignments_assignment (answered_at, annotator_id, project_id, unit_id)
    select now(), 1 + n % 5000, 1, n from generate_series(1, :rows) n""",
    """insert into judgements_exposure (id, channel, policy, policy_version, epsilon, candidates_hash, pool, was_asked,
        ask_probability, shown_at, annotator_id, item_id, project_id, question_id)
    select lpad(to_hex(n), 32, '0')::uuid, 'widget', 'ranked', 1, .1, '', '[]', false, .1, now(), 1 + n % 5000, 1 + n % 20000, 1, 1
    from generate_series(0, :rows / 3) n""",
    """insert into judgements_slot (rank, score, reasons, propensity, outcome, candidate_id, exposure_id, project_id, suggester_id)
    select 1 + n % 3, .5, '[]', .9, 'accepted', 1 + n % 20000, lpad(to_hex(n / 3), 32, '0')::uuid, 1, 1
    from generate_series(1, :rows) n""",
    """insert into judgements_judgement (id, value, origin, via, at_ms, has_conflict_of_interest, item_hash, other_hash,
        judged_at, received_at, payload_digest, annotator_id, item_id, project_id, question_id, unit_id, slot_id)
    select lpad(to_hex(n), 32, '0')::uuid, 'duplicate', 'spontaneous', 'mouse', 900, false, '', '', now(), now(), '',
        1 + n % 5000, 1 + n % 20000, 1, 1, n, n from generate_series(1, :rows) n""",
    """insert into judgements_livejudgement (annotator_id, judgement_id, project_id, question_id, unit_id)
    select 1 + n % 5000, lpad(to_hex(n), 32, '0')::uuid, 1, 1, n from generate_series(1, :rows) n""",
]

SHOW = {
    "show": "select id as annotator from annotators_annotator where id = %(person)s",
    "item": "select id as item from questions_item where key = %(key)s and project_id = 1",
    "exposure": """insert into judgements_exposure (id, channel, policy, policy_version, epsilon, candidates_hash, pool,
        was_asked, ask_probability, shown_at, annotator_id, item_id, project_id, question_id)
    values (gen_random_uuid(), 'widget', 'ranked', 1, .1, '', '[]', false, .1, now(), %(annotator)s, %(item)s, 1, 1)
    returning id as exposure""",
    "slots": """insert into judgements_slot (rank, score, reasons, propensity, outcome, candidate_id, exposure_id, project_id,
        suggester_id) select n, .5, '[]', .9, 'unseen', n, %(exposure)s, 1, 1 from generate_series(1, 3) n
    returning id as slot""",
}
MARK = {
    "mark": "select id from annotators_annotator where id = %(annotator)s for update",
    "seen": "update judgements_slot set seen_at_ms = 5 where id = %(slot)s",
    "unit": """update questions_unit set answers_count = answers_count + 1 where id = %(chosen)s
    returning id as unit""",
    "judge": """insert into judgements_judgement (id, value, origin, via, at_ms, has_conflict_of_interest, item_hash, other_hash,
        judged_at, received_at, payload_digest, annotator_id, item_id, project_id, question_id, unit_id, slot_id)
    values (gen_random_uuid(), 'duplicate', 'spontaneous', 'mouse', 900, false, '', '', now(), now(), '', %(annotator)s,
        %(item)s, 1, 1, %(unit)s, %(slot)s) returning id as judgement""",
    "stand": """insert into judgements_livejudgement (annotator_id, judgement_id, project_id, question_id, unit_id)
    values (%(annotator)s, %(judgement)s, 1, 1, %(unit)s)
    on conflict (project_id, question_id, annotator_id, unit_id) do update set judgement_id = excluded.judgement_id""",
    "event": """insert into judgements_ledgerevent (id, kind, seq, at_ms, payload_digest, received_at, annotator_id, exposure_id,
        project_id) values (gen_random_uuid(), 'judge', 1, 900, '', now(), %(annotator)s, %(exposure)s, 1)""",
    "outcome": "update judgements_slot set outcome = 'accepted' where id = %(slot)s",
}
PUSH = {
    "push": """insert into suggestions_suggestion (score, reasons, pushed_at, candidate_id, item_id, project_id, question_id,
        suggester_id)
    values (.7, '[]', now(), %(chosen)s, %(key)s::int, 1, 1, 1)
    on conflict (project_id, question_id, item_id, candidate_id, suggester_id) do update set score = excluded.score""",
}
READ = {
    "read": """select slot.outcome from judgements_slot slot join judgements_exposure shown on shown.id = slot.exposure_id
    where shown.project_id = 1 and shown.item_id = %(chosen)s limit 30""",
    "own": """select said.value from judgements_judgement said join judgements_livejudgement live on live.judgement_id = said.id
    where said.project_id = 1 and said.annotator_id = %(person)s limit 30""",
    "guesses": """select score from suggestions_suggestion where project_id = 1 and question_id = 1 and item_id = 7
    order by score desc limit 20""",
}
