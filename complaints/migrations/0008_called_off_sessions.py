"""Sessions may be moved and called off, and stay so; who entered the enrolments; what was signed on paper."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import keep_together

KEEP = """
DROP TRIGGER keep_session ON complaints_session;
CREATE TRIGGER keep_session BEFORE UPDATE OR DELETE ON complaints_session FOR EACH ROW
  WHEN ({when}) EXECUTE FUNCTION portal_keep_of_complaint('e:minutes', 'e:excuse');
ALTER TABLE complaints_session ENABLE ALWAYS TRIGGER keep_session;
"""
OVER = "OLD.held_at IS NOT NULL OR OLD.called_off_at IS NOT NULL"
BEFORE = "OLD.held_at IS NOT NULL"


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0012_calendar_walls'),
        ('complaints', '0007_intake'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='enrolment',
            name='entered_at',
            field=models.DateTimeField(null=True, verbose_name='登记时间'),
        ),
        migrations.AddField(
            model_name='enrolment',
            name='entered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人'),
        ),
        migrations.AddField(
            model_name='session',
            name='called_off_at',
            field=models.DateTimeField(null=True, verbose_name='改期或取消时间'),
        ),
        migrations.AddField(
            model_name='session',
            name='called_off_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='改期或取消人'),
        ),
        migrations.AddField(
            model_name='session',
            name='called_off_reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='改期或取消的理由'),
        ),
        migrations.AddField(
            model_name='session',
            name='moved_to',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.session', verbose_name='改为'),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='kind',
            field=models.CharField(choices=[('contract', '合同或凭证'), ('payment', '付款记录'), ('lessons', '课程表、考勤或课时记录'), ('promise', '广告或聊天中的承诺'), ('demand', '退费申请及其日期'), ('answer', '机构的答复'), ('custody', '银行存管记录'), ('authority', '委托书'), ('identity', '身份证明'), ('receipt', '退款或履行凭证'), ('signed', '投诉人签名的书面意见'), ('other', '其他材料')], max_length=10, verbose_name='种类'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('called_off_at__isnull', True), ('called_off_by__isnull', True), ('called_off_reason', ''), ('moved_to__isnull', True)), models.Q(('called_off_at__isnull', False), ('called_off_by__isnull', False), ('held_at__isnull', True), models.Q(('called_off_reason', ''), _negated=True)), _connector='OR'), name='session_called_off'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.UniqueConstraint(fields=('association', 'moved_to'), name='session_moved_to_once'),
        ),
        keep_together("complaints_session", "moved_to_id", "complaints_session"),
        migrations.RunSQL(KEEP.format(when=OVER), KEEP.format(when=BEFORE)),
    ]
