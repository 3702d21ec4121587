"""申请回避 that nobody decided ends with the mediation: none is open where nobody mediates."""

from django.db import migrations, models

# Those that were left open when their mediation ended: at the end of the file, or now.
ENDED = """
DO $$
DECLARE one bigint;
BEGIN
  FOR one IN SELECT id FROM association_association LOOP
    PERFORM set_config('portal.association', one::text, true);
    UPDATE complaints_recusalrequest asked
    SET state = 'lapsed', decided_at = greatest(coalesce(file.ended_at, now()), asked.asked_at)
    FROM complaints_complaint file
    WHERE file.id = asked.complaint_id AND asked.state = 'asked' AND file.state <> 'mediating';
  END LOOP;
  PERFORM set_config('portal.association', '', true);
END$$;
"""
WALLS = """
CREATE FUNCTION portal_recusal_in_mediation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM complaints_complaint WHERE id = NEW.complaint_id AND state = 'mediating') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'another mediator is asked for while somebody mediates' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER recusal_in_mediation BEFORE INSERT OR UPDATE ON complaints_recusalrequest FOR EACH ROW
  WHEN (NEW.state = 'asked') EXECUTE FUNCTION portal_recusal_in_mediation();
ALTER TABLE complaints_recusalrequest ENABLE ALWAYS TRIGGER recusal_in_mediation;

CREATE FUNCTION portal_mediation_without_recusal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM complaints_recusalrequest WHERE complaint_id = NEW.id AND state = 'asked') THEN
    RAISE EXCEPTION 'with the mediation ends every open request for another mediator' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER mediation_without_recusal BEFORE UPDATE ON complaints_complaint FOR EACH ROW
  WHEN (OLD.state = 'mediating' AND NEW.state <> 'mediating') EXECUTE FUNCTION portal_mediation_without_recusal();
ALTER TABLE complaints_complaint ENABLE ALWAYS TRIGGER mediation_without_recusal;
"""
NO_WALLS = """
DROP TRIGGER mediation_without_recusal ON complaints_complaint;
DROP FUNCTION portal_mediation_without_recusal();
DROP TRIGGER recusal_in_mediation ON complaints_recusalrequest;
DROP FUNCTION portal_recusal_in_mediation();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0020_fault_wording'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='recusalrequest',
            name='recusal_decided',
        ),
        migrations.AlterField(
            model_name='recusalrequest',
            name='state',
            field=models.CharField(choices=[('asked', '待决定'), ('granted', '同意回避'), ('refused', '不予回避'), ('lapsed', '调解已结束，未作决定')], default='asked', max_length=8, verbose_name='状态'),
        ),
        migrations.RunSQL(ENDED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='recusalrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'asked')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', True), ('decision', ''), ('state', 'lapsed')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', ['granted', 'refused']), models.Q(('decision', ''), _negated=True)), _connector='OR'), name='recusal_decided'),
        ),
        migrations.RunSQL(WALLS, NO_WALLS),
    ]
