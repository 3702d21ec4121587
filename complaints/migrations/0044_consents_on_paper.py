"""调解意愿、回避申请 from paper: on a scan of the case, one hand for one side; an institution denies what it never wrote."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from association.migration_ops import keep_together

CONSENT, RECUSAL = "complaints_consent", "complaints_recusalrequest"
OLD_WHERE = "WHERE complaint_id = NEW.id ORDER BY party, id DESC) last_word"
NEW_WHERE = "WHERE complaint_id = NEW.id AND denied_at IS NULL ORDER BY party, id DESC) last_word"


def counted(before, after):
    """Whose last word counts for a mediation; the rest of the function stays."""
    return f"""
DO $$BEGIN
  IF position($q${before}$q$ IN pg_get_functiondef('portal_complaint_step'::regproc)) = 0 THEN
    RAISE EXCEPTION 'the words of a consent are asked for elsewhere';
  END IF;
  EXECUTE replace(pg_get_functiondef('portal_complaint_step'::regproc), $q${before}$q$, $q${after}$q$);
END$$;
"""


def kept(change):
    return f"""
DROP TRIGGER keep_consent ON {CONSENT};
CREATE TRIGGER keep_consent BEFORE UPDATE OR DELETE ON {CONSENT} FOR EACH ROW
  EXECUTE FUNCTION portal_keep_of_complaint({change});
ALTER TABLE {CONSENT} ENABLE ALWAYS TRIGGER keep_consent;
"""


FORWARD = f"""
CREATE FUNCTION portal_side_on_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.method = 'paper') IS DISTINCT FROM EXISTS (
       SELECT 1 FROM complaints_evidence WHERE id = NEW.paper_id AND complaint_id = NEW.complaint_id
         AND kind = 'signed' AND source = 'staff') OR NEW.method <> 'paper' AND NEW.paper_id IS NOT NULL THEN
    RAISE EXCEPTION 'what staff write down for a side stands on a signed paper of the case' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER consent_on_paper BEFORE INSERT ON {CONSENT}
  FOR EACH ROW EXECUTE FUNCTION portal_side_on_paper();
CREATE TRIGGER recusal_on_paper BEFORE INSERT ON {RECUSAL}
  FOR EACH ROW EXECUTE FUNCTION portal_side_on_paper();

CREATE FUNCTION portal_consent_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE other record;
BEGIN
  SELECT method, recorded_by_id INTO other FROM {CONSENT}
    WHERE complaint_id = NEW.complaint_id AND party <> NEW.party AND denied_at IS NULL ORDER BY id DESC LIMIT 1;
  IF other.method = 'paper' AND other.recorded_by_id = NEW.recorded_by_id THEN
    RAISE EXCEPTION 'nobody writes down the consent of both sides' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER consent_by_two BEFORE INSERT ON {CONSENT} FOR EACH ROW
  WHEN (NEW.method = 'paper') EXECUTE FUNCTION portal_consent_by_two();

CREATE FUNCTION portal_consent_denied_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a consent from paper is denied once' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER consent_denied_once BEFORE UPDATE ON {CONSENT} FOR EACH ROW
  WHEN (OLD.denied_at IS NOT NULL AND NEW.denied_at IS DISTINCT FROM OLD.denied_at)
  EXECUTE FUNCTION portal_consent_denied_once();
ALTER TABLE {CONSENT} ENABLE ALWAYS TRIGGER consent_on_paper;
ALTER TABLE {CONSENT} ENABLE ALWAYS TRIGGER consent_by_two;
ALTER TABLE {CONSENT} ENABLE ALWAYS TRIGGER consent_denied_once;
ALTER TABLE {RECUSAL} ENABLE ALWAYS TRIGGER recusal_on_paper;
"""
BACKWARD = f"""
DROP TRIGGER consent_denied_once ON {CONSENT};
DROP TRIGGER consent_by_two ON {CONSENT};
DROP TRIGGER recusal_on_paper ON {RECUSAL};
DROP TRIGGER consent_on_paper ON {CONSENT};
DROP FUNCTION portal_consent_denied_once();
DROP FUNCTION portal_consent_by_two();
DROP FUNCTION portal_side_on_paper();
"""


def paper():
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="complaints.evidence",
        verbose_name="签名的书面意见",
    )


class Migration(migrations.Migration):
    dependencies = [("complaints", "0043_its_mediator_signs")]
    operations = [
        migrations.AddField(model_name="consent", name="paper", field=paper()),
        migrations.AddField(
            model_name="consent",
            name="denied_at",
            field=models.DateTimeField(null=True, verbose_name="机构否认的时间"),
        ),
        migrations.AddField(model_name="recusalrequest", name="paper", field=paper()),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                name="consent_denied_from_paper",
                condition=Q(denied_at__isnull=True)
                | Q(method="paper", party="institution", denied_at__gte=F("at")),
            ),
        ),
        keep_together(CONSENT, "paper_id", "complaints_evidence"),
        keep_together(RECUSAL, "paper_id", "complaints_evidence"),
        migrations.RunSQL(kept("'m:denied_at'"), kept("")),
        migrations.RunSQL(counted(OLD_WHERE, NEW_WHERE), counted(NEW_WHERE, OLD_WHERE)),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
