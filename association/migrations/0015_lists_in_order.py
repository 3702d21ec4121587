from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0014_sealed_again'),
        ('members', '0003_by_name'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['association', '-from_on', '-id'], name='appointment_in_order'),
        ),
    ]
