"""更多的墙: who complained, when a side was told, the limit of an order, signatures, officers and breaches stay true."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION portal_keep_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'who complained is settled' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_boxes BEFORE UPDATE ON complaints_personaldata
  FOR EACH ROW EXECUTE FUNCTION portal_keep_identity();
CREATE TRIGGER keep_kind BEFORE UPDATE ON complaints_person FOR EACH ROW
  WHEN ((OLD.kind, OLD.complaint_id, OLD.is_representative)
        IS DISTINCT FROM (NEW.kind, NEW.complaint_id, NEW.is_representative))
  EXECUTE FUNCTION portal_keep_identity();

CREATE FUNCTION portal_keep_said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.shares_phone <> OLD.shares_phone OR (OLD.accepted_at IS NOT NULL AND NEW.is_consumer <> OLD.is_consumer) THEN
    RAISE EXCEPTION 'what the filing said is settled' USING ERRCODE = '23514';
  END IF;
  IF NEW.order_due_on IS DISTINCT FROM OLD.order_due_on
     AND (OLD.order_due_on IS NULL OR NEW.order_due_on IS NULL OR NEW.order_due_on < OLD.order_due_on) THEN
    RAISE EXCEPTION 'the limit of an order is only made longer' USING ERRCODE = '23514';
  END IF;
  IF OLD.state = NEW.state AND (
       OLD.told_complainant_at IS NOT NULL AND NEW.told_complainant_at IS NULL
       OR OLD.told_institution_at IS NOT NULL AND NEW.told_institution_at IS NULL) THEN
    RAISE EXCEPTION 'that a side was told is not untold' USING ERRCODE = '23514';
  END IF;
  IF OLD.receipt_key IS NULL AND NEW.receipt_key IS NOT NULL AND OLD.retired_at IS NOT NULL
     OR OLD.receipt_key IS NOT NULL AND NEW.receipt_key IS NULL AND NEW.retired_at IS NULL THEN
    RAISE EXCEPTION 'a code ends with the personal data' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER keep_said BEFORE UPDATE ON complaints_complaint FOR EACH ROW EXECUTE FUNCTION portal_keep_said();

CREATE TRIGGER keep_asked BEFORE DELETE ON complaints_survey
  FOR EACH ROW EXECUTE FUNCTION portal_keep_of_complaint();

CREATE FUNCTION portal_stays_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was signed stays signed' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER stays_signed BEFORE UPDATE ON complaints_agreement FOR EACH ROW
  WHEN (OLD.signed_at IS NOT NULL AND NEW.signed_at IS DISTINCT FROM OLD.signed_at)
  EXECUTE FUNCTION portal_stays_signed();

CREATE FUNCTION portal_signed_in_mediation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM complaints_agreement a JOIN complaints_complaint c ON c.id = a.complaint_id
             WHERE a.id = NEW.agreement_id AND c.state = 'mediating' AND a.signed_at IS NULL
               AND (NEW.person_id IS NULL OR EXISTS (
                 SELECT 1 FROM complaints_person WHERE id = NEW.person_id AND complaint_id = c.id))
               AND (NEW.method <> 'receipt_code' OR c.receipt_key IS NOT NULL)) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a text is signed while it is mediated, by the people of its case' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER signed_in_mediation BEFORE INSERT ON complaints_signature
  FOR EACH ROW EXECUTE FUNCTION portal_signed_in_mediation();

CREATE FUNCTION portal_lead_officer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'archived' OR NEW.officer_id IS NULL AND NEW.state <> 'screened' OR EXISTS (
       SELECT 1 FROM complaints_leadrecusal WHERE lead_id = NEW.id AND person_id = NEW.officer_id) THEN
    RAISE EXCEPTION 'a lead is in the hands of somebody who was not recused' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER lead_officer BEFORE UPDATE ON complaints_lead FOR EACH ROW
  WHEN (OLD.officer_id IS DISTINCT FROM NEW.officer_id) EXECUTE FUNCTION portal_lead_officer();

-- What was promised: an agreement that both signed, or a settlement; no breach is of more than that.
CREATE FUNCTION portal_breach_of_something() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM complaints_agreement WHERE complaint_id = NEW.complaint_id AND superseded_at IS NULL
             AND signed_at IS NOT NULL AND amount_fen >= NEW.amount_fen)
     OR EXISTS (SELECT 1 FROM complaints_complaint WHERE id = NEW.complaint_id AND settled_fen >= NEW.amount_fen) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a breach is of something that was promised' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER breach_of_something BEFORE INSERT ON complaints_fact FOR EACH ROW
  WHEN (NEW.kind = 'breach') EXECUTE FUNCTION portal_breach_of_something();
"""
MADE = (
    ("complaints_personaldata", "keep_boxes"),
    ("complaints_person", "keep_kind"),
    ("complaints_complaint", "keep_said"),
    ("complaints_survey", "keep_asked"),
    ("complaints_agreement", "stays_signed"),
    ("complaints_signature", "signed_in_mediation"),
    ("complaints_lead", "lead_officer"),
    ("complaints_fact", "breach_of_something"),
)
FUNCTIONS = (
    "keep_identity",
    "keep_said",
    "stays_signed",
    "signed_in_mediation",
    "lead_officer",
    "breach_of_something",
)
ALWAYS = "".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};" for table, name in MADE)
BACKWARD = "".join(f"DROP TRIGGER {name} ON {table};" for table, name in MADE) + "".join(
    f"DROP FUNCTION portal_{name}();" for name in FUNCTIONS
)


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0026_no_publication'),
    ]

    operations = [migrations.RunSQL(FORWARD + ALWAYS, BACKWARD)]
