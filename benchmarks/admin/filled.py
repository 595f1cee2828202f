"""A project of many rows, in statements: people, items, units, lists with their places, answers, labels."""

WORDS = [
    "paper",
    "tray",
    "ink",
    "toner",
    "screen",
    "menu",
    "button",
    "window",
    "folder",
    "letter",
    "draft",
    "stamp",
    "border",
    "corner",
    "banner",
    "lamp",
]
_WORD = "(array['" + "', '".join(WORDS) + "'])"
_AT = "timestamptz '2026-11-01' - n * interval '7 minutes'"

FILL = [
    "insert into projects_project (id, slug, name, host_url, consent_text) values (1, 'drawn', 'Drawn', '', '')",
    f"""insert into annotators_annotator (kind, subject, pseudonym, epoch, gold_answers_count, gold_right_count,
        project_id, created_at)
    select 'customer', 'person-' || n, left(md5(n::text), 10), 0, n % 7, n % 5, 1, {_AT}
    from generate_series(1, :rows) n""",
    """insert into questions_question (slug, kind, prompt, guideline, labels, settling_policy, overlap, minimum,
        maximum, suggesters, candidates_from, shown_count, pool_count, epsilon, ask_probability, policy_version,
        is_active, project_id)
    values ('duplicate', 'pair', '', '', '[]', 'confirm', 2, 2, 7, '[]', 'earlier', 3, 5, .1, .1, 1, true, 1)""",
    f"""insert into questions_item (key, kind, title, body, url, author, metadata, created_at, content_hash, change_seq,
        updated_at, project_id)
    select 'key-' || n, 'thread', initcap({_WORD}[1 + n % 16]) || ' ' || {_WORD}[1 + n / 16 % 16] || ' ' ||
        {_WORD}[1 + n / 256 % 16] || ' case ' || n, repeat('words ', 40), '', '', '{{}}', {_AT},
        md5(n::text), n, now(), 1
    from generate_series(1, :rows) n""",
    """insert into questions_unit (key, label, answers_count, priority, settled_value, item_id, other_id, project_id,
        question_id)
    select 'pair-' || n, '', 1, 0, '', n, 1 + n % :rows, 1, 1 from generate_series(1, :rows) n""",
    """insert into suggestions_suggester (name, version, state, is_pushed, project_id)
    values ('drawn', '1', 'live', true, 1)""",
    f"""insert into judgements_exposure (id, channel, policy, policy_version, epsilon, candidates_hash, pool, was_asked,
        ask_probability, shown_at, annotator_id, item_id, project_id, question_id)
    select lpad(to_hex(n), 32, '0')::uuid, 'widget', 'ranked', 1, .1, '', '[]', false, .1, {_AT}, n, n, 1, 1
    from generate_series(1, :rows) n""",
    """insert into judgements_slot (rank, score, reasons, propensity, outcome, candidate_id, exposure_id, project_id,
        suggester_id)
    select rank, .5, '[]', .9, 'accepted', 1 + (n + rank) % :rows, lpad(to_hex(n), 32, '0')::uuid, 1, 1
    from generate_series(1, :rows) n, generate_series(1, 3) rank""",
    f"""insert into judgements_judgement (id, value, origin, via, at_ms, has_conflict_of_interest, item_hash,
        other_hash, judged_at, received_at, payload_digest, annotator_id, item_id, project_id, question_id, unit_id)
    select lpad(to_hex(n), 32, '0')::uuid, 'duplicate', 'spontaneous', 'mouse', 900, false, '', '',
        {_AT}, now(), '',
        n, n, 1, 1, n from generate_series(1, :rows) n""",
    f"""insert into quality_consensuslabel (state, value, evidence, policy, revision, is_stale, settled_at, probability,
        computed_at, project_id, question_id, unit_id)
    select 'settled', 'duplicate', '{{}}', 'confirm', 1, false, {_AT}, .9, {_AT}, 1, 1, n
    from generate_series(1, :rows) n""",
    "analyze",
]
