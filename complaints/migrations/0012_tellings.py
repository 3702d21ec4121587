"""告知: what was told on paper or by phone; once it is written down that it was told, it stays so."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import isolate, keep_together

TABLE = "complaints_telling"
KEEP = """
CREATE TRIGGER keep_telling BEFORE UPDATE OR DELETE ON complaints_telling FOR EACH ROW
  WHEN (OLD.told_at IS NOT NULL) EXECUTE FUNCTION portal_keep_of_complaint('m:document_id');
ALTER TABLE complaints_telling ENABLE ALWAYS TRIGGER keep_telling;
"""
UNKEEP = "DROP TRIGGER keep_telling ON complaints_telling;"


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0015_lists_in_order'),
        ('complaints', '0011_payment_walls'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Telling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.CharField(choices=[('complainant', '投诉人'), ('institution', '被投诉机构')], max_length=12, verbose_name='一方')),
                ('subject', models.CharField(choices=[('served', '投诉的送达和答复期限'), ('accepted', '受理的决定'), ('refused', '不予受理的决定'), ('moved', '转办的决定'), ('terminated', '终止调解的决定'), ('survey', '询问结果'), ('follow_up', '四周回访'), ('progress', '办理的进展')], max_length=10, verbose_name='告知的事项')),
                ('event', models.CharField(max_length=40, verbose_name='事件')),
                ('asked_at', models.DateTimeField(verbose_name='提出时间')),
                ('told_on', models.DateField(null=True, verbose_name='告知日期')),
                ('told_at', models.DateTimeField(null=True, verbose_name='登记时间')),
                ('way', models.CharField(blank=True, choices=[('letter', '邮寄信函'), ('handed', '当面送达'), ('phone', '电话告知'), ('own', '本人已知悉')], max_length=10, verbose_name='方式')),
                ('association', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tellings', to='complaints.complaint', verbose_name='投诉')),
                ('decision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.decision', verbose_name='决定')),
                ('document', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.attachment', verbose_name='文书')),
                ('told_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='告知人')),
            ],
            options={
                'verbose_name': '告知',
                'verbose_name_plural': '告知',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('association', 'complaint', 'party', 'event'), name='telling_once'), models.CheckConstraint(condition=models.Q(models.Q(('told_at__isnull', True), ('told_by__isnull', True), ('told_on__isnull', True), ('way', '')), models.Q(('told_at__isnull', False), ('told_on__isnull', False), ('way__in', ['letter', 'handed', 'phone', 'own'])), _connector='OR'), name='telling_told'), models.CheckConstraint(condition=models.Q(('way__in', ['', 'own']), ('told_by__isnull', False), _connector='OR'), name='telling_by_somebody')],
            },
        ),
        isolate(TABLE),
        keep_together(TABLE, "complaint_id", "complaints_complaint"),
        keep_together(TABLE, "decision_id", "complaints_decision"),
        keep_together(TABLE, "document_id", "association_attachment"),
        migrations.RunSQL(KEEP, UNKEEP),
    ]
