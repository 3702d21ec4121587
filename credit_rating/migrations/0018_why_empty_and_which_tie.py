"""Why a row of a self-assessment starts empty, and which tie made an assessor stand aside; the tie stays as it was named."""

from django.db import migrations, models
from django.db.models import Q

TIES = [
    ("employment", "任职"),
    ("office", "担任职务"),
    ("shareholding", "持有股权"),
    ("teaching", "授课"),
    ("consulting", "提供咨询"),
    ("family", "近亲属任职"),
    ("complainant", "曾投诉该机构"),
    ("litigation", "涉诉"),
    ("supplier", "供应服务"),
    ("declared", "其他利害关系"),
]


def stood_aside(columns: str) -> str:
    return f"""
DROP TRIGGER stood_aside ON credit_rating_assignment;
CREATE TRIGGER stood_aside BEFORE UPDATE ON credit_rating_assignment FOR EACH ROW
  WHEN (OLD.state IN ('recused', 'ended')) EXECUTE FUNCTION portal_keep_columns({columns});
ALTER TABLE credit_rating_assignment ENABLE ALWAYS TRIGGER stood_aside;
"""


BEFORE = "'declared_at', 'recusal_reason', 'ending_reason'"


class Migration(migrations.Migration):
    dependencies = [("credit_rating", "0017_longer_answers")]
    operations = [
        migrations.AddField(
            "opinionitem",
            "not_carried",
            models.JSONField("未沿用的原因", null=True, editable=False),
        ),
        migrations.AddField(
            "assignment",
            "tie",
            models.CharField("利害关系", max_length=12, choices=TIES, default="declared"),
        ),
        migrations.AddConstraint(
            "assignment",
            models.CheckConstraint(
                name="assignment_tie_known", condition=Q(tie__in=[value for value, _word in TIES])
            ),
        ),
        migrations.RunSQL(stood_aside(f"{BEFORE}, 'tie'"), stood_aside(BEFORE)),
    ]
