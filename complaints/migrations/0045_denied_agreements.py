"""否认签署与和解: what binds is written down by two people, and undone where whoever complained denies it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from association.migration_ops import keep_together

WORDS = "complaints_writtendown"
SPOKEN = {
    "offer": "complaints_offer",
    "settlementreport": "complaints_settlementreport",
    "signature": "complaints_signature",
}
NAMES = {"offer": "offers", "settlementreport": "settlements", "signature": "signatures"}
BACK = "'withdrawn>received'"
UNBOUND = (
    "'settled>accepted', 'agreed>accepted', 'agreed>await_reply', 'performed>accepted', "
    "'performed>await_reply', 'breached>accepted', 'breached>await_reply', 'closed>accepted'"
)
LAST_CLERK = "RAISE EXCEPTION 'two papers are written down by two people' USING ERRCODE = '23514';\n  END IF;"
AUTHOR = """
  IF NEW.method = 'paper' AND NEW.party = 'complainant' AND (
       NOT EXISTS (SELECT 1 FROM complaints_writtendown w JOIN complaints_agreement a ON a.complaint_id = w.complaint_id
                   WHERE w.id = NEW.written_id AND a.id = NEW.agreement_id AND w.kind = 'sign'
                     AND w.denied_at IS NULL AND w.recorded_by_id = NEW.recorded_by_id)
       OR EXISTS (SELECT 1 FROM complaints_agreement WHERE id = NEW.agreement_id
                  AND drawn_up_by_id = NEW.recorded_by_id)) THEN
    RAISE EXCEPTION 'the complainant''s signature is written down by another than who drew it up' USING ERRCODE = '23514';
  END IF;"""
TWO_PEOPLE = "found.kind <> 'breach'"
NEVER_BOUND = """found.kind <> 'breach'
     OR EXISTS (SELECT 1 FROM complaints_writtendown WHERE complaint_id = found.complaint_id
                AND kind IN ('offer', 'settle', 'sign') AND denied_at IS NOT NULL AND recorded_at <= found.at)"""


def changed(function, before, after):
    """One line of the function; the rest stays."""
    return f"""
DO $$BEGIN
  EXECUTE replace(pg_get_functiondef('{function}'::regproc), $q${before}$q$, $q${after}$q$);
END$$;
"""


def kept(name, table, columns):
    return f"""
DROP TRIGGER {name} ON {table};
CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW
  EXECUTE FUNCTION portal_keep_of_complaint({", ".join(f"'{one}'" for one in columns)});
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};
"""


AGREEMENT = (
    "m:superseded_at", "m:signed_at", "m:document_id", "e:text",
    "m:proposal_id", "m:named_proposal_id", "m:named_document_id",
)  # fmt: skip
OFFER = ("m:state", "m:answered_at", "e:terms")
FORWARD = f"""
CREATE FUNCTION portal_two_clerks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  said jsonb := to_jsonb(NEW);
  word {WORDS};
BEGIN
  SELECT * INTO word FROM {WORDS} WHERE id = NEW.written_id AND complaint_id = NEW.complaint_id;
  IF TG_TABLE_NAME = 'complaints_offer' THEN
    IF NEW.written_id IS NOT NULL AND (word.kind IS DISTINCT FROM 'offer' OR word.denied_at IS NOT NULL
         OR (NEW.method = 'paper' AND NEW.made_by_id = word.recorded_by_id)) THEN
      RAISE EXCEPTION 'two papers are written down by two people' USING ERRCODE = '23514';
    END IF;
  ELSIF TG_OP = 'INSERT' THEN
    IF NEW.method = 'paper' AND (word.kind IS DISTINCT FROM 'settle' OR word.denied_at IS NOT NULL
         OR word.recorded_by_id IS DISTINCT FROM (said ->> 'recorded_by_id')::bigint) THEN
      RAISE EXCEPTION 'what staff write down stands on a signed paper' USING ERRCODE = '23514';
    END IF;
  ELSIF (said ->> 'answered_by_id') = (said ->> 'recorded_by_id') THEN
    RAISE EXCEPTION 'two papers are written down by two people' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER offer_two_clerks BEFORE UPDATE ON complaints_offer FOR EACH ROW
  WHEN (NEW.written_id IS DISTINCT FROM OLD.written_id) EXECUTE FUNCTION portal_two_clerks();
CREATE TRIGGER settlement_on_paper BEFORE INSERT ON complaints_settlementreport FOR EACH ROW
  EXECUTE FUNCTION portal_two_clerks();
CREATE TRIGGER settlement_two_clerks BEFORE UPDATE ON complaints_settlementreport FOR EACH ROW
  WHEN (NEW.answered_by_id IS NOT NULL) EXECUTE FUNCTION portal_two_clerks();

-- A signed text is void only when its signature was denied; so is the end of what it, or a settlement, had settled.
CREATE FUNCTION portal_signature_denied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.denied AND NOT OLD.denied AND NEW.superseded_at IS NOT NULL AND EXISTS (
       SELECT 1 FROM complaints_signature s JOIN {WORDS} w ON w.id = s.written_id
       WHERE s.agreement_id = NEW.id AND w.denied_at IS NOT NULL) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an agreement is void when its signature was denied' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER signature_denied BEFORE UPDATE ON complaints_agreement FOR EACH ROW
  WHEN (NEW.denied IS DISTINCT FROM OLD.denied) EXECUTE FUNCTION portal_signature_denied();
CREATE FUNCTION portal_never_bound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM {WORDS} WHERE complaint_id = NEW.id AND kind IN ('offer', 'settle', 'sign')
             AND denied_at IS NOT NULL) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'what was agreed on ends only when it was denied' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER never_bound BEFORE UPDATE ON complaints_complaint FOR EACH ROW
  WHEN ((NEW.state = 'accepted' AND OLD.state IN ('settled', 'agreed', 'performed', 'breached', 'closed'))
        OR (NEW.state = 'await_reply' AND OLD.state IN ('agreed', 'performed', 'breached')))
  EXECUTE FUNCTION portal_never_bound();
ALTER TABLE complaints_offer ENABLE ALWAYS TRIGGER offer_two_clerks;
ALTER TABLE complaints_settlementreport ENABLE ALWAYS TRIGGER settlement_on_paper;
ALTER TABLE complaints_settlementreport ENABLE ALWAYS TRIGGER settlement_two_clerks;
ALTER TABLE complaints_agreement ENABLE ALWAYS TRIGGER signature_denied;
ALTER TABLE complaints_complaint ENABLE ALWAYS TRIGGER never_bound;
"""
BACKWARD = """
DROP TRIGGER never_bound ON complaints_complaint;
DROP FUNCTION portal_never_bound();
DROP TRIGGER signature_denied ON complaints_agreement;
DROP FUNCTION portal_signature_denied();
DROP TRIGGER settlement_two_clerks ON complaints_settlementreport;
DROP TRIGGER settlement_on_paper ON complaints_settlementreport;
DROP TRIGGER offer_two_clerks ON complaints_offer;
DROP FUNCTION portal_two_clerks();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0044_consents_on_paper"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="writtendown",
            name="kind",
            field=models.CharField(
                choices=[
                    ("withdraw", "撤回投诉"),
                    ("survey", "确认投诉的结果"),
                    ("follow_up", "答复四周回访"),
                    ("payment", "答复一笔付款是否到账"),
                    ("contest", "提出异议"),
                    ("unpaid", "没有收到到期的款项"),
                    ("offer", "答复机构的方案"),
                    ("settle", "登记双方自行和解"),
                    ("sign", "签署调解协议"),
                ],
                max_length=10,
                verbose_name="登记的事项",
            ),
        ),
        *[
            migrations.AddField(
                model_name=model,
                name="written",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name=NAMES[model],
                    to="complaints.writtendown",
                    verbose_name="代为登记",
                ),
            )
            for model in SPOKEN
        ],
        migrations.AddField(
            model_name="agreement",
            name="drawn_up_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="拟定人",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="denied",
            field=models.BooleanField(default=False, verbose_name="投诉人否认签署"),
        ),
        migrations.RemoveConstraint(model_name="agreement", name="agreement_signed_stands"),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                name="agreement_signed_stands",
                condition=Q(signed_at__isnull=True) | Q(superseded_at__isnull=True) | Q(denied=True),
            ),
        ),
        *[keep_together(table, "written_id", WORDS) for table in SPOKEN.values()],
        migrations.RunSQL(
            kept("keep_agreement", "complaints_agreement", (*AGREEMENT, "m:denied"))
            + kept("keep_offer", "complaints_offer", (*OFFER, "m:written_id")),
            kept("keep_agreement", "complaints_agreement", AGREEMENT)
            + kept("keep_offer", "complaints_offer", OFFER),
        ),
        migrations.RunSQL(
            changed("portal_complaint_step", BACK, f"{BACK}, {UNBOUND}")
            + changed("portal_signature_fits", LAST_CLERK, LAST_CLERK + AUTHOR)
            + changed("portal_breach_stands", TWO_PEOPLE, NEVER_BOUND),
            changed("portal_breach_stands", NEVER_BOUND, TWO_PEOPLE)
            + changed("portal_signature_fits", LAST_CLERK + AUTHOR, LAST_CLERK)
            + changed("portal_complaint_step", f"{BACK}, {UNBOUND}", BACK),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
