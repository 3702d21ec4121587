"""还回去: what a confirmation and a set-aside stand on, so that both fall with a word that was never said."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from association.migration_ops import keep_together

KEPT = "'m:state', 'm:answered_at', 'm:received_fen', 'm:confirmed_on', 'm:seen_by_id', 'm:proof_id'"
LINKS = [
    ("complaints_paymentreport", "written_id", "complaints_writtendown"),
    ("complaints_factsetaside", "written_id", "complaints_writtendown"),
]
STEPS = "ARRAY['reported>confirmed', 'reported>denied', 'confirmed>denied']"
FORWARD = f"""
DROP TRIGGER keep_payment ON complaints_paymentreport;
CREATE TRIGGER keep_payment BEFORE UPDATE OR DELETE ON complaints_paymentreport FOR EACH ROW
  EXECUTE FUNCTION portal_keep_of_complaint({KEPT}, 'm:written_id');
ALTER TABLE complaints_paymentreport ENABLE ALWAYS TRIGGER keep_payment;

-- Whether this change takes back what stood on a word that was denied, and nothing else.
CREATE FUNCTION portal_confirmed_by_nobody(before complaints_paymentreport, after complaints_paymentreport)
RETURNS boolean LANGUAGE sql AS $$
  SELECT before.written_id IS NOT NULL AND after.written_id IS NULL AND after.confirmed_on IS NULL
    AND before.state = 'confirmed' AND before.received_fen = after.received_fen
    AND before.seen_by_id IS NOT DISTINCT FROM after.seen_by_id
    AND before.proof_id IS NOT DISTINCT FROM after.proof_id
    AND EXISTS (SELECT 1 FROM complaints_writtendown WHERE id = before.written_id AND denied_at IS NOT NULL
                AND (after.state = 'confirmed'
                     OR before.seen_by_id IS NULL AND before.answered_at >= recorded_at))
$$;
CREATE OR REPLACE FUNCTION portal_payment_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'denied' AND (NEW.instalment_id IS NULL OR EXISTS (
         SELECT 1 FROM complaints_instalment WHERE id = NEW.instalment_id AND complaint_id = NEW.complaint_id
           AND NEW.amount_fen <= amount_fen)) THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a payment is of an instalment of its case' USING ERRCODE = '23514';
  END IF;
  IF OLD.state || '>' || NEW.state = ANY({STEPS})
     OR (OLD.state, OLD.answered_at, OLD.received_fen) IS NOT DISTINCT FROM
        (NEW.state, NEW.answered_at, NEW.received_fen)
     OR (NEW.state = 'reported' AND portal_confirmed_by_nobody(OLD, NEW)) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'no step from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
END$$;
CREATE OR REPLACE FUNCTION portal_payment_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.proof_id IS NULL AND OLD.proof_id IS NOT NULL AND EXISTS (
       SELECT 1 FROM complaints_complaint WHERE id = NEW.complaint_id AND retired_at IS NOT NULL) THEN
    RETURN NEW;
  END IF;
  IF portal_confirmed_by_nobody(OLD, NEW) THEN RETURN NEW; END IF;
  IF (OLD.confirmed_on IS NOT NULL AND NEW.confirmed_on IS DISTINCT FROM OLD.confirmed_on)
     OR (OLD.seen_by_id IS NOT NULL AND NEW.seen_by_id IS NULL)
     OR (NEW.seen_by_id IS DISTINCT FROM OLD.seen_by_id AND NEW.proof_id IS NULL)
     OR (OLD.proof_id IS NOT NULL AND NEW.proof_id IS DISTINCT FROM OLD.proof_id) THEN
    RAISE EXCEPTION 'the day of a payment is confirmed once, and seen in a proof' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;

-- What a payment or a set-aside stands on was written down in this case, and was not denied.
CREATE FUNCTION portal_stands_on_written() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE its_case bigint;
BEGIN
  IF TG_TABLE_NAME = 'complaints_factsetaside' THEN
    SELECT complaint_id INTO its_case FROM complaints_fact WHERE id = (to_jsonb(NEW) ->> 'fact_id')::bigint;
  ELSE
    its_case := (to_jsonb(NEW) ->> 'complaint_id')::bigint;
  END IF;
  IF EXISTS (SELECT 1 FROM complaints_writtendown WHERE id = NEW.written_id AND complaint_id = its_case
             AND denied_at IS NULL AND kind IN ('survey', 'follow_up', 'contest', 'payment')) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'it was not written down in this case' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER payment_written BEFORE INSERT ON complaints_paymentreport FOR EACH ROW
  WHEN (NEW.written_id IS NOT NULL) EXECUTE FUNCTION portal_stands_on_written();
CREATE TRIGGER payment_written_later BEFORE UPDATE ON complaints_paymentreport FOR EACH ROW
  WHEN (NEW.written_id IS NOT NULL AND NEW.written_id IS DISTINCT FROM OLD.written_id)
  EXECUTE FUNCTION portal_stands_on_written();
CREATE TRIGGER set_aside_written BEFORE INSERT ON complaints_factsetaside FOR EACH ROW
  WHEN (NEW.written_id IS NOT NULL) EXECUTE FUNCTION portal_stands_on_written();
ALTER TABLE complaints_paymentreport ENABLE ALWAYS TRIGGER payment_written;
ALTER TABLE complaints_paymentreport ENABLE ALWAYS TRIGGER payment_written_later;
ALTER TABLE complaints_factsetaside ENABLE ALWAYS TRIGGER set_aside_written;
"""
BACKWARD = f"""
DROP TRIGGER set_aside_written ON complaints_factsetaside;
DROP TRIGGER payment_written_later ON complaints_paymentreport;
DROP TRIGGER payment_written ON complaints_paymentreport;
DROP FUNCTION portal_stands_on_written();
CREATE OR REPLACE FUNCTION portal_payment_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.proof_id IS NULL AND OLD.proof_id IS NOT NULL AND EXISTS (
       SELECT 1 FROM complaints_complaint WHERE id = NEW.complaint_id AND retired_at IS NOT NULL) THEN
    RETURN NEW;
  END IF;
  IF (OLD.confirmed_on IS NOT NULL AND NEW.confirmed_on IS DISTINCT FROM OLD.confirmed_on)
     OR (OLD.seen_by_id IS NOT NULL AND NEW.seen_by_id IS NULL)
     OR (NEW.seen_by_id IS DISTINCT FROM OLD.seen_by_id AND NEW.proof_id IS NULL)
     OR (OLD.proof_id IS NOT NULL AND NEW.proof_id IS DISTINCT FROM OLD.proof_id) THEN
    RAISE EXCEPTION 'the day of a payment is confirmed once, and seen in a proof' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE OR REPLACE FUNCTION portal_payment_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'denied' AND (NEW.instalment_id IS NULL OR EXISTS (
         SELECT 1 FROM complaints_instalment WHERE id = NEW.instalment_id AND complaint_id = NEW.complaint_id
           AND NEW.amount_fen <= amount_fen)) THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a payment is of an instalment of its case' USING ERRCODE = '23514';
  END IF;
  IF OLD.state || '>' || NEW.state = ANY({STEPS})
     OR (OLD.state, OLD.answered_at, OLD.received_fen) IS NOT DISTINCT FROM
        (NEW.state, NEW.answered_at, NEW.received_fen) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'no step from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
END$$;
DROP FUNCTION portal_confirmed_by_nobody(complaints_paymentreport, complaints_paymentreport);
DROP TRIGGER keep_payment ON complaints_paymentreport;
CREATE TRIGGER keep_payment BEFORE UPDATE OR DELETE ON complaints_paymentreport FOR EACH ROW
  EXECUTE FUNCTION portal_keep_of_complaint({KEPT});
ALTER TABLE complaints_paymentreport ENABLE ALWAYS TRIGGER keep_payment;
"""


def to_written():
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="complaints.writtendown",
        verbose_name="代为登记",
    )


class Migration(migrations.Migration):
    dependencies = [("complaints", "0041_figures_by_two")]
    operations = [
        migrations.AddField(model_name="paymentreport", name="written", field=to_written()),
        migrations.AddField(model_name="factsetaside", name="written", field=to_written()),
        migrations.AddConstraint(
            model_name="paymentreport",
            constraint=models.CheckConstraint(
                name="payment_on_paper",
                condition=Q(("written__isnull", True), Q(("state", "reported"), _negated=True), _connector="OR"),
            ),
        ),
        *[keep_together(*link) for link in LINKS],
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
