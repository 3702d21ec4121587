"""更正 of results taken over: written as one that waits, decided once and by another person, never changed or deleted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import isolate, keep_together

TABLE = "credit_rating_resultcorrection"
FORWARD = f"""
CREATE FUNCTION portal_keep_correction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'waiting' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a correction begins as one that waits' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.state = 'waiting' AND NEW.state <> 'waiting'
     AND to_jsonb(NEW) - ARRAY['state', 'decided_by_id', 'decided_at']
         = to_jsonb(OLD) - ARRAY['state', 'decided_by_id', 'decided_at'] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_correction BEFORE INSERT OR UPDATE OR DELETE ON {TABLE}
  FOR EACH ROW EXECUTE FUNCTION portal_keep_correction();
CREATE TRIGGER keep_corrections BEFORE TRUNCATE ON {TABLE}
  FOR EACH STATEMENT EXECUTE FUNCTION portal_deny_change();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER keep_correction;
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER keep_corrections;
"""
BACKWARD = f"""
DROP TRIGGER keep_corrections ON {TABLE};
DROP TRIGGER keep_correction ON {TABLE};
DROP FUNCTION portal_keep_correction();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0023_appointments_confirmed'),
        ('credit_rating', '0018_why_empty_and_which_tie'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ResultCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('removes', models.BooleanField(default=False, verbose_name='撤下')),
                ('grade', models.CharField(max_length=12, verbose_name='结果')),
                ('issuing_body', models.CharField(max_length=80, verbose_name='发布单位')),
                ('source_title', models.CharField(max_length=200, verbose_name='出处')),
                ('source_url', models.CharField(blank=True, max_length=300, verbose_name='链接')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='说明')),
                ('reason', models.CharField(max_length=300, verbose_name='更正理由')),
                ('basis', models.CharField(max_length=300, verbose_name='更正依据')),
                ('state', models.CharField(choices=[('waiting', '待确认'), ('confirmed', '已更正'), ('declined', '不予更正'), ('withdrawn', '已撤回')], default='waiting', editable=False, max_length=10, verbose_name='状态')),
                ('proposed_at', models.DateTimeField(verbose_name='提出时间')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='确认时间')),
                ('association', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                ('result', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='credit_rating.historicalresult', verbose_name='历史结果')),
            ],
            options={
                'verbose_name': '历史结果的更正',
                'verbose_name_plural': '历史结果的更正',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('association', 'result'), name='correction_one_waiting'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'confirmed', 'declined', 'withdrawn'])), name='correction_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('basis', ''), _negated=True)), name='correction_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='correction_decided'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting']), models.Q(('state__in', ['confirmed', 'declined']), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), models.Q(('state', 'withdrawn'), ('decided_by', models.F('proposed_by'))), _connector='OR'), name='correction_by_two')],
            },
        ),
        isolate(TABLE),
        keep_together(TABLE, "result_id", "credit_rating_historicalresult"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
