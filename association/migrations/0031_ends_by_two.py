"""任职终止: of a post that decides by a second person, earlier only, and never of the last who appoints."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

FORWARD = """
CREATE FUNCTION portal_appointment_second_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.appointed_by_id IS NOT NULL AND NOT NEW.awaits AND NEW.confirmed_by_id IS NULL AND NEW.role IN (%(confirmed)s)
     AND EXISTS (SELECT 1 FROM association_appointment a WHERE a.association_id = NEW.association_id
                 AND a.role IN ('secretariat', 'committee_chair') AND NOT a.awaits AND a.user_id <> NEW.appointed_by_id)
  THEN
    RAISE EXCEPTION 'whoever is not the first appoints by a second person' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER appointment_second_person BEFORE INSERT ON association_appointment
  FOR EACH ROW EXECUTE FUNCTION portal_appointment_second_person();
ALTER TABLE association_appointment ENABLE ALWAYS TRIGGER appointment_second_person;

CREATE FUNCTION portal_appointment_end() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moved boolean := OLD.until_on IS DISTINCT FROM NEW.until_on;
  confirmed boolean := OLD.end_confirmed_by_id IS NULL AND NEW.end_confirmed_by_id IS NOT NULL;
BEGIN
  IF moved AND (NEW.until_on IS NULL OR NEW.until_on > OLD.until_on) THEN
    RAISE EXCEPTION 'an appointment is made shorter, never longer' USING ERRCODE = '23514';
  END IF;
  IF NOT moved AND OLD.ends_on IS NOT DISTINCT FROM NEW.ends_on
     AND (OLD.ended_by_id, OLD.end_confirmed_by_id, OLD.end_confirmed_at)
         IS DISTINCT FROM (NEW.ended_by_id, NEW.end_confirmed_by_id, NEW.end_confirmed_at) THEN
    RAISE EXCEPTION 'who ended an appointment stands' USING ERRCODE = '23514';
  END IF;
  IF OLD.end_confirmed_by_id IS NOT NULL AND NEW.end_confirmed_by_id IS NOT NULL
     AND OLD.end_confirmed_by_id <> NEW.end_confirmed_by_id
     OR confirmed AND (NEW.until_on IS DISTINCT FROM OLD.ends_on OR OLD.ended_by_id IS DISTINCT FROM NEW.ended_by_id)
  THEN
    RAISE EXCEPTION 'the second person confirms the end that was proposed' USING ERRCODE = '23514';
  END IF;
  -- What waits has opened nothing yet: whoever declines it, or takes it back, ends nobody.
  IF NOT moved OR OLD.awaits THEN
    RETURN NEW;
  END IF;
  IF NEW.ended_by_id IS NULL THEN
    RAISE EXCEPTION 'an appointment is ended by somebody' USING ERRCODE = '23514';
  END IF;
  -- The clock of practice runs ahead of the server's: whoever began by the server's day holds the post by both.
  IF NEW.role IN (%(confirmed)s) AND NEW.ended_by_id <> NEW.user_id AND NOT confirmed
     AND EXISTS (SELECT 1 FROM association_appointment a WHERE a.association_id = NEW.association_id
                 AND a.role IN ('secretariat', 'committee_chair') AND NOT a.awaits AND a.until_on IS NULL
                 AND a.from_on <= CURRENT_DATE AND a.user_id NOT IN (NEW.ended_by_id, NEW.user_id)) THEN
    RAISE EXCEPTION 'a post that decides is ended by two people' USING ERRCODE = '23514';
  END IF;
  IF NEW.role = 'secretariat'
     AND NOT EXISTS (SELECT 1 FROM association_appointment a WHERE a.association_id = NEW.association_id
                     AND a.id <> NEW.id AND a.role = 'secretariat' AND NOT a.awaits AND a.from_on <= NEW.until_on + 1
                     AND (a.until_on IS NULL OR a.until_on > NEW.until_on)) THEN
    RAISE EXCEPTION 'the last one who appoints stays' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER appointment_end BEFORE UPDATE ON association_appointment
  FOR EACH ROW EXECUTE FUNCTION portal_appointment_end();
ALTER TABLE association_appointment ENABLE ALWAYS TRIGGER appointment_end;
""" % {
    "confirmed": "'secretariat', 'committee_chair', 'committee', 'council', 'district_reviewer', 'assessor', 'mediator', "
    "'institution_admin'"
}
BACKWARD = """
DROP TRIGGER appointment_end ON association_appointment;
DROP FUNCTION portal_appointment_end();
DROP TRIGGER appointment_second_person ON association_appointment;
DROP FUNCTION portal_appointment_second_person();
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
    dependencies = [("association", "0030_peoples_committee")]
    operations = [
        migrations.AddField("appointment", "ends_on", models.DateField("拟终止于", null=True, blank=True)),
        migrations.AddField("appointment", "ended_by", person("提出终止的人")),
        migrations.AddField("appointment", "end_confirmed_by", person("确认终止的人")),
        migrations.AddField(
            "appointment", "end_confirmed_at", models.DateTimeField("确认终止的时间", null=True)
        ),
        migrations.AddConstraint(
            "appointment",
            models.CheckConstraint(
                name="appointment_end_second_person",
                condition=Q(end_confirmed_by__isnull=True, end_confirmed_at__isnull=True)
                | Q(end_confirmed_by__isnull=False, end_confirmed_at__isnull=False, ended_by__isnull=False)
                & Q(ends_on__isnull=True, until_on__isnull=False)
                & ~Q(end_confirmed_by=F("ended_by"))
                & ~Q(end_confirmed_by=F("user")),
            ),
        ),
        migrations.AddConstraint(
            "appointment",
            models.CheckConstraint(
                name="appointment_end_waits",
                condition=Q(ends_on__isnull=True)
                | Q(ended_by__isnull=False, awaits=False, ends_on__gte=F("from_on"))
                & (Q(until_on__isnull=True) | Q(ends_on__lt=F("until_on")))
                & ~Q(ended_by=F("user")),
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
