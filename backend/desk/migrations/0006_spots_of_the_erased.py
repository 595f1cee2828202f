"""Erasing a person takes the spots along that they alone marked."""

from importlib import import_module

from django.db import migrations

_BEFORE = import_module("backend.desk.migrations.0005_a_person_is_erased")

_ERASE = """
create or replace function earmark_erase_annotator(whom bigint) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    here bigint := nullif(current_setting('app.project', true), '')::bigint;
    person text;
    theirs bigint[];
    answered bigint[];
begin
    select subject into strict person from annotators_annotator where project_id = here and id = whom for update;
    select array_agg(distinct unit_id) into answered from judgements_judgement
        where project_id = here and annotator_id = whom;
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
    -- spots that nobody else answered or is asked about
    insert into units_erased select u.id from questions_unit u
        where u.project_id = here and u.id = any(answered) and u.anchor is not null
        and not exists (select from judgements_judgement j where j.project_id = here and j.unit_id = u.id)
        and not exists (select from assignments_assignment a where a.project_id = here and a.unit_id = u.id)
        and not exists (select from questions_goldanswer g where g.project_id = here and g.unit_id = u.id);
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
"""


class Migration(migrations.Migration):
    dependencies = [
        ("assignments", "0005_open_assignments"),
        ("desk", "0005_a_person_is_erased"),
        ("judgements", "0005_shown_and_judged_spots"),
        ("quality", "0002_how_rules_do"),
        ("questions", "0011_boundaries_that_differ"),
    ]

    operations = [
        migrations.RunSQL(
            _ERASE, _BEFORE._ERASE.replace("create function", "create or replace function", 1).partition("revoke")[0]
        )
    ]
