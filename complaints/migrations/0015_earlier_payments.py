"""付款报告 of what was reported before payments were rows of their own: none of them is out of reach."""

from django.db import migrations

# Of each instalment that is marked as paid, and of what was returned on a settlement. Who reported it was not kept; what
# the complainant called resolved is confirmed. A settlement's day of payment was not kept either: the day of the answer.
FORWARD = """
DO $$
DECLARE one bigint;
BEGIN
  FOR one IN SELECT id FROM association_association LOOP
    PERFORM set_config('portal.association', one::text, true);
    INSERT INTO complaints_paymentreport
      (association_id, complaint_id, instalment_id, amount_fen, paid_on, reported_at, state, answered_at, received_fen)
    SELECT part.association_id, part.complaint_id, part.id, part.amount_fen, part.paid_on,
           part.paid_on::timestamp AT TIME ZONE 'Asia/Shanghai',
           CASE WHEN file.outcome = 'resolved' THEN 'confirmed' ELSE 'reported' END,
           CASE WHEN file.outcome = 'resolved' THEN file.confirmed_at END, 0
    FROM complaints_instalment part JOIN complaints_complaint file ON file.id = part.complaint_id
    WHERE part.paid_on IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM complaints_paymentreport WHERE instalment_id = part.id);
    INSERT INTO complaints_paymentreport
      (association_id, complaint_id, amount_fen, paid_on, reported_at, state, answered_at, received_fen)
    SELECT file.association_id, file.id, file.returned_fen,
           (coalesce(asked.asked_at, file.ended_at, now()) AT TIME ZONE 'Asia/Shanghai')::date,
           coalesce(asked.asked_at, file.ended_at, now()),
           CASE WHEN file.outcome = 'resolved' THEN 'confirmed' ELSE 'reported' END,
           CASE WHEN file.outcome = 'resolved' THEN file.confirmed_at END, 0
    FROM complaints_complaint file
    LEFT JOIN LATERAL (SELECT max(asked_at) AS asked_at FROM complaints_survey WHERE complaint_id = file.id) asked ON true
    WHERE file.returned_fen > 0 AND 'settled' IN (file.state, file.closed_from)
      AND NOT EXISTS (SELECT 1 FROM complaints_paymentreport WHERE complaint_id = file.id);
    UPDATE complaints_complaint file SET returned_fen = counted.fen
    FROM (SELECT complaint_id, sum(CASE WHEN state = 'denied' THEN received_fen ELSE amount_fen END) AS fen
          FROM complaints_paymentreport GROUP BY complaint_id) counted
    WHERE counted.complaint_id = file.id AND counted.fen <> file.returned_fen AND counted.fen <= file.paid_fen;
  END LOOP;
  PERFORM set_config('portal.association', '', true);
END$$;
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0014_agreement_papers")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
