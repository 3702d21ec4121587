"""异议答复期限 is made longer once, with a reason, before it ends and by the rule for it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

FORWARD = """
CREATE OR REPLACE FUNCTION portal_copy_follows_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.due_at IS DISTINCT FROM OLD.due_at AND NOT EXISTS (
    SELECT 1 FROM association_deadline d WHERE d.case_kind = TG_ARGV[0]
      AND d.code = ANY(string_to_array(TG_ARGV[1], ' '))
      AND d.case_id = (to_jsonb(NEW) ->> TG_ARGV[2])::bigint
      AND d.ends_at = NEW.due_at AND d.reckoning IS NOT DISTINCT FROM NEW.reckoning)
  THEN
    RAISE EXCEPTION 'an end is what the clock says' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
DROP TRIGGER copy_follows_clock ON credit_rating_objection;
CREATE TRIGGER copy_follows_clock BEFORE UPDATE ON credit_rating_objection FOR EACH ROW
  EXECUTE FUNCTION portal_copy_follows_clock('objection', 'ROUND-OBJECTION ROUND-OBJECTION-VERIFY', 'id');
ALTER TABLE credit_rating_objection ENABLE ALWAYS TRIGGER copy_follows_clock;

CREATE FUNCTION portal_objection_extended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.extended_at IS NOT NULL THEN
    RAISE EXCEPTION 'the term of an objection is made longer once' USING ERRCODE = '23514';
  END IF;
  IF OLD.state <> 'filed' OR NEW.extended_at IS NULL OR NEW.extended_at >= OLD.due_at OR NEW.due_at <= OLD.due_at
     OR NOT EXISTS (SELECT 1 FROM association_deadlinerule
                    WHERE id = NEW.rule_id AND code = 'ROUND-OBJECTION-VERIFY') THEN
    RAISE EXCEPTION 'the term of an objection is made longer before it ends, by the rule for it' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER extended_once BEFORE UPDATE ON credit_rating_objection FOR EACH ROW
  WHEN ((OLD.extended_at, OLD.extended_by_id, OLD.extension_reason, OLD.rule_id)
        IS DISTINCT FROM (NEW.extended_at, NEW.extended_by_id, NEW.extension_reason, NEW.rule_id))
  EXECUTE FUNCTION portal_objection_extended();
ALTER TABLE credit_rating_objection ENABLE ALWAYS TRIGGER extended_once;
"""
BACKWARD = """
DROP TRIGGER extended_once ON credit_rating_objection;
DROP FUNCTION portal_objection_extended();
DROP TRIGGER copy_follows_clock ON credit_rating_objection;
CREATE TRIGGER copy_follows_clock BEFORE UPDATE ON credit_rating_objection FOR EACH ROW
  EXECUTE FUNCTION portal_copy_follows_clock('objection', 'ROUND-OBJECTION', 'id');
ALTER TABLE credit_rating_objection ENABLE ALWAYS TRIGGER copy_follows_clock;
CREATE OR REPLACE FUNCTION portal_copy_follows_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.due_at IS DISTINCT FROM OLD.due_at AND NOT EXISTS (
    SELECT 1 FROM association_deadline d WHERE d.case_kind = TG_ARGV[0] AND d.code = TG_ARGV[1]
      AND d.case_id = (to_jsonb(NEW) ->> TG_ARGV[2])::bigint
      AND d.ends_at = NEW.due_at AND d.reckoning IS NOT DISTINCT FROM NEW.reckoning)
  THEN
    RAISE EXCEPTION 'an end is what the clock says' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
"""


class Migration(migrations.Migration):
    dependencies = [("credit_rating", "0016_steps_and_signatures")]
    operations = [
        migrations.AddField("objection", "extended_at", models.DateTimeField("延长时间", null=True)),
        migrations.AddField(
            "objection",
            "extended_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="延长人",
            ),
        ),
        migrations.AddField(
            "objection",
            "extension_reason",
            models.TextField("延长理由", blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "objection",
            models.CheckConstraint(
                name="objection_extended",
                condition=Q(extended_at__isnull=True, extended_by__isnull=True, extension_reason="")
                | Q(extended_at__isnull=False, extended_by__isnull=False) & ~Q(extension_reason=""),
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
