import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0013_queue'),
        ('members', '0003_by_name'),
    ]

    operations = [
        migrations.AlterField(
            model_name='sealedoriginal',
            name='attachment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='originals', to='association.attachment', verbose_name='附件'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(condition=models.Q(('forgotten_on__isnull', True)), fields=['association', 'sha256'], name='attachment_by_content'),
        ),
        migrations.AddConstraint(
            model_name='sealedoriginal',
            constraint=models.UniqueConstraint(condition=models.Q(('destroyed_at__isnull', True)), fields=('association', 'attachment'), name='original_sealed_once'),
        ),
    ]
