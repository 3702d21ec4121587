"""违反公约: the walls, the steps, what is fixed; and no decision against somebody who is no member, or by one person alone."""

from django.db import migrations

from association.migration_ops import append_only, isolate, keep_together

TABLES = ["members_pledgebreach", "members_breachdecision"]
LINKS = [
    ("members_pledgebreach", "institution_id", "members_institution"),
    ("members_pledgebreach", "signature_id", "members_pledgesignature"),
    ("members_pledgebreach", "clause_id", "association_pledgeclause"),
    ("members_pledgebreach", "paper_id", "association_attachment"),
    ("members_breachdecision", "breach_id", "members_pledgebreach"),
    ("members_breachdecision", "term_id", "members_membershipterm"),
]
STEPS = (
    "alleged>noticed",
    "alleged>dismissed",
    "noticed>heard",
    "heard>proposed",
    "proposed>heard",
    "proposed>dismissed",
    "proposed>rectifying",
    "proposed>sanctioned",
    "rectifying>rectified",
    "rectifying>noticed",
    "sanctioned>closed",
    "rectified>closed",
    "alleged>withdrawn",
    "noticed>withdrawn",
    "heard>withdrawn",
    "proposed>withdrawn",
    "rectifying>withdrawn",
    "sanctioned>withdrawn",
    "rectified>withdrawn",
    "closed>withdrawn",
)
FORWARD = f"""
CREATE FUNCTION portal_keep_breach() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  steps text[] := ARRAY[{", ".join(f"'{step}'" for step in STEPS)}];
  answer text[] := ARRAY['defence', 'defended_at', 'defended_by_id', 'received_on', 'paper_id'];
  fixed text[] := ARRAY['institution_id', 'signature_id', 'clause_id', 'source', 'source_id', 'facts', 'alleged_by_id',
    'alleged_at'];
  kept text;
  decided record;
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'a breach is kept' USING ERRCODE = '23514'; END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'alleged' THEN
      RAISE EXCEPTION 'a breach begins as an allegation' USING ERRCODE = '23514';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM members_pledgesignature s JOIN association_pledgeclause c ON c.version_id = s.version_id
        WHERE s.id = NEW.signature_id AND s.institution_id = NEW.institution_id AND c.id = NEW.clause_id) THEN
      RAISE EXCEPTION 'the institution has not signed this clause' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
  END IF;
  FOREACH kept IN ARRAY fixed LOOP
    IF to_jsonb(NEW) -> kept IS DISTINCT FROM to_jsonb(OLD) -> kept THEN
      RAISE EXCEPTION 'members_pledgebreach.% is settled', kept USING ERRCODE = '23514';
    END IF;
  END LOOP;
  IF OLD.state = NEW.state THEN
    IF OLD.state = 'noticed' AND OLD.defended_at IS NULL AND NEW.received_on BETWEEN OLD.served_on
        AND (NEW.defended_at AT TIME ZONE 'Asia/Shanghai')::date
        AND to_jsonb(NEW) - answer = to_jsonb(OLD) - answer THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a breach stays as it was' USING ERRCODE = '23514';
  END IF;
  IF NOT OLD.state || '>' || NEW.state = ANY(steps) THEN
    RAISE EXCEPTION 'no step from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
  END IF;
  IF NEW.state <> 'noticed' AND (NEW.turn, NEW.notice, NEW.noticed_at, NEW.served_on, NEW.service, NEW.defence,
        NEW.defended_at, NEW.defended_by_id, NEW.received_on, NEW.paper_id)
      IS DISTINCT FROM (OLD.turn, OLD.notice, OLD.noticed_at, OLD.served_on, OLD.service, OLD.defence,
        OLD.defended_at, OLD.defended_by_id, OLD.received_on, OLD.paper_id) THEN
    RAISE EXCEPTION 'what was told and answered stays' USING ERRCODE = '23514';
  END IF;
  IF OLD.state = 'proposed' AND NEW.state NOT IN ('heard', 'withdrawn') THEN
    SELECT sanction INTO decided FROM members_breachdecision WHERE breach_id = NEW.id AND turn = NEW.turn;
    IF (decided.sanction IS NULL OR NEW.state <> CASE decided.sanction WHEN 'none' THEN 'dismissed'
        WHEN 'rectification' THEN 'rectifying' ELSE 'sanctioned' END) THEN
      RAISE EXCEPTION 'nothing was decided so' USING ERRCODE = '23514';
    END IF;
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER keep_breach BEFORE INSERT OR UPDATE OR DELETE ON members_pledgebreach
  FOR EACH ROW EXECUTE FUNCTION portal_keep_breach();

CREATE FUNCTION portal_breach_decided() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE case_ record; held record;
BEGIN
  SELECT institution_id, state, turn, sanction, grounds, charter_clause, tier, notice, defence, hearing, proposed_by_id
    INTO case_ FROM members_pledgebreach WHERE id = NEW.breach_id FOR SHARE;
  IF case_.state IS DISTINCT FROM 'proposed'
      OR (case_.turn, case_.sanction, case_.grounds, case_.charter_clause, case_.tier, case_.notice, case_.defence,
          case_.hearing, case_.proposed_by_id)
      IS DISTINCT FROM
         (NEW.turn, NEW.sanction, NEW.grounds, NEW.charter_clause, NEW.tier, NEW.notice, NEW.defence, NEW.hearing,
          NEW.proposed_by_id) THEN
    RAISE EXCEPTION 'no such decision was proposed' USING ERRCODE = '23514';
  END IF;
  IF NEW.sanction <> 'none' THEN
    SELECT institution_id, from_on, until_on, superseded_at INTO held FROM members_membershipterm WHERE id = NEW.term_id;
    IF held.institution_id IS DISTINCT FROM case_.institution_id OR held.superseded_at IS NOT NULL
        OR (NEW.decided_at AT TIME ZONE 'Asia/Shanghai')::date < held.from_on
        OR (NEW.decided_at AT TIME ZONE 'Asia/Shanghai')::date > held.until_on THEN
      RAISE EXCEPTION 'only a member is sanctioned' USING ERRCODE = '23514';
    END IF;
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER breach_decided BEFORE INSERT ON members_breachdecision
  FOR EACH ROW EXECUTE FUNCTION portal_breach_decided();
ALTER TABLE members_pledgebreach ENABLE ALWAYS TRIGGER keep_breach;
ALTER TABLE members_breachdecision ENABLE ALWAYS TRIGGER breach_decided;
"""
BACKWARD = """
DROP TRIGGER breach_decided ON members_breachdecision;
DROP TRIGGER keep_breach ON members_pledgebreach;
DROP FUNCTION portal_breach_decided();
DROP FUNCTION portal_keep_breach();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0010_breach"), ("association", "0025_pledge_walls")]
    operations = [
        *[isolate(table) for table in TABLES],
        *[keep_together(*link) for link in LINKS],
        append_only("members_breachdecision"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
