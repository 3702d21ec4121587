"""到账日: the day that whoever complained or the proof confirms; without one no breach is set aside for its day."""

from django.db import migrations, models
from django.db.models import Q

FORWARD = """
DROP TRIGGER keep_payment ON complaints_paymentreport;
CREATE TRIGGER keep_payment BEFORE UPDATE OR DELETE ON complaints_paymentreport FOR EACH ROW
  EXECUTE FUNCTION portal_keep_of_complaint('m:state', 'm:answered_at', 'm:received_fen', 'm:confirmed_on',
                                            'm:seen_by_id', 'm:proof_id');
ALTER TABLE complaints_paymentreport ENABLE ALWAYS TRIGGER keep_payment;

CREATE FUNCTION portal_payment_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.proof_id IS NULL AND OLD.proof_id IS NOT NULL AND EXISTS (
       SELECT 1 FROM complaints_complaint WHERE id = NEW.complaint_id AND retired_at IS NOT NULL) THEN
    RETURN NEW;
  END IF;
  IF (OLD.confirmed_on IS NOT NULL AND NEW.confirmed_on IS DISTINCT FROM OLD.confirmed_on)
     OR (OLD.seen_by_id IS NOT NULL AND NEW.seen_by_id IS NULL)
     OR (NEW.seen_by_id IS DISTINCT FROM OLD.seen_by_id AND NEW.proof_id IS NULL)
     OR (OLD.proof_id IS NOT NULL AND NEW.proof_id IS DISTINCT FROM OLD.proof_id) THEN
    RAISE EXCEPTION 'the day of a payment is confirmed once, and seen in a proof' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER payment_day BEFORE UPDATE ON complaints_paymentreport FOR EACH ROW
  WHEN ((OLD.confirmed_on, OLD.seen_by_id, OLD.proof_id) IS DISTINCT FROM
        (NEW.confirmed_on, NEW.seen_by_id, NEW.proof_id))
  EXECUTE FUNCTION portal_payment_day();
ALTER TABLE complaints_paymentreport ENABLE ALWAYS TRIGGER payment_day;

CREATE FUNCTION portal_breach_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found complaints_fact;
BEGIN
  SELECT * INTO found FROM complaints_fact WHERE id = NEW.fact_id;
  IF found.kind <> 'breach'
     OR EXISTS (SELECT 1 FROM complaints_factreview WHERE fact_id = found.id AND state = 'granted')
     OR EXISTS (SELECT 1 FROM complaints_paymentreport WHERE complaint_id = found.complaint_id
                AND state = 'confirmed' AND confirmed_on < (found.at AT TIME ZONE 'Asia/Shanghai')::date) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a breach is set aside by a confirmed day or by two people' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER breach_stands BEFORE INSERT ON complaints_factsetaside FOR EACH ROW
  EXECUTE FUNCTION portal_breach_stands();
ALTER TABLE complaints_factsetaside ENABLE ALWAYS TRIGGER breach_stands;
"""
BACKWARD = """
DROP TRIGGER breach_stands ON complaints_factsetaside;
DROP FUNCTION portal_breach_stands();
DROP TRIGGER payment_day ON complaints_paymentreport;
DROP FUNCTION portal_payment_day();
DROP TRIGGER keep_payment ON complaints_paymentreport;
CREATE TRIGGER keep_payment BEFORE UPDATE OR DELETE ON complaints_paymentreport FOR EACH ROW
  EXECUTE FUNCTION portal_keep_of_complaint('m:state', 'm:answered_at', 'm:received_fen', 'e:proof_id');
ALTER TABLE complaints_paymentreport ENABLE ALWAYS TRIGGER keep_payment;
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0021_recusals_end")]
    operations = [
        migrations.AddField(
            model_name="paymentreport",
            name="confirmed_on",
            field=models.DateField(null=True, verbose_name="确认的到账日"),
        ),
        migrations.AddConstraint(
            model_name="paymentreport",
            constraint=models.CheckConstraint(
                name="payment_day",
                condition=Q(("confirmed_on__isnull", True), Q(("state", "reported"), _negated=True), _connector="OR"),
            ),
        ),
        migrations.AlterField(
            model_name="decision",
            name="kind",
            field=models.CharField(choices=[('accept', '受理'), ('refuse', '不予受理'), ('transfer', '转办'), ('terminate', '终止调解'), ('withdraw', '撤回'), ('settle', '自行和解'), ('contest', '提出异议'), ('unpaid', '投诉人说没有收到到期的款项')], max_length=10, verbose_name='决定'),
        ),
        migrations.AlterField(
            model_name="fact",
            name="kind",
            field=models.CharField(choices=[('reply_missed', '逾期未答复'), ('reply_late', '逾期答复'), ('refused_mediation', '拒绝调解'), ('absent', '无正当理由不参加调解'), ('ended_by_clock', '期限届满未达成协议'), ('breach', '未履行调解协议或者和解'), ('contested', '投诉人否认已解决')], max_length=18, verbose_name='事实'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
