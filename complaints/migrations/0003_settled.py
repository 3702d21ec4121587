"""What was said, decided and signed stays; states follow the step table; mediation and agreement need both sides."""

from django.db import migrations

STEPS = (
    "received>accepted",
    "received>not_accepted",
    "received>transferred",
    "received>withdrawn",
    "accepted>await_reply",
    "accepted>mediating",
    "accepted>settled",
    "accepted>terminated",
    "accepted>withdrawn",
    "not_accepted>received",
    "await_reply>mediating",
    "await_reply>settled",
    "await_reply>terminated",
    "await_reply>withdrawn",
    "mediating>agreed",
    "mediating>settled",
    "mediating>terminated",
    "mediating>withdrawn",
    "settled>await_reply",
    "settled>closed",
    "agreed>breached",
    "agreed>performed",
    "performed>agreed",
    "performed>closed",
    "breached>closed",
    "breached>performed",
    "terminated>closed",
    "closed>agreed",
    "closed>await_reply",
)
FORWARD = f"""
CREATE FUNCTION portal_complaint_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE steps text[] := ARRAY[{", ".join(f"'{step}'" for step in STEPS)}];
BEGIN
  IF NOT OLD.state || '>' || NEW.state = ANY(steps) THEN
    RAISE EXCEPTION 'no step from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
  END IF;
  IF NEW.state = 'mediating' AND 2 <> (
    SELECT count(*) FROM (SELECT DISTINCT ON (party) given FROM complaints_consent
                          WHERE complaint_id = NEW.id ORDER BY party, id DESC) last_word WHERE given) THEN
    RAISE EXCEPTION 'mediation needs the consent of both sides' USING ERRCODE = '23514';
  END IF;
  IF NEW.state = 'agreed' AND NOT EXISTS (
    SELECT 1 FROM complaints_agreement agreement
    WHERE complaint_id = NEW.id AND superseded_at IS NULL AND signed_at IS NOT NULL
      AND 2 = (SELECT count(DISTINCT party) FROM complaints_signature
               WHERE agreement_id = agreement.id AND text_sha256 = agreement.text_sha256)
      AND amount_fen = (SELECT coalesce(sum(amount_fen), 0) FROM complaints_instalment
                        WHERE agreement_id = agreement.id)) THEN
    RAISE EXCEPTION 'an agreement needs both signatures and its instalments' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER complaint_step BEFORE UPDATE ON complaints_complaint
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION portal_complaint_step();

CREATE FUNCTION portal_keep_complaint() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE retiring boolean;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a complaint is kept' USING ERRCODE = '23514';
  END IF;
  retiring := NEW.retired_at IS NOT NULL AND NEW.facts = '' AND NEW.demand = '';
  IF NOT retiring AND OLD.accepted_at IS NOT NULL
     AND (NEW.facts, NEW.demand, NEW.harmed_on) IS DISTINCT FROM (OLD.facts, OLD.demand, OLD.harmed_on) THEN
    RAISE EXCEPTION 'an accepted complaint keeps its words' USING ERRCODE = '23514';
  END IF;
  IF NEW.received_at <> OLD.received_at OR NEW.intake <> OLD.intake OR NEW.order_number <> OLD.order_number
     OR (OLD.accepted_at IS NOT NULL AND (NEW.accepted_at, NEW.accepted_by_id, NEW.institution_id)
         IS DISTINCT FROM (OLD.accepted_at, OLD.accepted_by_id, OLD.institution_id))
     OR (OLD.retired_at IS NOT NULL AND NEW.retired_at IS DISTINCT FROM OLD.retired_at) THEN
    RAISE EXCEPTION 'where a complaint came from and who accepted it is settled' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER keep_complaint BEFORE UPDATE OR DELETE ON complaints_complaint
  FOR EACH ROW EXECUTE FUNCTION portal_keep_complaint();

-- Arguments: "m:column" may change; "e:column" may be emptied once the complaint is de-identified.
CREATE FUNCTION portal_keep_of_complaint() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := to_jsonb(OLD);
  after jsonb;
  allowed text;
  named text;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION '% is kept', TG_TABLE_NAME USING ERRCODE = '23514';
  END IF;
  after := to_jsonb(NEW);
  FOREACH allowed IN ARRAY coalesce(TG_ARGV, ARRAY[]::text[]) LOOP
    named := substr(allowed, 3);
    IF left(allowed, 2) = 'm:' OR (coalesce(after ->> named, '') = '' AND EXISTS (
         SELECT 1 FROM complaints_complaint WHERE id = OLD.complaint_id AND retired_at IS NOT NULL)) THEN
      before := before - named;
      after := after - named;
    END IF;
  END LOOP;
  IF before = after THEN RETURN NEW; END IF;
  RAISE EXCEPTION '% is settled', TG_TABLE_NAME USING ERRCODE = '23514';
END$$;

CREATE FUNCTION portal_signature_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM complaints_agreement WHERE id = NEW.agreement_id AND superseded_at IS NULL
                 AND text_sha256 = NEW.text_sha256) THEN
    RAISE EXCEPTION 'a signature is of the current text' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER signature_fits BEFORE INSERT ON complaints_signature
  FOR EACH ROW EXECUTE FUNCTION portal_signature_fits();

CREATE FUNCTION portal_within_paid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM complaints_complaint WHERE id = NEW.complaint_id AND paid_fen = NEW.paid_fen) THEN
    RAISE EXCEPTION 'an amount is measured by what was paid' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER agreement_of_paid BEFORE INSERT ON complaints_agreement
  FOR EACH ROW EXECUTE FUNCTION portal_within_paid();
CREATE TRIGGER offer_of_paid BEFORE INSERT ON complaints_offer
  FOR EACH ROW EXECUTE FUNCTION portal_within_paid();

CREATE FUNCTION portal_two_representatives() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.is_representative AND 2 < (SELECT count(*) FROM complaints_person
      WHERE complaint_id = NEW.complaint_id AND is_representative) THEN
    RAISE EXCEPTION 'joined complainants have at most two representatives' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END$$;
CREATE TRIGGER two_representatives AFTER INSERT OR UPDATE ON complaints_person
  FOR EACH ROW WHEN (NEW.is_representative) EXECUTE FUNCTION portal_two_representatives();
"""
MADE = (
    ("complaints_complaint", "complaint_step"),
    ("complaints_complaint", "keep_complaint"),
    ("complaints_signature", "signature_fits"),
    ("complaints_agreement", "agreement_of_paid"),
    ("complaints_offer", "offer_of_paid"),
    ("complaints_person", "two_representatives"),
)
# Table, from when on it is kept, and what may still happen to it.
KEPT = (
    ("decision", "", ("e:reason", "m:document_id")),
    ("reply", "", ("e:text",)),
    ("consent", "", ()),
    ("evidence", "", ("e:attachment_id",)),
    ("redaction", "", ("m:state", "m:decided_by_id", "m:decided_at", "m:decision")),
    ("mediatorassignment", "", ("m:state", "m:recusal", "m:reason", "m:ended_at")),
    ("session", "OLD.held_at IS NOT NULL", ("e:minutes", "e:excuse")),
    ("appraisalpause", "", ("m:until_at",)),
    ("offer", "", ("m:state", "m:answered_at", "e:terms")),
    ("agreement", "", ("m:superseded_at", "m:signed_at", "m:document_id", "e:text")),
    ("instalment", "", ("m:paid_on", "m:proof_id")),
    ("survey", "OLD.answered_at IS NOT NULL", ("e:comment",)),
    ("followup", "OLD.answered_at IS NOT NULL", ("e:comment",)),
)
KEEP = "".join(
    f"CREATE TRIGGER keep_{table} BEFORE UPDATE OR DELETE ON complaints_{table} FOR EACH ROW "
    + (f"WHEN ({when}) " if when else "")
    + f"EXECUTE FUNCTION portal_keep_of_complaint({', '.join(repr(change) for change in changes)});"
    for table, when, changes in KEPT
)
TRIGGERS = MADE + tuple((f"complaints_{table}", f"keep_{table}") for table, _when, _changes in KEPT)
ALWAYS = "".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};" for table, name in TRIGGERS)
FUNCTIONS = (
    "complaint_step", "keep_complaint", "keep_of_complaint", "signature_fits", "within_paid", "two_representatives",
)  # fmt: skip
BACKWARD = "".join(f"DROP TRIGGER {name} ON {table};" for table, name in TRIGGERS) + "".join(
    f"DROP FUNCTION portal_{name}();" for name in FUNCTIONS
)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0002_walls")]
    operations = [migrations.RunSQL(FORWARD + KEEP + ALWAYS, BACKWARD)]
