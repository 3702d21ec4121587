from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0002_walls'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='institution',
            index=models.Index(fields=['association', 'name', '-id'], name='institution_by_name'),
        ),
    ]
