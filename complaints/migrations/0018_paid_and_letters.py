"""What was paid is registered once, a letter that came in time is no missed answer, the place of a session is retired."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import append_only, isolate, keep_together

TABLE = "complaints_paidamount"
FORWARD = """
CREATE FUNCTION portal_paid_registered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM complaints_paidamount WHERE complaint_id = NEW.id AND amount_fen = NEW.paid_fen) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'what was paid is registered with what it was taken from' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER paid_registered BEFORE UPDATE ON complaints_complaint FOR EACH ROW
  WHEN (OLD.accepted_at IS NOT NULL AND OLD.paid_fen IS NULL AND NEW.paid_fen IS NOT NULL)
  EXECUTE FUNCTION portal_paid_registered();

CREATE FUNCTION portal_answered_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM complaints_fact f JOIN complaints_factsetaside a ON a.fact_id = f.id
             WHERE f.complaint_id = NEW.id AND f.kind = 'reply_missed') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a missed answer is in time after all only when that it was missed counts no more'
    USING ERRCODE = '23514';
END$$;
CREATE TRIGGER answered_in_time BEFORE UPDATE ON complaints_complaint FOR EACH ROW
  WHEN (OLD.timeliness = 'missed' AND NEW.timeliness = 'on_time')
  EXECUTE FUNCTION portal_answered_in_time();

-- The rest of the guard stays as it is: one more step of the answers.
DO $$BEGIN
  EXECUTE replace(pg_get_functiondef('portal_guard_complaint'::regproc),
                  $q$'missed>late'$q$, $q$'missed>late', 'missed>on_time'$q$);
END$$;

DROP TRIGGER keep_session ON complaints_session;
CREATE TRIGGER keep_session BEFORE UPDATE OR DELETE ON complaints_session FOR EACH ROW
  WHEN (OLD.held_at IS NOT NULL OR OLD.called_off_at IS NOT NULL)
  EXECUTE FUNCTION portal_keep_of_complaint('e:minutes', 'e:excuse', 'e:place');
ALTER TABLE complaints_complaint ENABLE ALWAYS TRIGGER paid_registered;
ALTER TABLE complaints_complaint ENABLE ALWAYS TRIGGER answered_in_time;
ALTER TABLE complaints_session ENABLE ALWAYS TRIGGER keep_session;
"""
BACKWARD = """
DROP TRIGGER keep_session ON complaints_session;
CREATE TRIGGER keep_session BEFORE UPDATE OR DELETE ON complaints_session FOR EACH ROW
  WHEN (OLD.held_at IS NOT NULL OR OLD.called_off_at IS NOT NULL)
  EXECUTE FUNCTION portal_keep_of_complaint('e:minutes', 'e:excuse');
ALTER TABLE complaints_session ENABLE ALWAYS TRIGGER keep_session;
DO $$BEGIN
  EXECUTE replace(pg_get_functiondef('portal_guard_complaint'::regproc),
                  $q$'missed>late', 'missed>on_time'$q$, $q$'missed>late'$q$);
END$$;
DROP TRIGGER answered_in_time ON complaints_complaint;
DROP TRIGGER paid_registered ON complaints_complaint;
DROP FUNCTION portal_answered_in_time();
DROP FUNCTION portal_paid_registered();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0020_notice_wording'),
        ('complaints', '0017_statistics_of_accepted'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='offer',
            name='method',
            field=models.CharField(choices=[('account', '登录账号'), ('receipt_code', '查询码'), ('paper', '纸质或当面，由工作人员登记')], default='account', max_length=12, verbose_name='方式'),
        ),
        migrations.AddField(
            model_name='reply',
            name='method',
            field=models.CharField(choices=[('account', '登录账号'), ('receipt_code', '查询码'), ('paper', '纸质或当面，由工作人员登记')], default='account', max_length=12, verbose_name='方式'),
        ),
        migrations.CreateModel(
            name='PaidAmount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_fen', models.BigIntegerField(verbose_name='已付金额（分）')),
                ('reason', models.CharField(max_length=200, verbose_name='依据')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('association', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ('complaint', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='paid_amount', to='complaints.complaint', verbose_name='投诉')),
                ('evidence', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.evidence', verbose_name='付款记录')),
            ],
            options={
                'verbose_name': '登记的已付金额',
                'verbose_name_plural': '登记的已付金额',
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='paid_amount_is_some')],
            },
        ),
        isolate(TABLE),
        keep_together(TABLE, "complaint_id", "complaints_complaint"),
        keep_together(TABLE, "evidence_id", "complaints_evidence"),
        append_only(TABLE),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
