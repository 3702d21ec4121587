"""会籍: the walls, the steps, and what stays as it was handed in, voted, decided and known."""

from django.db import migrations

from association.migration_ops import append_only, isolate, keep_together

TABLES = [
    "members_membershipapplication",
    "members_applicationevidence",
    "members_councilvote",
    "members_councilballot",
    "members_membershipterm",
    "members_officeterm",
    "members_membershipevent",
    "members_membershipcertificate",
]
LINKS = [
    ("members_membershipapplication", "institution_id", "members_institution"),
    ("members_applicationevidence", "application_id", "members_membershipapplication"),
    ("members_applicationevidence", "attachment_id", "association_attachment"),
    ("members_councilvote", "institution_id", "members_institution"),
    ("members_councilvote", "application_id", "members_membershipapplication"),
    ("members_councilvote", "quorum_rule_id", "association_charterrule"),
    ("members_councilvote", "majority_rule_id", "association_charterrule"),
    ("members_councilballot", "vote_id", "members_councilvote"),
    ("members_membershipterm", "institution_id", "members_institution"),
    ("members_membershipterm", "application_id", "members_membershipapplication"),
    ("members_officeterm", "institution_id", "members_institution"),
    ("members_membershipevent", "institution_id", "members_institution"),
    ("members_membershipcertificate", "institution_id", "members_institution"),
    ("members_membershipcertificate", "attachment_id", "association_attachment"),
]
STEPS = (
    "draft>applying",
    "draft>recalled",
    "applying>under_review",
    "applying>recalled",
    "under_review>supplement",
    "under_review>council_vote",
    "under_review>recalled",
    "supplement>under_review",
    "supplement>recalled",
    "council_vote>admitted",
    "council_vote>rejected",
    "council_vote>under_review",
)
FORWARD = f"""
CREATE FUNCTION portal_application_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  steps text[] := ARRAY[{", ".join(f"'{step}'" for step in STEPS)}];
  wanted text;
BEGIN
  IF NOT OLD.state || '>' || NEW.state = ANY(steps) THEN
    RAISE EXCEPTION 'no step from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
  END IF;
  wanted := CASE NEW.state WHEN 'admitted' THEN 'passed' WHEN 'rejected' THEN 'failed' END;
  IF wanted IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM members_councilvote WHERE application_id = NEW.id AND state = wanted) THEN
    RAISE EXCEPTION 'the council has not decided so' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER application_step BEFORE UPDATE ON members_membershipapplication
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION portal_application_step();

CREATE FUNCTION portal_application_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> 'draft' THEN
    RAISE EXCEPTION 'an application begins as a draft' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER application_begins BEFORE INSERT ON members_membershipapplication
  FOR EACH ROW EXECUTE FUNCTION portal_application_begins();

CREATE FUNCTION portal_keep_application() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  fixed text[] := ARRAY['institution_id', 'field', 'licence_number', 'tier', 'statement', 'applicant_id', 'doubts',
    'submitted_at', 'saved_at'];
  kept text;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'an application is kept' USING ERRCODE = '23514';
  END IF;
  IF OLD.state = 'draft' THEN fixed := ARRAY['institution_id']; END IF;
  IF OLD.supplement_asked_at IS NOT NULL THEN
    fixed := fixed || ARRAY['supplement_items', 'supplement_asked_at'];
  END IF;
  IF OLD.supplement_ended_at IS NOT NULL THEN
    fixed := fixed || ARRAY['supplement_answer', 'supplement_ended_at'];
  END IF;
  IF OLD.decided_at IS NOT NULL THEN fixed := fixed || ARRAY['decided_at', 'decision', 'opinion', 'reviewer_id']; END IF;
  FOREACH kept IN ARRAY fixed LOOP
    IF to_jsonb(NEW) -> kept IS DISTINCT FROM to_jsonb(OLD) -> kept THEN
      RAISE EXCEPTION 'members_membershipapplication.% is settled', kept USING ERRCODE = '23514';
    END IF;
  END LOOP;
  RETURN NEW;
END$$;
CREATE TRIGGER keep_application BEFORE UPDATE OR DELETE ON members_membershipapplication
  FOR EACH ROW EXECUTE FUNCTION portal_keep_application();

CREATE FUNCTION portal_keep_application_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE now_in text;
BEGIN
  SELECT state INTO now_in FROM members_membershipapplication
    WHERE id = CASE TG_OP WHEN 'INSERT' THEN NEW.application_id ELSE OLD.application_id END;
  IF TG_OP = 'INSERT' AND now_in IN ('draft', 'supplement') THEN RETURN NEW; END IF;
  IF TG_OP = 'DELETE' AND now_in = 'draft' THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'material that was handed in stays' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_application_evidence BEFORE INSERT OR UPDATE OR DELETE ON members_applicationevidence
  FOR EACH ROW EXECUTE FUNCTION portal_keep_application_evidence();

CREATE FUNCTION portal_ballot_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked record;
BEGIN
  SELECT state, seated INTO asked FROM members_councilvote WHERE id = NEW.vote_id FOR SHARE;
  IF asked.state IS DISTINCT FROM 'open' THEN
    RAISE EXCEPTION 'the vote is closed' USING ERRCODE = '23514';
  END IF;
  IF NOT asked.seated @> to_jsonb(NEW.voter_id) THEN
    RAISE EXCEPTION 'no seat in this vote' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER ballot_in_time BEFORE INSERT ON members_councilballot
  FOR EACH ROW EXECUTE FUNCTION portal_ballot_in_time();

CREATE FUNCTION portal_keep_vote() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may text[] := ARRAY['ends_at', 'state', 'closed_at', 'closed_by_id', 'votes_for', 'votes_against', 'abstentions',
    'recusals', 'reasons'];
  quorum record; majority record; cast_for int; cast_against int; abstained int; aside int; took_part int; enough boolean;
  agreed boolean;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'open' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a vote begins open' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'a vote is kept' USING ERRCODE = '23514'; END IF;
  IF OLD.state <> 'open' OR to_jsonb(NEW) - may <> to_jsonb(OLD) - may THEN
    RAISE EXCEPTION 'a vote stays as it was' USING ERRCODE = '23514';
  END IF;
  IF NEW.state = 'open' THEN RETURN NEW; END IF;
  SELECT count(*) FILTER (WHERE choice = 'for'), count(*) FILTER (WHERE choice = 'against'),
         count(*) FILTER (WHERE choice = 'abstain'), count(*) FILTER (WHERE choice = 'recused')
    INTO cast_for, cast_against, abstained, aside FROM members_councilballot WHERE vote_id = NEW.id;
  IF (NEW.votes_for, NEW.votes_against, NEW.abstentions, NEW.recusals)
     IS DISTINCT FROM (cast_for, cast_against, abstained, aside) THEN
    RAISE EXCEPTION 'the ballots say otherwise' USING ERRCODE = '23514';
  END IF;
  SELECT numerator, denominator, is_strict INTO quorum FROM association_charterrule WHERE id = NEW.quorum_rule_id;
  SELECT numerator, denominator, is_strict INTO majority FROM association_charterrule WHERE id = NEW.majority_rule_id;
  took_part := cast_for + cast_against + abstained;
  enough := took_part > 0 AND CASE WHEN quorum.is_strict
    THEN took_part * quorum.denominator > (NEW.seats - aside) * quorum.numerator
    ELSE took_part * quorum.denominator >= (NEW.seats - aside) * quorum.numerator END;
  agreed := CASE WHEN majority.is_strict
    THEN cast_for * majority.denominator > took_part * majority.numerator
    ELSE cast_for * majority.denominator >= took_part * majority.numerator END;
  IF (NEW.state <> CASE WHEN NOT enough THEN 'void' WHEN agreed THEN 'passed' ELSE 'failed' END) THEN
    RAISE EXCEPTION 'no such result by the shares of the charter' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER keep_vote BEFORE INSERT OR UPDATE OR DELETE ON members_councilvote
  FOR EACH ROW EXECUTE FUNCTION portal_keep_vote();

CREATE FUNCTION portal_keep_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL
     AND to_jsonb(NEW) - 'superseded_at' = to_jsonb(OLD) - 'superseded_at' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'what was known stays known' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_term BEFORE UPDATE OR DELETE ON members_membershipterm
  FOR EACH ROW EXECUTE FUNCTION portal_keep_known();
CREATE TRIGGER keep_office BEFORE UPDATE OR DELETE ON members_officeterm
  FOR EACH ROW EXECUTE FUNCTION portal_keep_known();

CREATE FUNCTION portal_office_of_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM members_membershipterm WHERE institution_id = NEW.institution_id AND superseded_at IS NULL
      AND from_on <= NEW.from_on AND (until_on IS NULL OR until_on >= NEW.from_on)) THEN
    RAISE EXCEPTION 'only a member holds an office' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER office_of_member BEFORE INSERT ON members_officeterm
  FOR EACH ROW EXECUTE FUNCTION portal_office_of_member();

CREATE FUNCTION portal_keep_member_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.attachment_id IS NULL
     AND to_jsonb(NEW) - 'attachment_id' = to_jsonb(OLD) - 'attachment_id' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a certificate stays as it was issued' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_member_certificate BEFORE UPDATE OR DELETE ON members_membershipcertificate
  FOR EACH ROW EXECUTE FUNCTION portal_keep_member_certificate();
"""
MADE = (
    ("members_membershipapplication", "application_step", "application_step"),
    ("members_membershipapplication", "application_begins", "application_begins"),
    ("members_membershipapplication", "keep_application", "keep_application"),
    ("members_applicationevidence", "keep_application_evidence", "keep_application_evidence"),
    ("members_councilballot", "ballot_in_time", "ballot_in_time"),
    ("members_councilvote", "keep_vote", "keep_vote"),
    ("members_membershipterm", "keep_term", "keep_known"),
    ("members_officeterm", "keep_office", "keep_known"),
    ("members_officeterm", "office_of_member", "office_of_member"),
    ("members_membershipcertificate", "keep_member_certificate", "keep_member_certificate"),
)
ALWAYS = "".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};" for table, name, _function in MADE)
BACKWARD = "".join(f"DROP TRIGGER {name} ON {table};" for table, name, _function in MADE) + "".join(
    f"DROP FUNCTION portal_{name}();" for name in dict.fromkeys(function for _t, _n, function in MADE)
)


class Migration(migrations.Migration):
    dependencies = [("members", "0004_membership"), ("association", "0021_charter")]
    operations = [
        *[isolate(table) for table in TABLES],
        *[keep_together(*link) for link in LINKS],
        append_only("members_councilballot"),
        append_only("members_membershipevent"),
        migrations.RunSQL(FORWARD + ALWAYS, BACKWARD),
    ]
