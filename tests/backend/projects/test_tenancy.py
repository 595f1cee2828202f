import pytest
from django.db import ProgrammingError, connection, transaction

from backend.judgements.models import Judgement, LedgerEvent
from backend.projects.models import Project
from backend.projects.tenancy import open_project, tenancy
from backend.quality.models import LabelChange
from backend.questions.models import Item, ItemSnapshot

EXEMPT = {"projects_apikey", "projects_weborigin", "projects_staffmember", "projects_job"}

pytestmark = pytest.mark.django_db(transaction=True)

UNPROTECTED = """
select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'project_id'
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
  and not (c.relrowsecurity and c.relforcerowsecurity
    and exists (select 1 from pg_policies p where p.tablename = c.relname and p.qual like '%app.project%'))
"""


def query(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_no_tenant_table_lacks_a_forced_policy():
    assert {name for (name,) in query(UNPROTECTED)} == EXEMPT
    protected = query("select count(distinct tablename) from pg_policies where policyname = 'of_the_open_project'")
    assert protected[0][0] >= 27


def test_the_app_owns_nothing_and_may_not_pass_by():
    assert query("select current_user")[0][0] == "earmark_app"
    assert query("select rolsuper or rolbypassrls from pg_roles where rolname = current_user") == [(False,)]
    assert query("select count(*) from pg_tables where tableowner = 'earmark_app'") == [(0,)]


def test_without_an_open_door_nothing_is_seen(make_world):
    make_world()
    assert open_project() is None
    assert Item.objects.count() == 0


def test_one_project_never_sees_or_changes_anothers_rows(make_world):
    mine, theirs = make_world("mine"), make_world("theirs")
    with tenancy(mine.project):
        assert set(Item.objects.values_list("project", flat=True)) == {mine.project.pk}
        assert Item.objects.filter(pk=theirs.items["1"].pk).update(title="taken") == 0
        assert Item.objects.filter(pk=theirs.items["1"].pk).delete()[0] == 0
    with tenancy(theirs.project):
        assert Item.objects.get(key="1").title == "Archive function does not work"


def test_a_row_cannot_be_written_into_another_project(make_world):
    mine, theirs = make_world("mine"), make_world("theirs")
    with pytest.raises(ProgrammingError, match="row-level security"), tenancy(mine.project):
        mine.question.pk = None
        mine.question.slug = "smuggled"
        mine.question.project = theirs.project
        mine.question.save(force_insert=True)


def test_doors_nest_and_close(make_world):
    mine, theirs = make_world("mine"), make_world("theirs")
    with tenancy(mine.project):
        with tenancy(theirs.project):
            assert open_project() == theirs.project.pk
        assert open_project() == mine.project.pk
    assert open_project() is None


def test_a_door_is_closed_after_an_error(make_world):
    mine = make_world()
    with pytest.raises(ZeroDivisionError), tenancy(mine.project):
        1 / 0  # noqa: B018
    assert open_project() is None
    with tenancy(mine.project):
        assert Item.objects.count() == 5


@pytest.mark.parametrize("model", [Judgement, LedgerEvent, ItemSnapshot, LabelChange])
def test_what_was_recorded_cannot_be_changed_or_deleted(make_world, model):
    mine = make_world()
    table = model._meta.db_table
    for verb in (f"update {table} set project_id = project_id", f"delete from {table}", f"truncate {table}"):
        with pytest.raises(ProgrammingError, match="permission denied"), tenancy(mine.project), transaction.atomic():
            query(verb)


def test_projects_themselves_are_found_before_a_door_is_open(make_world):
    make_world()
    assert Project.objects.count() == 1
