"""What is paid, confirmed and denied stays; a case begins at its beginning; an outcome is what the complainant said."""

from django.db import migrations

from association.migration_ops import append_only, isolate, keep_together

TABLES = ["complaints_factsetaside", "complaints_paymentreport"]
LINKS = [
    ("complaints_factsetaside", "fact_id", "complaints_fact"),
    ("complaints_paymentreport", "complaint_id", "complaints_complaint"),
    ("complaints_paymentreport", "instalment_id", "complaints_instalment"),
    ("complaints_paymentreport", "proof_id", "association_attachment"),
]
FORWARD = """
CREATE FUNCTION portal_complaint_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> 'received' OR NEW.outcome <> 'unknown' OR NEW.timeliness <> 'not_asked' OR NEW.closed_from <> ''
     OR NEW.returned_fen <> 0 OR NEW.accepted_at IS NOT NULL OR NEW.served_at IS NOT NULL
     OR NEW.retired_at IS NOT NULL THEN
    RAISE EXCEPTION 'a complaint begins as received' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER complaint_begins BEFORE INSERT ON complaints_complaint
  FOR EACH ROW EXECUTE FUNCTION portal_complaint_begins();

CREATE FUNCTION portal_guard_complaint() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE answers text[] := ARRAY['not_asked>waiting', 'waiting>on_time', 'waiting>late', 'waiting>missed',
                                'waiting>overtaken', 'missed>late', 'overtaken>waiting'];
DECLARE retiring boolean := NEW.retired_at IS NOT NULL AND OLD.retired_at IS NULL;
BEGIN
  IF retiring AND (OLD.ended_at IS NULL OR NEW.ended_at IS DISTINCT FROM OLD.ended_at) THEN
    RAISE EXCEPTION 'personal data are kept until the case has ended' USING ERRCODE = '23514';
  END IF;
  IF OLD.accepted_at IS NOT NULL AND (
       NEW.claimed_fen <> OLD.claimed_fen
       OR (OLD.paid_fen IS NOT NULL AND NEW.paid_fen IS DISTINCT FROM OLD.paid_fen)
       OR (NOT retiring AND (NEW.respondent_name, NEW.respondent_address)
           IS DISTINCT FROM (OLD.respondent_name, OLD.respondent_address))) THEN
    RAISE EXCEPTION 'an accepted complaint keeps its amounts and its respondent' USING ERRCODE = '23514';
  END IF;
  IF NEW.timeliness <> OLD.timeliness AND NOT OLD.timeliness || '>' || NEW.timeliness = ANY(answers) THEN
    RAISE EXCEPTION 'no step from % to %', OLD.timeliness, NEW.timeliness USING ERRCODE = '23514';
  END IF;
  IF NEW.returned_fen <> OLD.returned_fen AND NEW.returned_fen <> (
       SELECT coalesce(sum(CASE WHEN state = 'denied' THEN received_fen ELSE amount_fen END), 0)
       FROM complaints_paymentreport WHERE complaint_id = NEW.id) THEN
    RAISE EXCEPTION 'what was returned is the sum of the payments that stand' USING ERRCODE = '23514';
  END IF;
  IF NEW.outcome <> OLD.outcome AND NEW.outcome <> 'unknown'
     AND NOT EXISTS (SELECT 1 FROM complaints_survey WHERE complaint_id = NEW.id AND outcome = NEW.outcome)
     AND NOT (NEW.outcome = 'unresolved' AND EXISTS (
       SELECT 1 FROM complaints_followup WHERE complaint_id = NEW.id AND NOT still_holds)) THEN
    RAISE EXCEPTION 'an outcome is what the complainant said' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER guard_complaint BEFORE UPDATE ON complaints_complaint
  FOR EACH ROW EXECUTE FUNCTION portal_guard_complaint();

CREATE FUNCTION portal_keep_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'complaints_personaldata' AND EXISTS (
       SELECT 1 FROM complaints_person JOIN complaints_complaint c ON c.id = complaint_id
       WHERE complaints_person.id = (to_jsonb(OLD) ->> 'person_id')::bigint AND c.retired_at IS NOT NULL) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'who complained is kept with the case' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_person BEFORE DELETE ON complaints_person
  FOR EACH ROW EXECUTE FUNCTION portal_keep_people();
CREATE TRIGGER keep_personal_data BEFORE DELETE ON complaints_personaldata
  FOR EACH ROW EXECUTE FUNCTION portal_keep_people();

CREATE FUNCTION portal_payment_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'denied' AND (NEW.instalment_id IS NULL OR EXISTS (
         SELECT 1 FROM complaints_instalment WHERE id = NEW.instalment_id AND complaint_id = NEW.complaint_id
           AND NEW.amount_fen <= amount_fen)) THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a payment is of an instalment of its case' USING ERRCODE = '23514';
  END IF;
  IF OLD.state || '>' || NEW.state = ANY(ARRAY['reported>confirmed', 'reported>denied', 'confirmed>denied'])
     OR (OLD.state, OLD.answered_at, OLD.received_fen) IS NOT DISTINCT FROM
        (NEW.state, NEW.answered_at, NEW.received_fen) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'no step from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
END$$;
CREATE TRIGGER payment_step BEFORE INSERT OR UPDATE ON complaints_paymentreport
  FOR EACH ROW EXECUTE FUNCTION portal_payment_step();
CREATE TRIGGER keep_payment BEFORE UPDATE OR DELETE ON complaints_paymentreport FOR EACH ROW
  EXECUTE FUNCTION portal_keep_of_complaint('m:state', 'm:answered_at', 'm:received_fen', 'e:proof_id');

CREATE FUNCTION portal_lead_category() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'draft' OR (OLD.state = 'submitted' AND NEW.state = 'screened') THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a lead is put under its category when it is screened' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER lead_category BEFORE UPDATE ON complaints_lead FOR EACH ROW
  WHEN ((OLD.category, OLD.anchor) IS DISTINCT FROM (NEW.category, NEW.anchor))
  EXECUTE FUNCTION portal_lead_category();
"""
MADE = (
    ("complaints_complaint", "complaint_begins"),
    ("complaints_complaint", "guard_complaint"),
    ("complaints_person", "keep_person"),
    ("complaints_personaldata", "keep_personal_data"),
    ("complaints_paymentreport", "payment_step"),
    ("complaints_paymentreport", "keep_payment"),
    ("complaints_lead", "lead_category"),
)
FUNCTIONS = ("complaint_begins", "guard_complaint", "keep_people", "payment_step", "lead_category")
ALWAYS = "".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};" for table, name in MADE)
BACKWARD = "".join(f"DROP TRIGGER {name} ON {table};" for table, name in MADE) + "".join(
    f"DROP FUNCTION portal_{name}();" for name in FUNCTIONS
)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0010_payments"), ("association", "0012_calendar_walls")]
    operations = [
        *[isolate(table) for table in TABLES],
        *[keep_together(*link) for link in LINKS],
        append_only("complaints_factsetaside"),
        migrations.RunSQL(FORWARD + ALWAYS, BACKWARD),
    ]
