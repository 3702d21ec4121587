"""导入历史结果 by two people: written as one that waits, decided once; no result from elsewhere without a confirmed import."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import isolate, keep_together

TABLE = "credit_rating_resultimport"
FORWARD = f"""
CREATE FUNCTION portal_keep_import() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'waiting' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'an import begins as one that waits' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.state = 'waiting' AND NEW.state <> 'waiting'
     AND to_jsonb(NEW) - ARRAY['state', 'decided_by_id', 'decided_at']
         = to_jsonb(OLD) - ARRAY['state', 'decided_by_id', 'decided_at'] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_import BEFORE INSERT OR UPDATE OR DELETE ON {TABLE}
  FOR EACH ROW EXECUTE FUNCTION portal_keep_import();
CREATE TRIGGER keep_imports BEFORE TRUNCATE ON {TABLE}
  FOR EACH STATEMENT EXECUTE FUNCTION portal_deny_change();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER keep_import;
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER keep_imports;
CREATE FUNCTION portal_taken_over_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.taken_over_with_id AND state = 'confirmed') THEN
    RAISE EXCEPTION 'a result is taken over with an import that a second person has confirmed' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER taken_over_by_two BEFORE INSERT ON credit_rating_historicalresult
  FOR EACH ROW EXECUTE FUNCTION portal_taken_over_by_two();
ALTER TABLE credit_rating_historicalresult ENABLE ALWAYS TRIGGER taken_over_by_two;
"""
BACKWARD = f"""
DROP TRIGGER taken_over_by_two ON credit_rating_historicalresult;
DROP FUNCTION portal_taken_over_by_two();
DROP TRIGGER keep_imports ON {TABLE};
DROP TRIGGER keep_import ON {TABLE};
DROP FUNCTION portal_keep_import();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0029_first_chair'),
        ('credit_rating', '0020_superseded_and_resumed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ResultImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rows', models.JSONField(verbose_name='逐行内容')),
                ('state', models.CharField(choices=[('waiting', '待确认'), ('confirmed', '已导入'), ('declined', '不予导入'), ('withdrawn', '已撤回')], default='waiting', editable=False, max_length=10, verbose_name='状态')),
                ('proposed_at', models.DateTimeField(verbose_name='提交时间')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='确认时间')),
                ('association', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提交人')),
            ],
            options={
                'verbose_name': '历史结果的导入',
                'verbose_name_plural': '历史结果的导入',
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='historicalresult',
            name='taken_over_with',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='results', to='credit_rating.resultimport', verbose_name='导入'),
        ),
        migrations.AddConstraint(
            model_name='resultimport',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'confirmed', 'declined', 'withdrawn'])), name='import_state_known'),
        ),
        migrations.AddConstraint(
            model_name='resultimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='import_decided'),
        ),
        migrations.AddConstraint(
            model_name='resultimport',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'waiting'), models.Q(('state__in', ['confirmed', 'declined']), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), models.Q(('state', 'withdrawn'), ('decided_by', models.F('proposed_by'))), _connector='OR'), name='import_by_two'),
        ),
        isolate(TABLE),
        keep_together("credit_rating_historicalresult", "taken_over_with_id", TABLE),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
