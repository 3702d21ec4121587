"""A text is signed only while the mediator who drew it up has the case; one joint negotiation at a time."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION portal_signed_with_its_mediator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM complaints_agreement a JOIN complaints_mediatorassignment m
               ON m.complaint_id = a.complaint_id AND m.mediator_id = a.mediator_id AND m.state = 'active'
             WHERE a.id = NEW.agreement_id) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a text is signed while the mediator who drew it up has the case' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER signed_with_its_mediator BEFORE INSERT ON complaints_signature
  FOR EACH ROW EXECUTE FUNCTION portal_signed_with_its_mediator();
ALTER TABLE complaints_signature ENABLE ALWAYS TRIGGER signed_with_its_mediator;

CREATE FUNCTION portal_joins_one_at_a_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM complaints_masscase WHERE id = OLD.mass_case_id AND state = 'negotiating') THEN
    RAISE EXCEPTION 'who is negotiated jointly joins no other case' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER joins_one_at_a_time BEFORE UPDATE ON complaints_complaint FOR EACH ROW
  WHEN (OLD.mass_case_id IS NOT NULL AND NEW.mass_case_id IS NOT NULL AND NEW.mass_case_id <> OLD.mass_case_id)
  EXECUTE FUNCTION portal_joins_one_at_a_time();
ALTER TABLE complaints_complaint ENABLE ALWAYS TRIGGER joins_one_at_a_time;
"""
BACKWARD = """
DROP TRIGGER joins_one_at_a_time ON complaints_complaint;
DROP FUNCTION portal_joins_one_at_a_time();
DROP TRIGGER signed_with_its_mediator ON complaints_signature;
DROP FUNCTION portal_signed_with_its_mediator();
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0042_days_given_back")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
