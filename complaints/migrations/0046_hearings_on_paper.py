"""听取意见 from paper: by another than who told, is in charge or found; the finding waits for the term, the own word replaces it."""

from django.db import migrations

KEEP = "portal_keep_hearing"
BEFORE = "IF NOT (OLD.state = 'open' AND NEW.state = 'heard') THEN"
AFTER = (
    "IF NOT (OLD.state = 'open' AND NEW.state = 'heard' OR OLD.state = 'heard' AND NEW.state = 'heard' "
    "AND OLD.method = 'paper' AND NEW.method = 'account' AND NEW.paper_id IS NOT DISTINCT FROM OLD.paper_id) THEN"
)
ANY = "AND state IN ('silent', 'heard'))"
WAITED = (
    "AND (state = 'silent' OR state = 'heard' AND (method = 'account' OR NOT EXISTS ("
    "SELECT 1 FROM association_deadline d WHERE d.case_kind = 'hearing' AND d.code = 'LEAD-HEARING' "
    "AND d.case_id = complaints_leadhearing.id AND d.due_on >= NEW.found_on))))"
)


def changed(function, before, after):
    """One condition; the rest of the function stays."""
    return f"""
DO $$BEGIN
  IF position($q${before}$q$ IN pg_get_functiondef('{function}'::regproc)) = 0 THEN
    RAISE EXCEPTION 'the words of {function} are others';
  END IF;
  EXECUTE replace(pg_get_functiondef('{function}'::regproc), $q${before}$q$, $q${after}$q$);
END$$;
"""


FORWARD = """
CREATE FUNCTION portal_written_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.stated_by_id = NEW.asked_by_id
     OR EXISTS (SELECT 1 FROM complaints_lead WHERE id = NEW.lead_id AND officer_id = NEW.stated_by_id)
     OR EXISTS (SELECT 1 FROM complaints_leadfinding WHERE lead_id = NEW.lead_id
                AND found_by_id = NEW.stated_by_id) THEN
    RAISE EXCEPTION 'who alleges or finds writes down no answer to it' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER written_by_another BEFORE UPDATE ON complaints_leadhearing FOR EACH ROW
  WHEN (OLD.state = 'open' AND NEW.state = 'heard' AND NEW.method = 'paper')
  EXECUTE FUNCTION portal_written_by_another();
ALTER TABLE complaints_leadhearing ENABLE ALWAYS TRIGGER written_by_another;
"""
BACKWARD = """
DROP TRIGGER written_by_another ON complaints_leadhearing;
DROP FUNCTION portal_written_by_another();
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0045_denied_agreements")]
    operations = [
        migrations.RunSQL(changed(KEEP, BEFORE, AFTER), changed(KEEP, AFTER, BEFORE)),
        migrations.RunSQL(
            changed("portal_heard_before", ANY, WAITED), changed("portal_heard_before", WAITED, ANY)
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
