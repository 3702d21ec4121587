"""线索依据的核实: who read the article behind a category, when and why it may be named from then on."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import append_only, isolate

TABLE = "complaints_leadanchorconfirmation"
# As before; and an open lead without an article gets the one that somebody confirmed for its category.
FORWARD = f"""
CREATE OR REPLACE FUNCTION portal_lead_category() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'draft' OR (OLD.state = 'submitted' AND NEW.state = 'screened') THEN RETURN NEW; END IF;
  IF OLD.category = NEW.category AND OLD.anchor = '' AND OLD.state = NEW.state
     AND NEW.state IN ('submitted', 'screened', 'verifying') AND EXISTS (
       SELECT 1 FROM {TABLE} read WHERE read.association_id = NEW.association_id
         AND read.category = NEW.category AND read.citation = NEW.anchor) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a lead is put under its category when it is screened' USING ERRCODE = '23514';
END$$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION portal_lead_category() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'draft' OR (OLD.state = 'submitted' AND NEW.state = 'screened') THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a lead is put under its category when it is screened' USING ERRCODE = '23514';
END$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("association", "0030_peoples_committee"),
        ("complaints", "0039_harm_day"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="LeadAnchorConfirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("category", models.CharField(choices=[("unlicensed", "无证办学"), ("advertising", "虚假或误导宣传"), ("promise", "保过、包拿证等承诺"), ("void_terms", "“概不退费”等无效条款"), ("filing", "预付卡不备案、迟备案或虚假备案"), ("custody", "逃避预收资金存管"), ("refund", "拖延或拒绝退费"), ("no_voucher", "不签合同、不给凭证"), ("out_of_scope", "超出许可范围或地点办学"), ("false_enrolment", "虚假招生"), ("certificate_fraud", "帮助学员规避监管骗取证书"), ("personal_data", "滥用个人信息"), ("other", "其他违法违规")], max_length=18, verbose_name="类别")),
                ("citation", models.CharField(max_length=200, verbose_name="法律依据")),
                ("valid_from", models.DateField(verbose_name="自哪一天起")),
                ("confirmed_at", models.DateTimeField(verbose_name="核实时间")),
                ("confirmation", models.CharField(max_length=300, verbose_name="核实的依据和理由")),
                ("association", models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="association.association")),
                ("confirmed_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="核实人")),
            ],
            options={"verbose_name": "线索依据的核实", "verbose_name_plural": "线索依据的核实", "ordering": ["id"]},
        ),
        migrations.AddConstraint(
            model_name="leadanchorconfirmation",
            constraint=models.UniqueConstraint(
                fields=("association", "category", "citation", "valid_from"), name="lead_anchor_confirmed_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="leadanchorconfirmation",
            constraint=models.CheckConstraint(
                name="lead_anchor_confirmed_with_reason",
                condition=~models.Q(confirmation="") & ~models.Q(citation=""),
            ),
        ),
        isolate(TABLE),
        append_only(TABLE),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
