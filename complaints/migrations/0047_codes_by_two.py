"""补发查询码 by two people: the code of a case changes only to one that another than the asking person confirmed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import isolate, keep_together

REQUEST, COMPLAINT = "complaints_receiptrequest", "complaints_complaint"
KEPT = "ARRAY['state', 'decided_by_id', 'decided_at']"
FORWARD = f"""
CREATE FUNCTION portal_keep_receipt_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'waiting' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a code begins as one that waits' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.state = 'waiting' AND NEW.state <> 'waiting'
     AND to_jsonb(NEW) - {KEPT} = to_jsonb(OLD) - {KEPT} THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_receipt_request BEFORE INSERT OR UPDATE OR DELETE ON {REQUEST}
  FOR EACH ROW EXECUTE FUNCTION portal_keep_receipt_request();
CREATE TRIGGER keep_receipt_requests BEFORE TRUNCATE ON {REQUEST}
  FOR EACH STATEMENT EXECUTE FUNCTION portal_deny_change();
ALTER TABLE {REQUEST} ENABLE ALWAYS TRIGGER keep_receipt_request;
ALTER TABLE {REQUEST} ENABLE ALWAYS TRIGGER keep_receipt_requests;

CREATE FUNCTION portal_code_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM {REQUEST} WHERE complaint_id = NEW.id AND key = NEW.receipt_key AND state = 'confirmed') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a new code is one that another person confirmed' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER code_by_two BEFORE UPDATE ON {COMPLAINT} FOR EACH ROW
  WHEN (NEW.receipt_key IS NOT NULL AND NEW.receipt_key IS DISTINCT FROM OLD.receipt_key)
  EXECUTE FUNCTION portal_code_by_two();
ALTER TABLE {COMPLAINT} ENABLE ALWAYS TRIGGER code_by_two;
"""
BACKWARD = f"""
DROP TRIGGER code_by_two ON {COMPLAINT};
DROP FUNCTION portal_code_by_two();
DROP TRIGGER keep_receipt_requests ON {REQUEST};
DROP TRIGGER keep_receipt_request ON {REQUEST};
DROP FUNCTION portal_keep_receipt_request();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0030_peoples_committee'),
        ('complaints', '0046_hearings_on_paper'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ReceiptRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.BinaryField(max_length=32, verbose_name='查询码摘要')),
                ('identity', models.CharField(max_length=12, verbose_name='怎样核实了身份')),
                ('reason', models.CharField(max_length=200, verbose_name='理由')),
                ('state', models.CharField(choices=[('waiting', '待同事确认'), ('confirmed', '已生效'), ('declined', '不予发放'), ('replaced', '已另行申请')], default='waiting', editable=False, max_length=10, verbose_name='状态')),
                ('asked_at', models.DateTimeField(verbose_name='申请时间')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='确认时间')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('association', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipt_requests', to='complaints.complaint', verbose_name='投诉')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人')),
            ],
            options={
                'verbose_name': '补发查询码',
                'verbose_name_plural': '补发查询码',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('association', 'complaint'), name='receipt_one_waiting'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'confirmed', 'declined', 'replaced'])), name='receipt_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('identity', ''), _negated=True)), name='receipt_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='receipt_decided'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['confirmed', 'declined']), _negated=True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='receipt_by_two')],
            },
        ),
        isolate(REQUEST),
        keep_together(REQUEST, "complaint_id", COMPLAINT),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
