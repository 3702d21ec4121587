from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0009_case_files'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['association', 'action'], name='audit_of_action'),
        ),
    ]
