"""和解 that one side reports: what was answered to it stays."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import isolate, keep_together

TABLE = "complaints_settlementreport"
FORWARD = """
CREATE TRIGGER keep_settlement BEFORE UPDATE OR DELETE ON complaints_settlementreport FOR EACH ROW
  EXECUTE FUNCTION portal_keep_of_complaint('m:state', 'm:answered_at', 'm:answered_by_id');
CREATE TRIGGER settlement_answered BEFORE UPDATE ON complaints_settlementreport FOR EACH ROW
  WHEN (OLD.state <> 'reported')
  EXECUTE FUNCTION portal_keep_of_complaint();
ALTER TABLE complaints_settlementreport ENABLE ALWAYS TRIGGER keep_settlement;
ALTER TABLE complaints_settlementreport ENABLE ALWAYS TRIGGER settlement_answered;
"""
BACKWARD = """
DROP TRIGGER settlement_answered ON complaints_settlementreport;
DROP TRIGGER keep_settlement ON complaints_settlementreport;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0020_notice_wording'),
        ('complaints', '0018_paid_and_letters'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SettlementReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_fen', models.BigIntegerField(verbose_name='退还金额（分）')),
                ('pay_by', models.DateField(verbose_name='付款日')),
                ('method', models.CharField(choices=[('account', '登录账号'), ('receipt_code', '查询码'), ('paper', '纸质或当面，由工作人员登记')], max_length=12, verbose_name='方式')),
                ('reported_at', models.DateTimeField(verbose_name='登记时间')),
                ('state', models.CharField(choices=[('reported', '待机构核对'), ('confirmed', '机构已确认'), ('denied', '机构否认'), ('lapsed', '已失效')], default='reported', max_length=10, verbose_name='状态')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='核对时间')),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='核对人')),
                ('association', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlement_reports', to='complaints.complaint', verbose_name='投诉')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
            ],
            options={
                'verbose_name': '登记的和解',
                'verbose_name_plural': '登记的和解',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'reported')), fields=('association', 'complaint'), name='settlement_one_open'), models.CheckConstraint(condition=models.Q(('amount_fen__gte', 0)), name='settlement_amount'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('state__in', ['confirmed', 'denied'])), models.Q(('answered_at__isnull', True), ('answered_by__isnull', True), ('state__in', ['reported', 'lapsed'])), _connector='OR'), name='settlement_answered'), models.CheckConstraint(condition=models.Q(models.Q(('method', 'receipt_code'), ('recorded_by__isnull', True)), models.Q(models.Q(('method', 'receipt_code'), _negated=True), ('recorded_by__isnull', False)), _connector='OR'), name='settlement_by_somebody')],
            },
        ),
        isolate(TABLE),
        keep_together(TABLE, "complaint_id", "complaints_complaint"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
