"""任职 of those who decide is confirmed by a second person; an appointment is ended, never deleted or rewritten."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

FORWARD = """
CREATE FUNCTION portal_appointment_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'an appointment is ended, never deleted' USING ERRCODE = '23514';
  END IF;
  IF (OLD.user_id, OLD.role, OLD.institution_id, OLD.from_on, OLD.appointed_by_id)
     IS DISTINCT FROM (NEW.user_id, NEW.role, NEW.institution_id, NEW.from_on, NEW.appointed_by_id) THEN
    RAISE EXCEPTION 'what an appointment says never changes' USING ERRCODE = '23514';
  END IF;
  IF OLD.awaits <> NEW.awaits AND (NEW.awaits OR NEW.confirmed_by_id IS NULL) THEN
    RAISE EXCEPTION 'an appointment that waits is confirmed by a second person' USING ERRCODE = '23514';
  END IF;
  IF OLD.confirmed_by_id IS NOT NULL AND (OLD.confirmed_by_id, OLD.confirmed_at)
     IS DISTINCT FROM (NEW.confirmed_by_id, NEW.confirmed_at) THEN
    RAISE EXCEPTION 'a confirmation stands' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER appointment_kept BEFORE UPDATE OR DELETE ON association_appointment
  FOR EACH ROW EXECUTE FUNCTION portal_appointment_kept();
ALTER TABLE association_appointment ENABLE ALWAYS TRIGGER appointment_kept;
"""
BACKWARD = """
DROP TRIGGER appointment_kept ON association_appointment;
DROP FUNCTION portal_appointment_kept();
"""


def person(name):
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name=name,
    )


class Migration(migrations.Migration):
    dependencies = [("association", "0022_told_ends_stay")]
    operations = [
        migrations.AddField("appointment", "awaits", models.BooleanField("等待确认", default=False)),
        migrations.AddField("appointment", "appointed_by", person("聘任人")),
        migrations.AddField("appointment", "confirmed_by", person("确认人")),
        migrations.AddField("appointment", "confirmed_at", models.DateTimeField("确认时间", null=True)),
        migrations.AddConstraint(
            "appointment",
            models.CheckConstraint(
                name="appointment_second_person",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(awaits=False, confirmed_at__isnull=False, appointed_by__isnull=False)
                & ~Q(confirmed_by=F("appointed_by"))
                & ~Q(confirmed_by=F("user")),
            ),
        ),
        migrations.AddConstraint(
            "appointment",
            models.CheckConstraint(
                name="appointment_not_of_oneself",
                condition=Q(appointed_by__isnull=True) | ~Q(appointed_by=F("user")),
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
