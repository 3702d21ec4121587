"""告知: of an objection too, and by a notice once the institution has an account."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0019_names_here'),
        ('complaints', '0012_tellings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='complaint',
            name='complaint_served',
        ),
        migrations.RemoveConstraint(
            model_name='telling',
            name='telling_told',
        ),
        migrations.RemoveConstraint(
            model_name='telling',
            name='telling_by_somebody',
        ),
        migrations.AlterField(
            model_name='telling',
            name='subject',
            field=models.CharField(choices=[('served', '投诉的送达和答复期限'), ('again', '投诉人的异议和再次答复的期限'), ('accepted', '受理的决定'), ('refused', '不予受理的决定'), ('moved', '转办的决定'), ('terminated', '终止调解的决定'), ('survey', '询问结果'), ('follow_up', '四周回访'), ('progress', '办理的进展')], max_length=10, verbose_name='告知的事项'),
        ),
        migrations.AlterField(
            model_name='telling',
            name='way',
            field=models.CharField(blank=True, choices=[('letter', '邮寄信函'), ('handed', '当面送达'), ('phone', '电话告知'), ('own', '本人已知悉'), ('notice', '账号开通后以站内通知送达')], max_length=10, verbose_name='方式'),
        ),
        migrations.AddConstraint(
            model_name='telling',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('told_at__isnull', True), ('told_by__isnull', True), ('told_on__isnull', True), ('way', '')), models.Q(('told_at__isnull', False), ('told_on__isnull', False), ('way__in', ['letter', 'handed', 'phone', 'own', 'notice'])), _connector='OR'), name='telling_told'),
        ),
        migrations.AddConstraint(
            model_name='telling',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ['', 'notice', 'own']), ('told_by__isnull', False), _connector='OR'), name='telling_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'await_reply'), _negated=True), ('served_at__isnull', False), models.Q(('settled_fen__isnull', False), ('timeliness', 'not_asked')), _connector='OR'), name='complaint_served'),
        ),
    ]
