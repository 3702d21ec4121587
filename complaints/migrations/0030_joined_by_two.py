"""合并协商: of two at least, and only of what is still negotiated."""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION portal_joins_while_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state NOT IN ('accepted', 'await_reply', 'mediating') THEN
    RAISE EXCEPTION 'only an open complaint joins a mass case' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER joins_while_open BEFORE UPDATE ON complaints_complaint FOR EACH ROW
  WHEN (NEW.mass_case_id IS NOT NULL AND NEW.mass_case_id IS DISTINCT FROM OLD.mass_case_id)
  EXECUTE FUNCTION portal_joins_while_open();
ALTER TABLE complaints_complaint ENABLE ALWAYS TRIGGER joins_while_open;
"""
BACKWARD = """
DROP TRIGGER joins_while_open ON complaints_complaint;
DROP FUNCTION portal_joins_while_open();
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0029_year_figures")]
    operations = [
        migrations.AddField(
            model_name="masscase",
            name="opened_with",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="合并时的件数"),
        ),
        migrations.AddConstraint(
            model_name="masscase",
            constraint=models.CheckConstraint(
                name="mass_case_of_two", condition=models.Q(opened_with__gte=2)
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
