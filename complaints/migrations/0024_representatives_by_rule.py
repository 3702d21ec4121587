"""代表人: how many joined complainants may have is what the rule in force on the day of receipt says (art. 11)."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION portal_two_representatives() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE received date;
DECLARE most integer;
BEGIN
  SELECT (received_at AT TIME ZONE 'Asia/Shanghai')::date INTO received FROM complaints_complaint
    WHERE id = NEW.complaint_id;
  SELECT number INTO most FROM association_deadlinerule
    WHERE association_id = NEW.association_id AND code = 'CMP-REPRESENTATIVES' AND valid_from <= received
      AND (valid_until IS NULL OR valid_until > received)
    ORDER BY valid_from DESC LIMIT 1;
  IF most IS NULL OR most < (SELECT count(*) FROM complaints_person
      WHERE complaint_id = NEW.complaint_id AND is_representative) THEN
    RAISE EXCEPTION 'joined complainants have at most as many representatives as the rule says'
      USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END$$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION portal_two_representatives() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.is_representative AND 2 < (SELECT count(*) FROM complaints_person
      WHERE complaint_id = NEW.complaint_id AND is_representative) THEN
    RAISE EXCEPTION 'joined complainants have at most two representatives' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END$$;
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0023_unconfirmed_payments"), ("association", "0028_rules_of_people")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
