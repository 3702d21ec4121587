"""Migration operations that put the walls and the append-only rule into PostgreSQL."""

from django.db import migrations

SELECTED = "nullif(current_setting('portal.association', true), '')::bigint"
RULE = f"association_id = {SELECTED}"


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
