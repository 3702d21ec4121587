"""申请回避: a side asks for another mediator; more texts of a complaint can be redacted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import isolate, keep_together


TABLE = "complaints_recusalrequest"
CHANGES = "'m:state', 'm:decided_by_id', 'm:decided_at', 'm:decision', 'e:reason'"
KEEP = f"""
CREATE TRIGGER keep_recusalrequest BEFORE UPDATE OR DELETE ON {TABLE}
  FOR EACH ROW EXECUTE FUNCTION portal_keep_of_complaint({CHANGES});
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER keep_recusalrequest;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0015_lists_in_order'),
        ('complaints', '0008_called_off_sessions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RecusalRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.CharField(choices=[('complainant', '投诉人'), ('institution', '被投诉机构')], max_length=12, verbose_name='一方')),
                ('ground', models.CharField(choices=[('relative', '与当事人有近亲属关系'), ('employment', '与被投诉机构有任职、授课或持股关系'), ('interest', '与争议有利害关系'), ('other', '其他可能影响公正的关系')], max_length=12, verbose_name='回避情形')),
                ('reason', models.TextField(blank=True, verbose_name='理由')),
                ('method', models.CharField(choices=[('account', '登录账号'), ('receipt_code', '查询码'), ('paper', '纸质或当面，由工作人员登记')], max_length=12, verbose_name='方式')),
                ('asked_at', models.DateTimeField(verbose_name='申请时间')),
                ('state', models.CharField(choices=[('asked', '待决定'), ('granted', '同意回避'), ('refused', '不予回避')], default='asked', max_length=8, verbose_name='状态')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='决定时间')),
                ('decision', models.CharField(blank=True, max_length=200, verbose_name='决定的理由')),
            ],
            options={
                'verbose_name': '申请回避',
                'verbose_name_plural': '申请回避',
                'ordering': ['id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='redaction',
            name='redaction_names_entry',
        ),
        migrations.AlterField(
            model_name='redaction',
            name='target',
            field=models.CharField(choices=[('facts', '事实'), ('demand', '诉求'), ('reply', '机构答复'), ('evidence', '证据材料'), ('decision', '决定或者当事人的理由'), ('minutes', '调解记录'), ('terms', '方案的条件')], max_length=10, verbose_name='位置'),
        ),
        migrations.AddConstraint(
            model_name='redaction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('target__in', ['facts', 'demand']), ('target_id__isnull', True)), models.Q(('target__in', ['decision', 'evidence', 'minutes', 'reply', 'terms']), ('target_id__isnull', False)), _connector='OR'), name='redaction_names_entry'),
        ),
        migrations.AddField(
            model_name='recusalrequest',
            name='against',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请回避的调解员'),
        ),
        migrations.AddField(
            model_name='recusalrequest',
            name='association',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association'),
        ),
        migrations.AddField(
            model_name='recusalrequest',
            name='complaint',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recusal_requests', to='complaints.complaint', verbose_name='投诉'),
        ),
        migrations.AddField(
            model_name='recusalrequest',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='决定人'),
        ),
        migrations.AddField(
            model_name='recusalrequest',
            name='recorded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人'),
        ),
        migrations.AddConstraint(
            model_name='recusalrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('association', 'complaint', 'party'), name='recusal_asked_once'),
        ),
        migrations.AddConstraint(
            model_name='recusalrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('method', 'receipt_code'), ('recorded_by__isnull', True)), models.Q(models.Q(('method', 'receipt_code'), _negated=True), ('recorded_by__isnull', False)), _connector='OR'), name='recusal_asked_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='recusalrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'asked')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', ['granted', 'refused']), models.Q(('decision', ''), _negated=True)), _connector='OR'), name='recusal_decided'),
        ),
        migrations.AddConstraint(
            model_name='recusalrequest',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('against')), _negated=True), _connector='OR'), name='recusal_decided_by_another'),
        ),
        migrations.AlterField(
            model_name='unmasking',
            name='field',
            field=models.CharField(choices=[('name', '姓名'), ('phone', '电话'), ('address', '地址'), ('id_number', '身份证件号码'), ('email', '电子邮箱'), ('words', '事实、诉求和各方文字的原文')], max_length=10, verbose_name='内容'),
        ),
        isolate(TABLE),
        keep_together(TABLE, "complaint_id", "complaints_complaint"),
        migrations.RunSQL(KEEP, f"DROP TRIGGER keep_recusalrequest ON {TABLE};"),
    ]
