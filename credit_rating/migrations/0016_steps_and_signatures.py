"""Every state takes the steps of its table only; what was assigned, signed, proposed, asked for and announced stays."""

from django.db import migrations

# Table, column of its state, and the steps as ``choices`` has them (a test compares).
STEPS = {
    ("assessment", "stage"): (
        "invited>self_assessing invited>not_filed invited>withdrawn self_assessing>submitted "
        "self_assessing>not_filed self_assessing>withdrawn submitted>supplement submitted>district_reviewed "
        "submitted>reviewed submitted>withdrawn supplement>submitted supplement>district_reviewed "
        "supplement>withdrawn district_reviewed>supplement district_reviewed>reviewed district_reviewed>withdrawn "
        "reviewed>determined reviewed>withdrawn determined>noticed determined>public_notice noticed>determined "
        "noticed>public_notice public_notice>objection public_notice>published objection>public_notice "
        "objection>determined published>suspended published>expired suspended>published suspended>expired"
    ),
    ("assessmentstandard", "state"): (
        "draft>expert_review expert_review>draft expert_review>frozen frozen>retired"
    ),
    ("assignment", "state"): (
        "assigned>declared assigned>recused assigned>ended declared>recused declared>ended"
    ),
    ("determination", "state"): (
        "proposed>countersign proposed>confirmed proposed>superseded countersign>confirmed "
        "countersign>proposed confirmed>superseded"
    ),
    ("objection", "state"): "filed>upheld filed>rejected",
}
FUNCTIONS = """
CREATE FUNCTION portal_only_steps() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before text := to_jsonb(OLD) ->> TG_ARGV[0]; after text := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
  IF before || '>' || after = ANY(string_to_array(TG_ARGV[1], ' ')) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'no step from % to %', before, after USING ERRCODE = '23514';
END$$;

-- The grade of an assessment is that of its confirmed determination; what it was invited, filed and shown with stays.
CREATE FUNCTION portal_assessment_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.grade, NEW.total) IS DISTINCT FROM (OLD.grade, OLD.total) AND NOT EXISTS (
    SELECT 1 FROM credit_rating_determination d JOIN credit_rating_computation c ON c.id = d.computation_id
    WHERE d.assessment_id = NEW.id AND d.state = 'confirmed' AND d.grade = NEW.grade
      AND c.total IS NOT DISTINCT FROM NEW.total) THEN
    RAISE EXCEPTION 'a grade is what was determined' USING ERRCODE = '23514';
  END IF;
  IF NEW.invited_at <> OLD.invited_at
     OR OLD.submitted_at IS NOT NULL AND NEW.submitted_at IS DISTINCT FROM OLD.submitted_at THEN
    RAISE EXCEPTION 'an assessment keeps when it was invited and filed' USING ERRCODE = '23514';
  END IF;
  IF NEW.public_notice_id IS DISTINCT FROM OLD.public_notice_id
     AND NOT (OLD.stage IN ('determined', 'noticed') AND NEW.stage = 'public_notice') THEN
    RAISE EXCEPTION 'an assessment keeps its public notice' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;

-- Nothing goes before the public that was not confirmed, is disputed, or is bad news that its institution has not heard.
CREATE FUNCTION portal_ready_for_notice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE confirmed bigint := (SELECT id FROM credit_rating_determination
                             WHERE assessment_id = NEW.id AND state = 'confirmed' AND grade = NEW.grade);
BEGIN
  IF confirmed IS NULL THEN
    RAISE EXCEPTION 'only a confirmed grade goes on public notice' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (SELECT 1 FROM credit_rating_objection WHERE assessment_id = NEW.id AND state = 'filed') THEN
    RAISE EXCEPTION 'an objection waits' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (SELECT 1 FROM credit_rating_band b JOIN credit_rating_round r ON r.standard_id = b.standard_id
             WHERE r.id = NEW.round_id AND b.grade = NEW.grade AND b.adverse)
     AND NOT EXISTS (SELECT 1 FROM credit_rating_priornotice WHERE determination_id = confirmed
                     AND (defended_at IS NULL OR answered_at IS NOT NULL)) THEN
    RAISE EXCEPTION 'nobody reads of a bad grade in public first' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;

-- What the second person signs is what the first one wrote; what nobody overruled is what was computed.
CREATE FUNCTION portal_signed_as_written() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE second text[] := ARRAY['state', 'countersigned_by_id', 'countersigned_at'];
BEGIN
  IF OLD.state = 'countersign' AND NEW.state <> 'proposed'
     AND to_jsonb(NEW) - second IS DISTINCT FROM to_jsonb(OLD) - second THEN
    RAISE EXCEPTION 'a grade that waits for its second signature stays as it was written' USING ERRCODE = '23514';
  END IF;
  IF NEW.state = 'confirmed' AND NOT NEW.overruled AND NOT EXISTS (
    SELECT 1 FROM credit_rating_computation WHERE id = NEW.computation_id AND grade = NEW.grade) THEN
    RAISE EXCEPTION 'without an overruling the grade is the computed one' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;

CREATE FUNCTION portal_keep_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE approved text[] := ARRAY['approved_by_id', 'published_at', 'valid_until', 'superseded_at'];
BEGIN
  IF TG_OP = 'DELETE' OR to_jsonb(NEW) - approved <> to_jsonb(OLD) - approved THEN
    RAISE EXCEPTION 'what was proposed for publication is kept' USING ERRCODE = '23514';
  END IF;
  IF NEW.published_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM credit_rating_determination
    WHERE id = NEW.determination_id AND assessment_id = NEW.assessment_id AND state = 'confirmed'
      AND grade = NEW.grade) THEN
    RAISE EXCEPTION 'only a confirmed grade is published' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;

CREATE FUNCTION portal_keep_supplement_item() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE of_whom bigint := (CASE WHEN TG_OP = 'DELETE' THEN OLD.supplement_id ELSE NEW.supplement_id END);
BEGIN
  IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'answer' <> to_jsonb(OLD) - 'answer' THEN
    RAISE EXCEPTION 'what was asked for is kept' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (SELECT 1 FROM credit_rating_supplement s JOIN credit_rating_assessment a ON a.id = s.assessment_id
             WHERE s.id = of_whom AND (s.answered_at IS NOT NULL OR TG_OP = 'INSERT' AND a.stage = 'supplement')) THEN
    RAISE EXCEPTION 'a supplement is asked for once and answered once' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;

-- The dossier opens to whoever is assigned to it.
CREATE FUNCTION portal_dossier_of_assigned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM credit_rating_assignment WHERE assessment_id = NEW.content_object_id
                 AND assessor_id = NEW.user_id AND state IN ('assigned', 'declared')) THEN
    RAISE EXCEPTION 'a dossier opens to whoever is assigned' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;

-- The stages of a round that has opened: only their times move, and no longer once its results are before the public.
CREATE OR REPLACE FUNCTION portal_keep_window() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE times text[] := ARRAY['opens_at', 'closes_at'];
        held_in bigint := (CASE WHEN TG_OP = 'INSERT' THEN NEW.round_id ELSE OLD.round_id END);
        now text := (SELECT state FROM credit_rating_round WHERE id = held_in);
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.round_id <> OLD.round_id THEN
    RAISE EXCEPTION 'a stage stays in its round' USING ERRCODE = '23514';
  END IF;
  IF coalesce(now, 'draft') = 'draft' OR TG_OP = 'UPDATE' AND (NEW = OLD
     OR now IN ('open', 'reviewing', 'determining') AND to_jsonb(NEW) - times = to_jsonb(OLD) - times) THEN
    RETURN coalesce(NEW, OLD);
  END IF;
  RAISE EXCEPTION 'the stages of a round that has opened are kept' USING ERRCODE = '23514';
END$$;
"""
WINDOW_BEFORE = """
CREATE OR REPLACE FUNCTION portal_keep_window() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM credit_rating_round WHERE id = OLD.round_id AND state <> 'draft') THEN
    RAISE EXCEPTION 'the stages of a round that has opened are kept' USING ERRCODE = '23514';
  END IF;
  RETURN OLD;
END$$;
"""
CHANGES = "UPDATE OR DELETE"
# Table, trigger, what it looks at, and what it does.
NEW_TRIGGERS = (
    *(
        (
            table,
            "only_steps",
            "UPDATE",
            f"WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) "
            f"EXECUTE FUNCTION portal_only_steps('{column}', '{steps}')",
        )
        for (table, column), steps in STEPS.items()
    ),
    ("assessment", "of_determination", "UPDATE", "EXECUTE FUNCTION portal_assessment_follows()"),
    (
        "assessment",
        "ready_for_notice",
        "UPDATE",
        "WHEN (NEW.stage = 'public_notice' AND OLD.stage <> NEW.stage) EXECUTE FUNCTION portal_ready_for_notice()",
    ),
    (
        "assignment",
        "keep_assignment",
        CHANGES,
        "EXECUTE FUNCTION portal_keep_columns("
        "'assessment_id', 'kind', 'assessor_id', 'conflict_check', 'assigned_by_id', 'assigned_at')",
    ),
    ("assignment", "declaration_stays", "UPDATE", "EXECUTE FUNCTION portal_keep_once_set('declared_at')"),
    (
        "assignment",
        "stood_aside",
        "UPDATE",
        "WHEN (OLD.state IN ('recused', 'ended')) "
        "EXECUTE FUNCTION portal_keep_columns('declared_at', 'recusal_reason', 'ending_reason')",
    ),
    (
        "assessmentpermission",
        "of_assigned",
        "INSERT OR UPDATE",
        "EXECUTE FUNCTION portal_dossier_of_assigned()",
    ),
    (
        "determination",
        "keep_of_what",
        CHANGES,
        "EXECUTE FUNCTION portal_keep_columns('assessment_id', 'computation_id')",
    ),
    ("determination", "signed_as_written", "UPDATE", "EXECUTE FUNCTION portal_signed_as_written()"),
    (
        "publication",
        "keep_proposal",
        CHANGES,
        "WHEN (OLD.published_at IS NULL) EXECUTE FUNCTION portal_keep_proposal()",
    ),
    ("certificate", "file_stays", "UPDATE", "EXECUTE FUNCTION portal_keep_once_set('attachment_id')"),
    ("supplement", "answered_once", "UPDATE", "EXECUTE FUNCTION portal_keep_once_set('answered_at')"),
    (
        "supplementitem",
        "keep_item",
        "INSERT OR UPDATE OR DELETE",
        "EXECUTE FUNCTION portal_keep_supplement_item()",
    ),
    (
        "opinion",
        "keep_whose",
        CHANGES,
        "EXECUTE FUNCTION portal_keep_columns('assessment_id', 'kind', 'author_id', 'started_at', 'supersedes_id')",
    ),
    (
        "opinionitem",
        "keep_of_what",
        "UPDATE",
        "WHEN (OLD.indicator_id <> NEW.indicator_id) EXECUTE FUNCTION portal_keep_columns('indicator_id')",
    ),
    ("opinionitem", "never_deleted", "DELETE", "EXECUTE FUNCTION portal_keep_columns()"),
    (
        "round",
        "keep_announced",
        "UPDATE",
        "WHEN (OLD.state <> 'draft') "
        "EXECUTE FUNCTION portal_keep_columns('year', 'title', 'authorising_document', 'created_at')",
    ),
)
# Triggers of before that look at more now: their columns then and now.
WIDER = (
    (
        "priornotice",
        "keep_prior_notice",
        CHANGES,
        "portal_keep_columns('determination_id', 'assessment_id', 'text', 'sent_at', 'sent_by_id'{})",
        ", 'rule_id'",
    ),
    (
        "supplement",
        "keep_supplement",
        CHANGES,
        "portal_keep_columns('assessment_id', 'returns_to', 'requested_at', 'requested_by_id'{})",
        ", 'rule_id'",
    ),
    (
        "objection",
        "keep_objection",
        CHANGES,
        "portal_keep_columns('assessment_id', 'public_notice_id', 'text', 'filed_at', 'filed_by_id'{})",
        ", 'objector_id', 'document_number'",
    ),
)


def put(table: str, trigger: str, when: str, does: str) -> str:
    return (
        f"CREATE TRIGGER {trigger} BEFORE {when} ON credit_rating_{table} FOR EACH ROW {does};"
        f"ALTER TABLE credit_rating_{table} ENABLE ALWAYS TRIGGER {trigger};"
    )


def take(table: str, trigger: str) -> str:
    return f"DROP TRIGGER {trigger} ON credit_rating_{table};"


def wider(more: bool) -> str:
    return "".join(
        take(table, trigger)
        + put(table, trigger, when, f"EXECUTE FUNCTION {function.format(columns if more else '')}")
        for table, trigger, when, function, columns in WIDER
    )


def window(when: str) -> str:
    return take("roundstage", "keep_window") + put(
        "roundstage", "keep_window", when, "EXECUTE FUNCTION portal_keep_window()"
    )


FORWARD = (
    FUNCTIONS
    + "".join(put(*one) for one in NEW_TRIGGERS)
    + wider(more=True)
    + window("INSERT OR UPDATE OR DELETE")
)
BACKWARD = (
    wider(more=False)
    + "".join(take(table, trigger) for table, trigger, _when, _does in NEW_TRIGGERS)
    + window("DELETE")
    + WINDOW_BEFORE
    + "".join(
        f"DROP FUNCTION portal_{name}();"
        for name in (
            "only_steps",
            "assessment_follows",
            "ready_for_notice",
            "signed_as_written",
            "keep_proposal",
            "keep_supplement_item",
            "dossier_of_assigned",
        )
    )
)


class Migration(migrations.Migration):
    dependencies = [("credit_rating", "0015_suspended_by_two")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
