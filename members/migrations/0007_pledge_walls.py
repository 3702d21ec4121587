"""签署自律公约: the walls; what a signature binds is checked once more, and nothing of it changes afterwards."""

from django.db import migrations

from association.migration_ops import append_only, isolate, keep_together

TABLES = ["members_pledgeceremony", "members_pledgepaper", "members_pledgesignature"]
LINKS = [
    ("members_pledgeceremony", "version_id", "association_pledgeversion"),
    ("members_pledgeceremony", "record_id", "association_attachment"),
    ("members_pledgepaper", "version_id", "association_pledgeversion"),
    ("members_pledgepaper", "institution_id", "members_institution"),
    ("members_pledgepaper", "scan_id", "association_attachment"),
    ("members_pledgesignature", "version_id", "association_pledgeversion"),
    ("members_pledgesignature", "institution_id", "members_institution"),
    ("members_pledgesignature", "earlier_id", "members_pledgesignature"),
    ("members_pledgesignature", "ceremony_id", "members_pledgeceremony"),
    ("members_pledgesignature", "paper_id", "members_pledgepaper"),
    ("members_pledgesignature", "term_id", "members_membershipterm"),
]
FORWARD = """
CREATE FUNCTION portal_signature_binds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE pledge record; held record; called record; scanned record; before record;
BEGIN
  SELECT state, number, sha256 INTO pledge FROM association_pledgeversion WHERE id = NEW.version_id FOR SHARE;
  IF pledge.sha256 IS DISTINCT FROM NEW.sha256 THEN
    RAISE EXCEPTION 'another text was signed' USING ERRCODE = '23514';
  END IF;
  IF pledge.state NOT IN ('adopted', 'in_force') OR EXISTS (
      SELECT 1 FROM association_pledgeversion WHERE association_id = NEW.association_id AND number > pledge.number) THEN
    RAISE EXCEPTION 'an old version is not signed' USING ERRCODE = '23514';
  END IF;
  SELECT institution_id, from_on, until_on, superseded_at, tier, state INTO held
    FROM members_membershipterm WHERE id = NEW.term_id;
  IF held.institution_id IS DISTINCT FROM NEW.institution_id OR held.superseded_at IS NOT NULL
      OR NEW.signed_on < held.from_on OR NEW.signed_on > held.until_on
      OR (held.tier, held.state) IS DISTINCT FROM (NEW.tier, NEW.member_state) THEN
    RAISE EXCEPTION 'no member on that day' USING ERRCODE = '23514';
  END IF;
  IF NEW.way = 'online' THEN
    SELECT version_id, state, opens_at, ends_at INTO called FROM members_pledgeceremony WHERE id = NEW.ceremony_id FOR SHARE;
    IF called.version_id IS DISTINCT FROM NEW.version_id OR called.state <> 'open'
        OR NEW.signed_at < called.opens_at OR NEW.signed_at >= called.ends_at THEN
      RAISE EXCEPTION 'no ceremony for this signature' USING ERRCODE = '23514';
    END IF;
  ELSE
    SELECT version_id, institution_id, state, signed_on, signer_name, signer_role INTO scanned
      FROM members_pledgepaper WHERE id = NEW.paper_id;
    IF (scanned.version_id, scanned.institution_id, scanned.state, scanned.signed_on, scanned.signer_name, scanned.signer_role)
        IS DISTINCT FROM
       (NEW.version_id, NEW.institution_id, 'confirmed', NEW.signed_on, NEW.signer_name, NEW.signer_role) THEN
      RAISE EXCEPTION 'the paper does not say so' USING ERRCODE = '23514';
    END IF;
  END IF;
  SELECT version_id, institution_id INTO before FROM members_pledgesignature WHERE id = NEW.earlier_id;
  IF NEW.earlier_id IS NOT NULL AND before.institution_id IS DISTINCT FROM NEW.institution_id THEN
    RAISE EXCEPTION 'the earlier signature is of another institution' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (
      SELECT 1 FROM association_pledgeclause now WHERE now.version_id = NEW.version_id
        AND (NEW.clauses ? now.sha256) = EXISTS (SELECT 1 FROM association_pledgeclause was
          WHERE was.version_id = before.version_id AND was.sha256 = now.sha256))
      OR EXISTS (SELECT 1 FROM jsonb_array_elements_text(NEW.clauses) AS signed(one) WHERE NOT EXISTS (
        SELECT 1 FROM association_pledgeclause now WHERE now.version_id = NEW.version_id AND now.sha256 = one)) THEN
    RAISE EXCEPTION 'not the clauses that were new' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER signature_binds BEFORE INSERT ON members_pledgesignature
  FOR EACH ROW EXECUTE FUNCTION portal_signature_binds();

CREATE FUNCTION portal_keep_ceremony() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'open' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a ceremony begins open' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.state = 'open' AND NEW.state = 'closed'
      AND to_jsonb(NEW) - ARRAY['state', 'closed_at'] = to_jsonb(OLD) - ARRAY['state', 'closed_at'] THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.state = 'closed' AND OLD.record_id IS NULL
      AND to_jsonb(NEW) - 'record_id' = to_jsonb(OLD) - 'record_id' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a ceremony stays as it was' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_ceremony BEFORE INSERT OR UPDATE OR DELETE ON members_pledgeceremony
  FOR EACH ROW EXECUTE FUNCTION portal_keep_ceremony();

CREATE FUNCTION portal_keep_pledge_paper() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE may text[] := ARRAY['state', 'decided_by_id', 'decided_at', 'reason'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'waiting' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a paper waits first' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.state = 'waiting' AND NEW.state <> 'waiting'
      AND to_jsonb(NEW) - may = to_jsonb(OLD) - may THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a paper stays as it was' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_pledge_paper BEFORE INSERT OR UPDATE OR DELETE ON members_pledgepaper
  FOR EACH ROW EXECUTE FUNCTION portal_keep_pledge_paper();
ALTER TABLE members_pledgesignature ENABLE ALWAYS TRIGGER signature_binds;
ALTER TABLE members_pledgeceremony ENABLE ALWAYS TRIGGER keep_ceremony;
ALTER TABLE members_pledgepaper ENABLE ALWAYS TRIGGER keep_pledge_paper;
"""
BACKWARD = """
DROP TRIGGER keep_pledge_paper ON members_pledgepaper;
DROP TRIGGER keep_ceremony ON members_pledgeceremony;
DROP TRIGGER signature_binds ON members_pledgesignature;
DROP FUNCTION portal_keep_pledge_paper();
DROP FUNCTION portal_keep_ceremony();
DROP FUNCTION portal_signature_binds();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0006_pledge"), ("association", "0025_pledge_walls")]
    operations = [
        *[isolate(table) for table in TABLES],
        *[keep_together(*link) for link in LINKS],
        append_only("members_pledgesignature"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
