"""代为登记: what staff write down for whoever complained stands on a signed paper, and can be denied by whoever complained."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import isolate, keep_together

TABLE = "complaints_writtendown"
LINKS = [
    (TABLE, "complaint_id", "complaints_complaint"),
    (TABLE, "paper_id", "complaints_evidence"),
    ("complaints_decision", "written_id", TABLE),
    ("complaints_survey", "written_id", TABLE),
    ("complaints_followup", "written_id", TABLE),
]
FORWARD = f"""
CREATE FUNCTION portal_written_on_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.denied_at IS NOT NULL OR NOT EXISTS (
       SELECT 1 FROM complaints_evidence WHERE id = NEW.paper_id AND complaint_id = NEW.complaint_id
         AND kind = 'signed' AND source = 'staff') THEN
    RAISE EXCEPTION 'what staff write down stands on a signed paper of the case' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (SELECT 1 FROM {TABLE} WHERE paper_id = NEW.paper_id AND denied_at IS NOT NULL) THEN
    RAISE EXCEPTION 'a paper that was denied carries nothing more' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER written_on_paper BEFORE INSERT ON {TABLE}
  FOR EACH ROW EXECUTE FUNCTION portal_written_on_paper();
CREATE TRIGGER keep_written BEFORE UPDATE OR DELETE ON {TABLE}
  FOR EACH ROW EXECUTE FUNCTION portal_keep_of_complaint('m:denied_at');
CREATE FUNCTION portal_denied_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was written down is denied once' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER denied_once BEFORE UPDATE ON {TABLE} FOR EACH ROW
  WHEN (OLD.denied_at IS NOT NULL AND NEW.denied_at IS DISTINCT FROM OLD.denied_at)
  EXECUTE FUNCTION portal_denied_once();

-- Who said it: nobody of the staff (by the code), or somebody with what was written down from the paper.
CREATE FUNCTION portal_said_on_paper() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  said jsonb := to_jsonb(NEW);
  writer text;
  kinds text[] := CASE
    WHEN TG_TABLE_NAME <> 'complaints_decision' THEN ARRAY['survey', 'follow_up', 'contest', 'payment']
    WHEN said ->> 'kind' = 'contest' THEN ARRAY['survey', 'follow_up', 'contest', 'payment']
    ELSE ARRAY[said ->> 'kind'] END;
BEGIN
  SELECT recorded_by_id::text INTO writer FROM {TABLE}
    WHERE id = NEW.written_id AND complaint_id = NEW.complaint_id AND denied_at IS NULL AND kind = ANY(kinds);
  IF NEW.written_id IS NOT NULL AND writer IS NULL THEN
    RAISE EXCEPTION 'it was not written down in this case' USING ERRCODE = '23514';
  END IF;
  IF TG_TABLE_NAME = 'complaints_decision' THEN
    IF said ->> 'decided_by_id' IS DISTINCT FROM writer THEN
      RAISE EXCEPTION 'what staff write down stands on a signed paper' USING ERRCODE = '23514';
    END IF;
  ELSIF said ->> 'method' <> (CASE WHEN writer IS NULL THEN 'receipt_code' ELSE 'paper' END)
        OR (TG_TABLE_NAME = 'complaints_survey' AND said ->> 'recorded_by_id' IS DISTINCT FROM writer) THEN
    RAISE EXCEPTION 'what the complainant said was said by the code or on a signed paper' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER decision_on_paper BEFORE INSERT ON complaints_decision FOR EACH ROW
  WHEN (NEW.kind IN ('withdraw', 'contest', 'unpaid', 'deny') OR NEW.written_id IS NOT NULL)
  EXECUTE FUNCTION portal_said_on_paper();
CREATE TRIGGER survey_on_paper BEFORE UPDATE ON complaints_survey FOR EACH ROW
  WHEN (OLD.answered_at IS NULL AND NEW.answered_at IS NOT NULL) EXECUTE FUNCTION portal_said_on_paper();
CREATE TRIGGER followup_on_paper BEFORE UPDATE ON complaints_followup FOR EACH ROW
  WHEN (OLD.answered_at IS NULL AND NEW.answered_at IS NOT NULL) EXECUTE FUNCTION portal_said_on_paper();

-- Out of the end of a case, back to where it was, only when what ended it was denied.
CREATE FUNCTION portal_not_said() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE word bigint;
BEGIN
  IF OLD.state = 'withdrawn' THEN
    SELECT written_id INTO word FROM complaints_decision WHERE complaint_id = NEW.id AND kind = 'withdraw'
      ORDER BY id DESC LIMIT 1;
  ELSE
    SELECT written_id INTO word FROM complaints_survey WHERE complaint_id = NEW.id ORDER BY turn DESC LIMIT 1;
    IF NEW.state <> OLD.closed_from THEN word := NULL; END IF;
  END IF;
  IF EXISTS (SELECT 1 FROM {TABLE} WHERE id = word AND denied_at IS NOT NULL) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a case goes back only when what ended it was denied' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER not_said BEFORE UPDATE ON complaints_complaint FOR EACH ROW
  WHEN ((OLD.state = 'withdrawn' AND NEW.state <> 'withdrawn')
        OR (OLD.state = 'closed' AND NEW.state IN ('settled', 'performed', 'breached', 'terminated')))
  EXECUTE FUNCTION portal_not_said();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER written_on_paper;
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER keep_written;
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER denied_once;
ALTER TABLE complaints_decision ENABLE ALWAYS TRIGGER decision_on_paper;
ALTER TABLE complaints_survey ENABLE ALWAYS TRIGGER survey_on_paper;
ALTER TABLE complaints_followup ENABLE ALWAYS TRIGGER followup_on_paper;
ALTER TABLE complaints_complaint ENABLE ALWAYS TRIGGER not_said;
"""
BACKWARD = f"""
DROP TRIGGER not_said ON complaints_complaint;
DROP FUNCTION portal_not_said();
DROP TRIGGER followup_on_paper ON complaints_followup;
DROP TRIGGER survey_on_paper ON complaints_survey;
DROP TRIGGER decision_on_paper ON complaints_decision;
DROP FUNCTION portal_said_on_paper();
DROP TRIGGER denied_once ON {TABLE};
DROP TRIGGER keep_written ON {TABLE};
DROP TRIGGER written_on_paper ON {TABLE};
DROP FUNCTION portal_denied_once();
DROP FUNCTION portal_written_on_paper();
"""
BEFORE = "'closed>await_reply'"
BACK = (
    "'withdrawn>received', 'withdrawn>accepted', 'withdrawn>await_reply', "
    "'closed>settled', 'closed>performed', 'closed>breached', 'closed>terminated'"
)
AFTER = f"{BEFORE}, {BACK}"


def changed(before, after):
    """The steps of a complaint; the rest of the function stays."""
    return f"""
DO $$BEGIN
  EXECUTE replace(pg_get_functiondef('portal_complaint_step'::regproc), $q${before}$q$, $q${after}$q$);
END$$;
"""


def to_written():
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="complaints.writtendown",
        verbose_name="代为登记",
    )


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0031_hour_of_the_limit'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='decision',
            name='kind',
            field=models.CharField(choices=[('accept', '受理'), ('refuse', '不予受理'), ('transfer', '转办'), ('terminate', '终止调解'), ('withdraw', '撤回'), ('settle', '自行和解'), ('contest', '提出异议'), ('unpaid', '投诉人说没有收到到期的款项'), ('deny', '投诉人否认代为登记的事项')], max_length=10, verbose_name='决定'),
        ),
        migrations.AlterField(
            model_name='telling',
            name='subject',
            field=models.CharField(choices=[('served', '投诉的送达和答复期限'), ('again', '投诉人的异议和再次答复的期限'), ('accepted', '受理的决定'), ('refused', '不予受理的决定'), ('moved', '转办的决定'), ('terminated', '终止调解的决定'), ('survey', '询问结果'), ('follow_up', '四周回访'), ('written', '按书面意见代为登记的事项'), ('progress', '办理的进展')], max_length=10, verbose_name='告知的事项'),
        ),
        migrations.CreateModel(
            name='WrittenDown',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('withdraw', '撤回投诉'), ('survey', '确认投诉的结果'), ('follow_up', '答复四周回访'), ('payment', '答复一笔付款是否到账'), ('contest', '提出异议'), ('unpaid', '没有收到到期的款项')], max_length=10, verbose_name='登记的事项')),
                ('answer', models.CharField(blank=True, max_length=10, verbose_name='答复')),
                ('received_fen', models.BigIntegerField(null=True, verbose_name='收到的金额（分）')),
                ('recorded_at', models.DateTimeField(verbose_name='登记时间')),
                ('denied_at', models.DateTimeField(null=True, verbose_name='投诉人否认的时间')),
                ('association', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='written_down', to='complaints.complaint', verbose_name='投诉')),
                ('paper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.evidence', verbose_name='签名的书面意见')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
            ],
            options={
                'verbose_name': '代为登记',
                'verbose_name_plural': '代为登记',
                'ordering': ['-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='writtendown',
            constraint=models.CheckConstraint(
                name='written_before_denied',
                condition=models.Q(('denied_at__isnull', True), ('denied_at__gte', models.F('recorded_at')), _connector='OR'),
            ),
        ),
        migrations.AddField(
            model_name='followup',
            name='method',
            field=models.CharField(blank=True, choices=[('account', '登录账号'), ('receipt_code', '查询码'), ('paper', '纸质或当面，由工作人员登记')], max_length=12, verbose_name='方式'),
        ),
        migrations.AddField(model_name='decision', name='written', field=to_written()),
        migrations.AddField(model_name='followup', name='written', field=to_written()),
        migrations.AddField(model_name='survey', name='written', field=to_written()),
        isolate(TABLE),
        *[keep_together(*link) for link in LINKS],
        migrations.RunSQL(changed(BEFORE, AFTER), changed(AFTER, BEFORE)),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
