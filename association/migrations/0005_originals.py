import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import isolate, keep_together

FORWARD = """
CREATE FUNCTION portal_keep_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.destroyed_at IS NOT NULL
     OR to_jsonb(NEW) - 'destroyed_at' IS DISTINCT FROM to_jsonb(OLD) - 'destroyed_at' THEN
    RAISE EXCEPTION 'a sealed original is only ever marked destroyed' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER sealed_original_kept BEFORE UPDATE OR DELETE ON association_sealedoriginal
  FOR EACH ROW EXECUTE FUNCTION portal_keep_sealed();
ALTER TABLE association_sealedoriginal ENABLE ALWAYS TRIGGER sealed_original_kept;

CREATE FUNCTION portal_keep_original_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'waiting' THEN
      RAISE EXCEPTION 'nobody approves what was not asked for' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' OR OLD.state <> 'waiting'
     OR to_jsonb(NEW) - '{state,decided_by_id,decided_at}'::text[]
        IS DISTINCT FROM to_jsonb(OLD) - '{state,decided_by_id,decided_at}'::text[] THEN
    RAISE EXCEPTION 'a request to unseal stays as it was asked and decided' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER original_request_kept BEFORE INSERT OR UPDATE OR DELETE ON association_originalrequest
  FOR EACH ROW EXECUTE FUNCTION portal_keep_original_request();
ALTER TABLE association_originalrequest ENABLE ALWAYS TRIGGER original_request_kept;
"""
BACKWARD = """
DROP TRIGGER original_request_kept ON association_originalrequest;
DROP FUNCTION portal_keep_original_request();
DROP TRIGGER sealed_original_kept ON association_sealedoriginal;
DROP FUNCTION portal_keep_sealed();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0004_practice_clock'),
    ]

    operations = [
        migrations.CreateModel(
            name='SealedOriginal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.CharField(max_length=32, unique=True, verbose_name='存放名')),
                ('size', models.PositiveIntegerField(verbose_name='大小（字节）')),
                ('sealed_at', models.DateTimeField(verbose_name='封存时间')),
                ('keep_until', models.DateField(verbose_name='保管至')),
                ('destroyed_at', models.DateTimeField(null=True, verbose_name='销毁时间')),
                ('association', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association')),
                ('attachment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='original', to='association.attachment', verbose_name='附件')),
            ],
            options={
                'verbose_name': '封存原件',
                'verbose_name_plural': '封存原件',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='OriginalRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(verbose_name='理由')),
                ('requested_at', models.DateTimeField(verbose_name='申请时间')),
                ('state', models.CharField(choices=[('waiting', '待批准'), ('approved', '已批准'), ('refused', '未批准')], default='waiting', max_length=8, verbose_name='状态')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='办理时间')),
                ('association', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('original', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='association.sealedoriginal', verbose_name='封存原件')),
            ],
            options={
                'verbose_name': '启封申请',
                'verbose_name_plural': '启封申请',
                'ordering': ['-id'],
            },
        ),
        migrations.AddIndex(
            model_name='sealedoriginal',
            index=models.Index(condition=models.Q(('destroyed_at__isnull', True)), fields=['association', 'keep_until'], name='original_to_destroy'),
        ),
        migrations.AddConstraint(
            model_name='originalrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('association', 'original', 'requested_by'), name='original_request_once'),
        ),
        migrations.AddConstraint(
            model_name='originalrequest',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='original_request_reason'),
        ),
        migrations.AddConstraint(
            model_name='originalrequest',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', models.F('requested_by')), _negated=True), name='original_request_two_people'),
        ),
        migrations.AddConstraint(
            model_name='originalrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='original_request_decided'),
        ),
        isolate("association_sealedoriginal"),
        isolate("association_originalrequest"),
        keep_together("association_sealedoriginal", "attachment_id", "association_attachment"),
        keep_together("association_originalrequest", "original_id", "association_sealedoriginal"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
