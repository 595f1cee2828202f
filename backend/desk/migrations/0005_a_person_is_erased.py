"""The one way in which rows that are append-only go: with the person whose they are."""

from django.db import migrations

_ERASE = """
create function earmark_erase_annotator(whom bigint) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    here bigint := nullif(current_setting('app.project', true), '')::bigint;
    person text;
    theirs bigint[];
begin
    select subject into strict person from annotators_annotator where project_id = here and id = whom for update;
    delete from judgements_livejudgement where project_id = here and annotator_id = whom;
    delete from judgements_judgement where project_id = here and annotator_id = whom;
    delete from judgements_withdrawal where project_id = here and annotator_id = whom;
    delete from judgements_ledgerevent where project_id = here and annotator_id = whom;
    delete from judgements_refusedevent where project_id = here and annotator_id = whom;
    delete from judgements_slot where project_id = here and exposure_id in (
        select id from judgements_exposure where project_id = here and annotator_id = whom);
    delete from judgements_exposure where project_id = here and annotator_id = whom;
    delete from assignments_assignment where project_id = here and annotator_id = whom;
    delete from assignments_prompt where project_id = here and annotator_id = whom;
    delete from assignments_visit where project_id = here and annotator_id = whom;
    -- labels in their own words, which nobody else named or answered
    delete from questions_naming where project_id = here and annotator_id = whom;
    select array_agg(named.id) into theirs from questions_namedlabel named
        where named.project_id = here and named.state = 'named'
        and not exists (select from questions_naming n where n.project_id = here and n.named_id = named.id)
        and not exists (
            select from questions_unit u join judgements_judgement j on j.unit_id = u.id and j.project_id = here
            where u.project_id = here and u.question_id = named.question_id and u.label = named.label)
        and not exists (
            select from questions_unit u join assignments_assignment a on a.unit_id = u.id and a.project_id = here
            where u.project_id = here and u.question_id = named.question_id and u.label = named.label);
    create temporary table units_erased on commit drop as
        select u.id from questions_unit u join questions_namedlabel named
        on named.id = any(theirs) and u.question_id = named.question_id and u.label = named.label
        where u.project_id = here;
    delete from quality_labelchange where project_id = here and label_id in (
        select id from quality_consensuslabel where project_id = here and unit_id in (select id from units_erased));
    delete from quality_consensuslabel where project_id = here and unit_id in (select id from units_erased);
    delete from questions_goldanswer where project_id = here and unit_id in (select id from units_erased);
    delete from questions_unit where project_id = here and id in (select id from units_erased);
    delete from questions_namedlabel where project_id = here and id = any(theirs);
    drop table units_erased;
    delete from annotators_hiddenquestion where project_id = here and annotator_id = whom;
    delete from annotators_allowance where project_id = here and annotator_id = whom;
    delete from desk_desklink where project_id = here and subject = person;
    update questions_item set author = '' where project_id = here and author = person;
    delete from annotators_annotator where project_id = here and id = whom;
end $$;
revoke all on function earmark_erase_annotator(bigint) from public;
grant execute on function earmark_erase_annotator(bigint) to earmark_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("annotators", "0002_opting_out"),
        ("assignments", "0005_open_assignments"),
        ("desk", "0004_newcomers_in_a_minute"),
        ("judgements", "0004_a_label_is_shown_once"),
        ("quality", "0002_how_rules_do"),
        ("questions", "0009_weights_of_evidence"),
    ]

    operations = [migrations.RunSQL(_ERASE, "drop function earmark_erase_annotator(bigint);")]
