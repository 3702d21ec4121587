from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0015_lists_in_order'),
        ('credit_rating', '0010_terms_follow_the_clock'),
        ('members', '0003_by_name'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='assessment',
            options={'ordering': ['-round_id', 'id'], 'permissions': [('review_assessment', '评估这一件')], 'verbose_name': '评估', 'verbose_name_plural': '评估'},
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['association', '-round', 'id'], name='assessment_in_order'),
        ),
        migrations.AddIndex(
            model_name='historicalresult',
            index=models.Index(fields=['association', '-year', 'id'], name='historical_result_in_order'),
        ),
    ]
