"""Nothing of a single case is published, so nobody is asked to agree to it."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0025_hearings'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='complaint',
            name='may_publish',
        ),
    ]
