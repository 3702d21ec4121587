
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0012_calendar_walls'),
        ('disclosure', '0004_search_along_the_index'),
    ]

    operations = [
        migrations.CreateModel(
            name='PastRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('scheme', models.CharField(max_length=80)),
                ('issuing_body', models.CharField(max_length=80)),
                ('sources', models.JSONField(default=list)),
                ('notes', models.JSONField(default=list)),
                ('results', models.JSONField(default=list)),
                ('as_of', models.DateTimeField()),
                ('association', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='association.association')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('association', 'year', 'scheme', 'issuing_body'), name='past_round_once')],
            },
        ),
    ]
