"""Payments as they are reported, confirmed and denied; facts that count no more."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import keep_together


# The proof goes with the report; the key that named it together with its association goes first.
PROOF = keep_together("complaints_instalment", "proof_id", "association_attachment")


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0012_calendar_walls'),
        ('complaints', '0009_recusals'),
        ('members', '0003_by_name'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FactSetAside',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200, verbose_name='理由')),
                ('at', models.DateTimeField(verbose_name='时间')),
            ],
            options={
                'verbose_name': '不再作数的事实',
                'verbose_name_plural': '不再作数的事实',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PaymentReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_fen', models.BigIntegerField(verbose_name='金额（分）')),
                ('paid_on', models.DateField(verbose_name='付款日')),
                ('reported_at', models.DateTimeField(verbose_name='报告时间')),
                ('state', models.CharField(choices=[('reported', '机构报告已付，待确认'), ('confirmed', '已确认到账'), ('denied', '投诉人否认到账')], default='reported', max_length=9, verbose_name='状态')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='确认或者否认的时间')),
                ('received_fen', models.BigIntegerField(default=0, verbose_name='否认后实际收到（分）')),
            ],
            options={
                'verbose_name': '付款报告',
                'verbose_name_plural': '付款报告',
                'ordering': ['id'],
            },
        ),
        migrations.RunSQL(PROOF.reverse_sql, PROOF.sql),
        migrations.RemoveField(
            model_name='instalment',
            name='proof',
        ),
        migrations.AlterField(
            model_name='complaint',
            name='timeliness',
            field=models.CharField(choices=[('not_asked', '尚未送达'), ('waiting', '等待答复'), ('on_time', '按时答复'), ('late', '逾期答复'), ('missed', '未答复'), ('overtaken', '答复期内已办结，不计')], default='not_asked', max_length=10, verbose_name='机构答复'),
        ),
        migrations.AlterField(
            model_name='mediatorassignment',
            name='state',
            field=models.CharField(choices=[('active', '办理中'), ('recused', '已回避'), ('relieved', '已更换'), ('ended', '调解已结束')], default='active', max_length=10, verbose_name='状态'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('returned_fen', 0), models.Q(('paid_fen__isnull', False), ('returned_fen__lte', models.F('paid_fen'))), _connector='OR'), name='complaint_returned_within_paid'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('outcome', 'unknown'), ('state', 'closed'), _connector='OR'), name='complaint_outcome_at_end'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ['closed', 'not_accepted', 'transferred', 'withdrawn'])), models.Q(models.Q(('state__in', ['closed', 'not_accepted', 'transferred', 'withdrawn']), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='complaint_ended'),
        ),
        migrations.AddField(
            model_name='factsetaside',
            name='association',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association'),
        ),
        migrations.AddField(
            model_name='factsetaside',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人'),
        ),
        migrations.AddField(
            model_name='factsetaside',
            name='fact',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='set_aside', to='complaints.fact', verbose_name='事实'),
        ),
        migrations.AddField(
            model_name='paymentreport',
            name='association',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association'),
        ),
        migrations.AddField(
            model_name='paymentreport',
            name='complaint',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payment_reports', to='complaints.complaint', verbose_name='投诉'),
        ),
        migrations.AddField(
            model_name='paymentreport',
            name='instalment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='complaints.instalment', verbose_name='付款期'),
        ),
        migrations.AddField(
            model_name='paymentreport',
            name='proof',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.attachment', verbose_name='凭证'),
        ),
        migrations.AddField(
            model_name='paymentreport',
            name='reported_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='报告人'),
        ),
        migrations.AddField(
            model_name='paymentreport',
            name='seen_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='核实人'),
        ),
        migrations.AddConstraint(
            model_name='paymentreport',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['confirmed', 'reported'])), fields=('association', 'instalment'), name='payment_of_instalment_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentreport',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='payment_amount'),
        ),
        migrations.AddConstraint(
            model_name='paymentreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('state', 'reported')), models.Q(models.Q(('state', 'reported'), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='payment_answered'),
        ),
        migrations.AddConstraint(
            model_name='paymentreport',
            constraint=models.CheckConstraint(condition=models.Q(('received_fen', 0), models.Q(('received_fen__gt', 0), ('received_fen__lt', models.F('amount_fen')), ('state', 'denied')), _connector='OR'), name='payment_received'),
        ),
    ]
