"""协议书 to be signed and as signed, for each side; two clerks where both sides signed on paper."""

import django.db.models.deletion
from django.db import migrations, models

from association.migration_ops import keep_together

FILES = ("proposal_id", "named_proposal_id", "named_document_id")
MAY_CHANGE = ("m:superseded_at", "m:signed_at", "m:document_id", "e:text")
FITS = """
CREATE OR REPLACE FUNCTION portal_signature_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM complaints_agreement WHERE id = NEW.agreement_id AND superseded_at IS NULL
                 AND text_sha256 = NEW.text_sha256) THEN
    RAISE EXCEPTION 'a signature is of the current text' USING ERRCODE = '23514';
  END IF;
  %s
  RETURN NEW;
END$$;
"""
TWO_CLERKS = """IF NEW.method = 'paper' AND EXISTS (
       SELECT 1 FROM complaints_signature WHERE agreement_id = NEW.agreement_id AND method = 'paper'
         AND recorded_by_id = NEW.recorded_by_id) THEN
    RAISE EXCEPTION 'two papers are written down by two people' USING ERRCODE = '23514';
  END IF;"""


def kept(changes):
    """The guard of an agreement with what may still happen to it."""
    return (
        "DROP TRIGGER keep_agreement ON complaints_agreement;"
        "CREATE TRIGGER keep_agreement BEFORE UPDATE OR DELETE ON complaints_agreement FOR EACH ROW "
        f"EXECUTE FUNCTION portal_keep_of_complaint({', '.join(map(repr, changes))});"
        "ALTER TABLE complaints_agreement ENABLE ALWAYS TRIGGER keep_agreement;"
    )


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0019_names_here'),
        ('complaints', '0013_telling_again'),
    ]

    operations = [
        migrations.AddField(
            model_name='agreement',
            name='named_document',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.attachment', verbose_name='协议书（机构联）'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='named_proposal',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.attachment', verbose_name='待签署的协议书（机构联）'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='proposal',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.attachment', verbose_name='待签署的协议书'),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='kind',
            field=models.CharField(choices=[('contract', '合同或凭证'), ('payment', '付款记录'), ('lessons', '课程表、考勤或课时记录'), ('promise', '广告或聊天中的承诺'), ('demand', '退费申请及其日期'), ('answer', '机构的答复'), ('custody', '银行存管记录'), ('authority', '委托书'), ('identity', '身份证明'), ('receipt', '退款或履行凭证'), ('signed', '签名的书面意见或者协议书'), ('other', '其他材料')], max_length=10, verbose_name='种类'),
        ),
        *[keep_together("complaints_agreement", column, "association_attachment") for column in FILES],
        migrations.RunSQL(kept((*MAY_CHANGE, *(f"m:{column}" for column in FILES))), kept(MAY_CHANGE)),
        migrations.RunSQL(FITS % TWO_CLERKS, FITS % ""),
    ]
