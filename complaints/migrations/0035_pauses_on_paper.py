"""鉴定期间: on a paper of the case, until a day that was told; one after the first with a second person's yes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from association.migration_ops import keep_together

TABLE = "complaints_appraisalpause"
STEPS = ("asked>running", "asked>refused", "asked>lapsed", "running>ended")
KINDS = [
    ("contract", "合同或凭证"),
    ("payment", "付款记录"),
    ("lessons", "课程表、考勤或课时记录"),
    ("promise", "广告或聊天中的承诺"),
    ("demand", "退费申请及其日期"),
    ("answer", "机构的答复"),
    ("custody", "银行存管记录"),
    ("authority", "委托书"),
    ("identity", "身份证明"),
    ("receipt", "退款或履行凭证"),
    ("appraisal", "申请或者委托鉴定的文件"),
    ("signed", "签名的书面意见或者协议书"),
    ("other", "其他材料"),
]
STATES = [
    ("asked", "待另一人同意"),
    ("running", "计期中止中"),
    ("ended", "已恢复计期"),
    ("refused", "不同意中止"),
    ("lapsed", "已失效"),
]
# Of all associations: the owner passes the walls for this one statement.
BEFORE = f"""
DROP TRIGGER keep_appraisalpause ON {TABLE};
ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY;
UPDATE {TABLE} SET asked_at = from_at, state = CASE WHEN until_at IS NULL THEN 'running' ELSE 'ended' END;
ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY;
"""
AGAIN = f"""
CREATE TRIGGER keep_appraisalpause BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW
  EXECUTE FUNCTION portal_keep_of_complaint('m:until_at');
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER keep_appraisalpause;
"""
FORWARD = f"""
CREATE TRIGGER keep_appraisalpause BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW
  EXECUTE FUNCTION portal_keep_of_complaint('m:state', 'm:from_at', 'm:until_at', 'm:decided_by_id',
                                            'm:decided_at', 'm:decision');
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER keep_appraisalpause;

CREATE FUNCTION portal_pause_on_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'asked' AND NEW.expected_on > (NEW.asked_at AT TIME ZONE 'Asia/Shanghai')::date AND EXISTS (
       SELECT 1 FROM complaints_evidence WHERE id = NEW.paper_id AND complaint_id = NEW.complaint_id
         AND attachment_id IS NOT NULL) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a pause is asked for on a paper of the case, until a day to come' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER pause_on_paper BEFORE INSERT ON {TABLE}
  FOR EACH ROW EXECUTE FUNCTION portal_pause_on_paper();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER pause_on_paper;

CREATE FUNCTION portal_pause_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE steps text[] := ARRAY[{", ".join(f"'{step}'" for step in STEPS)}];
BEGIN
  IF OLD.state <> NEW.state AND NOT OLD.state || '>' || NEW.state = ANY(steps)
     OR OLD.state = NEW.state AND NEW IS DISTINCT FROM OLD
     OR OLD.state <> 'asked' AND (NEW.from_at, NEW.decided_by_id, NEW.decided_at, NEW.decision)
          IS DISTINCT FROM (OLD.from_at, OLD.decided_by_id, OLD.decided_at, OLD.decision) THEN
    RAISE EXCEPTION 'no step of a pause from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
  END IF;
  IF OLD.state = 'asked' AND NEW.state = 'running' AND NEW.decided_by_id IS NULL AND EXISTS (
       SELECT 1 FROM {TABLE} WHERE complaint_id = NEW.complaint_id AND id <> NEW.id AND from_at IS NOT NULL) THEN
    RAISE EXCEPTION 'a second pause takes a second person' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER pause_step BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION portal_pause_step();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER pause_step;

-- The term of a mediation stands still for an appraisal and for nothing else.
CREATE FUNCTION portal_mediation_stands_still() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM association_deadline d JOIN complaints_complaint c ON c.id = d.case_id
             WHERE d.id = NEW.deadline_id AND d.case_kind = 'complaint' AND d.code = 'MED-END'
               AND NOT EXISTS (SELECT 1 FROM {TABLE} WHERE complaint_id = c.id AND state = 'running')) THEN
    RAISE EXCEPTION 'a mediation stands still for an appraisal on a paper only' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER mediation_stands_still BEFORE INSERT ON association_deadlinepause
  FOR EACH ROW EXECUTE FUNCTION portal_mediation_stands_still();
ALTER TABLE association_deadlinepause ENABLE ALWAYS TRIGGER mediation_stands_still;
"""
BACKWARD = f"""
DROP TRIGGER mediation_stands_still ON association_deadlinepause;
DROP FUNCTION portal_mediation_stands_still();
DROP TRIGGER pause_step ON {TABLE};
DROP FUNCTION portal_pause_step();
DROP TRIGGER pause_on_paper ON {TABLE};
DROP FUNCTION portal_pause_on_paper();
DROP TRIGGER keep_appraisalpause ON {TABLE};
"""


def person(label):
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name=label,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0034_complaints_of_proven_leads"),
        ("association", "0008_deadline_walls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterField(
            model_name="evidence",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=10, verbose_name="种类"),
        ),
        migrations.AddField(
            model_name="appraisalpause",
            name="state",
            field=models.CharField(
                choices=STATES, default="asked", editable=False, max_length=8, verbose_name="状态"
            ),
        ),
        migrations.AddField(
            model_name="appraisalpause",
            name="paper",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="complaints.evidence",
                verbose_name="申请或者委托鉴定的文件",
            ),
        ),
        migrations.AddField(
            model_name="appraisalpause",
            name="expected_on",
            field=models.DateField(null=True, verbose_name="预计完成日"),
        ),
        migrations.AddField(
            model_name="appraisalpause",
            name="asked_at",
            field=models.DateTimeField(null=True, verbose_name="登记时间"),
        ),
        migrations.AddField(model_name="appraisalpause", name="decided_by", field=person("决定人")),
        migrations.AddField(
            model_name="appraisalpause",
            name="decided_at",
            field=models.DateTimeField(null=True, verbose_name="决定时间"),
        ),
        migrations.AddField(
            model_name="appraisalpause",
            name="decision",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="决定的理由"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="appraisalpause",
            name="from_at",
            field=models.DateTimeField(null=True, verbose_name="起"),
        ),
        migrations.RunSQL(BEFORE, AGAIN),
        migrations.AlterField(
            model_name="appraisalpause",
            name="asked_at",
            field=models.DateTimeField(verbose_name="登记时间"),
        ),
        migrations.RemoveConstraint(model_name="appraisalpause", name="appraisal_one_at_a_time"),
        migrations.AddConstraint(
            model_name="appraisalpause",
            constraint=models.UniqueConstraint(
                fields=["association", "complaint"],
                name="appraisal_one_at_a_time",
                condition=Q(state__in=["asked", "running"]),
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisalpause",
            constraint=models.CheckConstraint(
                name="appraisal_state",
                condition=Q(state="running", from_at__isnull=False, until_at__isnull=True)
                | Q(state="ended", from_at__isnull=False, until_at__isnull=False)
                | Q(
                    state__in=["asked", "refused", "lapsed"],
                    from_at__isnull=True,
                    until_at__isnull=True,
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisalpause",
            constraint=models.CheckConstraint(
                name="appraisal_decided",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, decision="")
                & ~Q(state="refused")
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision=""),
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisalpause",
            constraint=models.CheckConstraint(
                name="appraisal_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("begun_by")),
            ),
        ),
        keep_together(TABLE, "paper_id", "complaints_evidence"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
