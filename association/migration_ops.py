"""Migration operations that put the walls and the append-only rule into PostgreSQL."""

from django.db import migrations

SELECTED = "nullif(current_setting('portal.association', true), '')::bigint"
RULE = f"association_id = {SELECTED}"
NO_SCOPE = f"coalesce({SELECTED}, 0) = 0"


def isolate(table: str) -> migrations.RunSQL:
    """Hide rows of other associations, from the table's owner too."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY one_association ON {table} USING ({RULE}) WITH CHECK ({RULE});"
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_own_id UNIQUE (association_id, id);",
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_own_id;"
        f"DROP POLICY one_association ON {table};"
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


def keep_together(table: str, column: str, parent: str) -> migrations.RunSQL:
    """Row security does not look at foreign keys; this does."""
    name = f"{table}_{column}_same"[:63]
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (association_id, {column}) "
        f"REFERENCES {parent} (association_id, id) DEFERRABLE INITIALLY DEFERRED;",
        f"ALTER TABLE {table} DROP CONSTRAINT {name};",
    )


def append_only(table: str) -> migrations.RunSQL:
    """Rows are written once: UPDATE, DELETE and TRUNCATE are refused, to the owner and in replica mode too."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION portal_deny_change();"
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION portal_deny_change();"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change;"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate;",
        f"DROP TRIGGER {table}_no_change ON {table}; DROP TRIGGER {table}_no_truncate ON {table};",
    )


DENY_CHANGE = migrations.RunSQL(
    """
    CREATE FUNCTION portal_deny_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23514';
    END$$;
    """,
    "DROP FUNCTION portal_deny_change();",
)


def publish(table: str) -> migrations.RunSQL:
    """Let the role of the public search read this table, and nothing else."""
    return migrations.RunSQL(
        f"GRANT SELECT ON {table} TO portal_public;", f"REVOKE ALL ON {table} FROM portal_public;"
    )


def write_own(table: str, *, outside_a_scope: bool = False) -> migrations.RunSQL:
    """Everybody reads; rows are written and deleted only for the association of the scope.

    ``outside_a_scope``: whoever has no scope (the relay, the pages of the platform) may write for any, and delete for none.
    """
    beyond = (
        f"CREATE POLICY begun_outside_a_scope ON {table} FOR INSERT WITH CHECK ({NO_SCOPE});"
        f"CREATE POLICY kept_outside_a_scope ON {table} FOR UPDATE USING ({NO_SCOPE}) WITH CHECK ({NO_SCOPE});"
    )
    return migrations.RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY everybody_reads ON {table} FOR SELECT USING (true);"
        f"CREATE POLICY one_association_writes ON {table} USING ({RULE}) WITH CHECK ({RULE});"
        + (beyond if outside_a_scope else ""),
        (
            f"DROP POLICY begun_outside_a_scope ON {table}; DROP POLICY kept_outside_a_scope ON {table};"
            if outside_a_scope
            else ""
        )
        + f"DROP POLICY one_association_writes ON {table}; DROP POLICY everybody_reads ON {table};"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )
