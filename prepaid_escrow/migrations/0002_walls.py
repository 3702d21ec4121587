"""Walls; a proposed row changes only by being confirmed, once; a saved calculation never changes."""

from django.db import migrations

from association.migration_ops import append_only, isolate

TWO_EYES = ["prepaid_escrow_interestrate", "prepaid_escrow_refundruleversion"]

FUNCTION = migrations.RunSQL(
    """
    CREATE FUNCTION portal_confirm_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' AND OLD.confirmed_at IS NULL AND NEW.confirmed_at IS NOT NULL
         AND to_jsonb(NEW) - 'confirmed_at' - 'confirmed_by_id' = to_jsonb(OLD) - 'confirmed_at' - 'confirmed_by_id'
      THEN RETURN NEW; END IF;
      RAISE EXCEPTION '% changes only by being confirmed', TG_TABLE_NAME USING ERRCODE = '23514';
    END$$;
    """,
    "DROP FUNCTION portal_confirm_only();",
)


def confirm_only(table):
    """UPDATE but for the confirmation, DELETE and TRUNCATE are refused."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_confirm_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION portal_confirm_only();"
        f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION portal_confirm_only();"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_confirm_only;"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_not_emptied;",
        f"DROP TRIGGER {table}_confirm_only ON {table}; DROP TRIGGER {table}_not_emptied ON {table};",
    )


class Migration(migrations.Migration):
    dependencies = [("prepaid_escrow", "0001_initial"), ("association", "0003_walls")]
    operations = [
        *[isolate(table) for table in (*TWO_EYES, "prepaid_escrow_refundcalculation")],
        FUNCTION,
        *[confirm_only(table) for table in TWO_EYES],
        append_only("prepaid_escrow_refundcalculation"),
    ]
