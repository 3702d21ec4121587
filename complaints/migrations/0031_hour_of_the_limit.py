"""工单时限的时刻: it goes with its day, and is not made shorter behind it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION portal_keep_hour() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the limit of an order is only made longer' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_hour BEFORE UPDATE ON complaints_complaint FOR EACH ROW
  WHEN (NEW.order_due_time IS DISTINCT FROM OLD.order_due_time
        AND NEW.order_due_on IS NOT DISTINCT FROM OLD.order_due_on)
  EXECUTE FUNCTION portal_keep_hour();
ALTER TABLE complaints_complaint ENABLE ALWAYS TRIGGER keep_hour;
"""
BACKWARD = """
DROP TRIGGER keep_hour ON complaints_complaint;
DROP FUNCTION portal_keep_hour();
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0030_joined_by_two")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
