"""Row-level security for a tenant's table, as a migration operation."""

from django.db.migrations.operations import RunSQL

_PROTECT = """
alter table {table} enable row level security;
alter table {table} force row level security;
create policy of_the_open_project on {table}
    using (project_id = nullif(current_setting('app.project', true), '')::bigint)
    with check (project_id = nullif(current_setting('app.project', true), '')::bigint);
create policy all_rows_for_the_owner on {table} to earmark_owner using (true) with check (true);
"""
_UNPROTECT = """
drop policy all_rows_for_the_owner on {table};
drop policy of_the_open_project on {table};
alter table {table} no force row level security;
alter table {table} disable row level security;
"""
_APPEND_ONLY = "revoke update, delete, truncate on {table} from earmark_app;"
_MUTABLE = "grant update, delete on {table} to earmark_app;"


def protect(*tables: str) -> list[RunSQL]:
    """Return operations that give each table a policy by project; the owner role sees all rows."""
    return [RunSQL(_PROTECT.format(table=t), _UNPROTECT.format(table=t)) for t in tables]


def append_only(*tables: str) -> list[RunSQL]:
    """Return operations that take the right to change or delete rows from the app role."""
    return [RunSQL(_APPEND_ONLY.format(table=t), _MUTABLE.format(table=t)) for t in tables]
