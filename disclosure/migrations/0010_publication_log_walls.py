from django.db import migrations

from association.migration_ops import append_only, publish, write_own

LOG, PAYLOAD = "disclosure_publicationlog", "disclosure_publicationpayload"
KEPT = (LOG, "disclosure_publicationcheckpoint", "disclosure_publicationkey")

# An entry that does not continue the chain is refused by the database too, whoever writes it.
FOLLOWS = migrations.RunSQL(
    f"""
    CREATE FUNCTION portal_log_follows() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      told jsonb := NEW.header::jsonb;
      before_seq bigint;
      before_hash text;
    BEGIN
      SELECT seq, hash INTO before_seq, before_hash FROM {LOG}
      WHERE association_id = NEW.association_id ORDER BY seq DESC LIMIT 1;
      IF NEW.seq IS DISTINCT FROM coalesce(before_seq, 0) + 1
        OR told->>'previous' IS DISTINCT FROM coalesce(before_hash, repeat('0', 64))
        OR NEW.hash IS DISTINCT FROM encode(sha256(convert_to(NEW.header, 'UTF8')), 'hex')
        OR (told->>'seq')::bigint IS DISTINCT FROM NEW.seq
        OR told->>'kind' IS DISTINCT FROM NEW.kind
        OR (told->>'subject')::bigint IS DISTINCT FROM NEW.subject
        OR told->>'action' IS DISTINCT FROM NEW.action
        OR told->>'payload_sha256' IS DISTINCT FROM NEW.payload_sha256
      THEN
        RAISE EXCEPTION 'entry % does not continue the publication log', NEW.seq USING ERRCODE = '23514';
      END IF;
      RETURN NEW;
    END$$;
    CREATE TRIGGER publication_log_follows BEFORE INSERT ON {LOG}
      FOR EACH ROW EXECUTE FUNCTION portal_log_follows();
    ALTER TABLE {LOG} ENABLE ALWAYS TRIGGER publication_log_follows;
    """,
    f"DROP TRIGGER publication_log_follows ON {LOG}; DROP FUNCTION portal_log_follows();",
)

# What an entry says is written once, belongs to its hash, and goes only after an entry of the log has said that it will.
PAYLOADS = migrations.RunSQL(
    f"""
    CREATE FUNCTION portal_payload_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (
        SELECT 1 FROM {LOG} WHERE id = NEW.entry_id AND association_id = NEW.association_id
          AND payload_sha256 = encode(sha256(convert_to(NEW.salt || E'\\n' || NEW.text, 'UTF8')), 'hex'))
      THEN
        RAISE EXCEPTION 'payload of another entry' USING ERRCODE = '23514';
      END IF;
      RETURN NEW;
    END$$;
    CREATE FUNCTION portal_payload_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (
        SELECT 1 FROM {LOG} entry JOIN {LOG} said ON said.association_id = entry.association_id
          AND said.kind = 'retraction' AND said.subject = entry.seq
        WHERE entry.id = OLD.entry_id)
      THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23514';
      END IF;
      RETURN OLD;
    END$$;
    CREATE TRIGGER publication_payload_belongs BEFORE INSERT ON {PAYLOAD}
      FOR EACH ROW EXECUTE FUNCTION portal_payload_belongs();
    CREATE TRIGGER publication_payload_stays BEFORE DELETE ON {PAYLOAD}
      FOR EACH ROW EXECUTE FUNCTION portal_payload_stays();
    CREATE TRIGGER {PAYLOAD}_no_change BEFORE UPDATE ON {PAYLOAD}
      FOR EACH ROW EXECUTE FUNCTION portal_deny_change();
    CREATE TRIGGER {PAYLOAD}_no_truncate BEFORE TRUNCATE ON {PAYLOAD}
      FOR EACH STATEMENT EXECUTE FUNCTION portal_deny_change();
    ALTER TABLE {PAYLOAD} ENABLE ALWAYS TRIGGER publication_payload_belongs;
    ALTER TABLE {PAYLOAD} ENABLE ALWAYS TRIGGER publication_payload_stays;
    ALTER TABLE {PAYLOAD} ENABLE ALWAYS TRIGGER {PAYLOAD}_no_change;
    ALTER TABLE {PAYLOAD} ENABLE ALWAYS TRIGGER {PAYLOAD}_no_truncate;
    """,
    f"""
    DROP TRIGGER publication_payload_belongs ON {PAYLOAD};
    DROP TRIGGER publication_payload_stays ON {PAYLOAD};
    DROP TRIGGER {PAYLOAD}_no_change ON {PAYLOAD};
    DROP TRIGGER {PAYLOAD}_no_truncate ON {PAYLOAD};
    DROP FUNCTION portal_payload_belongs();
    DROP FUNCTION portal_payload_stays();
    """,
)


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0009_publication_log")]
    operations = [
        *(write_own(table) for table in (*KEPT, PAYLOAD)),
        *(publish(table) for table in (*KEPT, PAYLOAD)),
        *(append_only(table) for table in KEPT),
        FOLLOWS,
        PAYLOADS,
    ]
