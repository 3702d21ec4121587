"""暂停 of a published result by two people: the columns, and what the database refuses."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

COLUMNS = "'superseded_at', 'suspended_at', 'suspension_reason'"
# What may still change in a published result: who asked for the suspension and who decided too.
LATER = """
DO $$BEGIN
  EXECUTE replace(pg_get_functiondef('portal_keep_publication'::regproc), $q${before}$q$, $q${after}$q$);
END$$;
"""
WITH_PEOPLE = f"{COLUMNS}, 'suspended_by_id', 'suspension_asked_by_id', 'suspension_asked_at'"
ALONE = LATER.format(before=COLUMNS, after=WITH_PEOPLE) + """
CREATE FUNCTION portal_suspended_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.suspended_at IS NULL AND NEW.suspended_at IS NOT NULL
     AND (OLD.suspension_asked_by_id IS NULL OR NEW.suspended_by_id IS NULL
          OR NEW.suspended_by_id = OLD.suspension_asked_by_id
          OR NEW.suspension_reason <> OLD.suspension_reason) THEN
    RAISE EXCEPTION 'a result is suspended by a second person' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER suspended_by_two BEFORE UPDATE ON credit_rating_publication
  FOR EACH ROW EXECUTE FUNCTION portal_suspended_by_two();
ALTER TABLE credit_rating_publication ENABLE ALWAYS TRIGGER suspended_by_two;
"""
BACKWARD = LATER.format(before=WITH_PEOPLE, after=COLUMNS) + """
DROP TRIGGER suspended_by_two ON credit_rating_publication;
DROP FUNCTION portal_suspended_by_two();
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
    dependencies = [("credit_rating", "0014_said_and_decided")]
    operations = [
        migrations.AddField("publication", "suspension_asked_by", person("提请暂停人")),
        migrations.AddField(
            "publication", "suspension_asked_at", models.DateTimeField("提请暂停时间", null=True)
        ),
        migrations.AddField("publication", "suspended_by", person("批准暂停人")),
        migrations.AddConstraint(
            "publication",
            models.CheckConstraint(
                name="publication_suspension_asked",
                condition=Q(suspension_asked_at__isnull=True, suspension_asked_by__isnull=True)
                | Q(suspension_asked_at__isnull=False, suspension_asked_by__isnull=False)
                & ~Q(suspension_reason=""),
            ),
        ),
        migrations.AddConstraint(
            "publication",
            models.CheckConstraint(
                name="publication_suspended_by_two",
                condition=Q(suspended_by__isnull=True) | ~Q(suspended_by=F("suspension_asked_by")),
            ),
        ),
        migrations.RunSQL(ALONE, BACKWARD),
    ]
