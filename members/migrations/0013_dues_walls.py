"""会费: the walls; a resolution without its figures, a bill without its resolution, a bill below nothing are refused here."""

from django.db import migrations

from association.migration_ops import append_only, isolate, keep_together

TABLES = [
    "members_duesresolution",
    "members_duesstandard",
    "members_duesinvoice",
    "members_duesslip",
    "members_duesentry",
]
LINKS = [
    ("members_duesresolution", "quorum_rule_id", "association_charterrule"),
    ("members_duesresolution", "majority_rule_id", "association_charterrule"),
    ("members_duesresolution", "minutes_id", "association_attachment"),
    ("members_duesstandard", "resolution_id", "members_duesresolution"),
    ("members_duesinvoice", "institution_id", "members_institution"),
    ("members_duesinvoice", "term_id", "members_membershipterm"),
    ("members_duesinvoice", "resolution_id", "members_duesresolution"),
    ("members_duesslip", "invoice_id", "members_duesinvoice"),
    ("members_duesentry", "invoice_id", "members_duesinvoice"),
    ("members_duesentry", "slip_id", "members_duesslip"),
]
FORWARD = """
CREATE FUNCTION portal_dues_adopted(wanted members_duesresolution) RETURNS void LANGUAGE plpgsql AS $$
DECLARE quorum record; majority record; enough boolean; agreed boolean;
BEGIN
  SELECT code, numerator, denominator, is_strict, valid_from, valid_until INTO quorum
    FROM association_charterrule WHERE id = wanted.quorum_rule_id;
  SELECT code, numerator, denominator, is_strict, valid_from, valid_until INTO majority
    FROM association_charterrule WHERE id = wanted.majority_rule_id;
  enough := quorum.code = 'DUES-QUORUM' AND wanted.present > 0
    AND wanted.met_on >= quorum.valid_from AND (quorum.valid_until IS NULL OR wanted.met_on < quorum.valid_until)
    AND CASE WHEN quorum.is_strict
      THEN wanted.present * quorum.denominator > wanted.entitled * quorum.numerator
      ELSE wanted.present * quorum.denominator >= wanted.entitled * quorum.numerator END;
  agreed := majority.code = 'DUES-MAJORITY'
    AND wanted.met_on >= majority.valid_from AND (majority.valid_until IS NULL OR wanted.met_on < majority.valid_until)
    AND CASE WHEN majority.is_strict
      THEN wanted.votes_for * majority.denominator > wanted.present * majority.numerator
      ELSE wanted.votes_for * majority.denominator >= wanted.present * majority.numerator END;
  IF NOT coalesce(enough AND agreed, false) THEN
    RAISE EXCEPTION 'not adopted by the shares of the general meeting' USING ERRCODE = '23514';
  END IF;
END$$;

CREATE FUNCTION portal_keep_dues_resolution() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE may text[] := ARRAY['state', 'published_at', 'published_by_id', 'last_year'];
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'a resolution is kept' USING ERRCODE = '23514'; END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'adopted' OR NEW.last_year IS NOT NULL OR NEW.first_year < extract(year FROM NEW.met_on) THEN
      RAISE EXCEPTION 'a resolution is first adopted, and not for years before it' USING ERRCODE = '23514';
    END IF;
    PERFORM portal_dues_adopted(NEW);
    RETURN NEW;
  END IF;
  IF to_jsonb(NEW) - may <> to_jsonb(OLD) - may
      OR NEW.state <> OLD.state AND (OLD.state, NEW.state) <> ('adopted', 'published')
      OR NEW.state = OLD.state AND (NEW.published_at, NEW.published_by_id)
        IS DISTINCT FROM (OLD.published_at, OLD.published_by_id)
      OR OLD.last_year IS NOT NULL AND NEW.last_year IS DISTINCT FROM OLD.last_year THEN
    RAISE EXCEPTION 'a resolution stays as it was adopted' USING ERRCODE = '23514';
  END IF;
  IF NEW.last_year IS NOT NULL AND EXISTS (
      SELECT 1 FROM members_duesinvoice WHERE resolution_id = NEW.id AND year > NEW.last_year) THEN
    RAISE EXCEPTION 'bills of later years rest on this resolution' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER keep_dues_resolution BEFORE INSERT OR UPDATE OR DELETE ON members_duesresolution
  FOR EACH ROW EXECUTE FUNCTION portal_keep_dues_resolution();

-- At the end of a transaction its scope is closed already: the trigger opens its own and hands the other back.
CREATE FUNCTION portal_dues_every_tier() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before text := current_setting('portal.association', true); named int;
BEGIN
  PERFORM set_config('portal.association', NEW.association_id::text, true);
  SELECT count(*) INTO named FROM members_duesstandard WHERE resolution_id = NEW.id;
  PERFORM set_config('portal.association', coalesce(before, ''), true);
  IF named <> 5 THEN
    RAISE EXCEPTION 'a resolution names an amount for every tier' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END$$;
CREATE CONSTRAINT TRIGGER dues_every_tier AFTER INSERT ON members_duesresolution
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION portal_dues_every_tier();

CREATE FUNCTION portal_dues_invoiced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE rests record; held record; fixed bigint;
BEGIN
  SELECT state, first_year, last_year INTO rests FROM members_duesresolution WHERE id = NEW.resolution_id FOR SHARE;
  IF rests.state IS DISTINCT FROM 'published' OR NEW.year < rests.first_year
      OR NEW.year > coalesce(rests.last_year, NEW.year) THEN
    RAISE EXCEPTION 'no published resolution for this year' USING ERRCODE = '23514';
  END IF;
  SELECT amount_fen INTO fixed FROM members_duesstandard WHERE resolution_id = NEW.resolution_id AND tier = NEW.tier;
  IF fixed IS DISTINCT FROM NEW.amount_fen THEN
    RAISE EXCEPTION 'the amount is not that of the resolution' USING ERRCODE = '23514';
  END IF;
  SELECT institution_id, tier, superseded_at, from_on, until_on INTO held
    FROM members_membershipterm WHERE id = NEW.term_id;
  IF held.institution_id IS DISTINCT FROM NEW.institution_id OR held.tier <> NEW.tier OR held.superseded_at IS NOT NULL
      OR extract(year FROM held.from_on) > NEW.year OR extract(year FROM held.until_on) < NEW.year THEN
    RAISE EXCEPTION 'not a member of this tier in this year' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER dues_invoiced BEFORE INSERT ON members_duesinvoice
  FOR EACH ROW EXECUTE FUNCTION portal_dues_invoiced();

CREATE FUNCTION portal_keep_dues_slip() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE may text[] := ARRAY['state', 'decided_by_id', 'decided_at', 'answer'];
BEGIN
  IF TG_OP = 'INSERT' AND NEW.state = 'waiting' THEN RETURN NEW; END IF;
  IF TG_OP = 'UPDATE' AND OLD.state = 'waiting' AND NEW.state <> 'waiting'
      AND to_jsonb(NEW) - may = to_jsonb(OLD) - may THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a slip is proposed, decided once and kept' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_dues_slip BEFORE INSERT OR UPDATE OR DELETE ON members_duesslip
  FOR EACH ROW EXECUTE FUNCTION portal_keep_dues_slip();

CREATE FUNCTION portal_dues_entered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owed bigint; slip record;
BEGIN
  SELECT amount_fen INTO owed FROM members_duesinvoice WHERE id = NEW.invoice_id FOR UPDATE;
  SELECT owed - coalesce(sum(amount_fen), 0) - NEW.amount_fen INTO owed
    FROM members_duesentry WHERE invoice_id = NEW.invoice_id;
  IF owed IS NULL OR owed < 0 THEN
    RAISE EXCEPTION 'a bill does not fall below nothing' USING ERRCODE = '23514';
  END IF;
  IF NEW.slip_id IS NOT NULL THEN
    SELECT state, kind, invoice_id, amount_fen INTO slip FROM members_duesslip WHERE id = NEW.slip_id;
    IF (slip.state, slip.kind, slip.invoice_id, slip.amount_fen)
        IS DISTINCT FROM ('confirmed', NEW.kind, NEW.invoice_id, NEW.amount_fen) THEN
      RAISE EXCEPTION 'nothing of the kind was confirmed' USING ERRCODE = '23514';
    END IF;
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER dues_entered BEFORE INSERT ON members_duesentry
  FOR EACH ROW EXECUTE FUNCTION portal_dues_entered();
"""
MADE = (
    ("members_duesresolution", "keep_dues_resolution"),
    ("members_duesresolution", "dues_every_tier"),
    ("members_duesinvoice", "dues_invoiced"),
    ("members_duesslip", "keep_dues_slip"),
    ("members_duesentry", "dues_entered"),
)
ALWAYS = "".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};" for table, name in MADE)
BACKWARD = (
    "".join(f"DROP TRIGGER {name} ON {table}; DROP FUNCTION portal_{name}();" for table, name in MADE)
    + "DROP FUNCTION portal_dues_adopted(members_duesresolution);"
)


class Migration(migrations.Migration):
    dependencies = [("members", "0012_dues"), ("association", "0021_charter")]
    operations = [
        *[isolate(table) for table in TABLES],
        *[keep_together(*link) for link in LINKS],
        append_only("members_duesstandard"),
        append_only("members_duesinvoice"),
        append_only("members_duesentry"),
        migrations.RunSQL(FORWARD + ALWAYS, BACKWARD),
    ]
