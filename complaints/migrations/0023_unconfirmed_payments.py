"""待确认的付款 are counted for the published sums by an index of their own."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("complaints", "0022_confirmed_day")]
    operations = [
        migrations.AddIndex(
            model_name="paymentreport",
            index=models.Index(
                condition=Q(("state", "reported")),
                fields=["association", "complaint"],
                include=["amount_fen"],
                name="payment_unconfirmed",
            ),
        ),
    ]
