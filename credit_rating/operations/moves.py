"""步骤: the only lines that assign a state; each reads the step table first and saves what the step brings along."""

from typing import Any

from django.db.models import Model

from association.published import ROUND, tell_public_changed
from common.transitions import check_step
from credit_rating.choices import (
    ASSIGNMENT_STEPS,
    CORRECTION_STEPS,
    DETERMINATION_STEPS,
    IMPORT_STEPS,
    OBJECTION_STEPS,
    ROUND_STEPS,
    STANDARD_STEPS,
    STEPS,
    AssignmentState,
    CorrectionState,
    DeterminationState,
    ImportState,
    ObjectionState,
    RoundState,
    Stage,
    StandardState,
)
from credit_rating.models import (
    Assessment,
    AssessmentStandard,
    Assignment,
    Determination,
    Objection,
    ResultCorrection,
    ResultImport,
    Round,
)
from credit_rating.operations.announcements import tell_step
from credit_rating.operations.terms import end_terms


def move_standard(standard: AssessmentStandard, state: StandardState, **brings: Any) -> None:
    check_step(STANDARD_STEPS, StandardState(standard.state), state)
    standard.state = state
    _save(standard, "state", brings)


def move_round(round_: Round, state: RoundState, **brings: Any) -> None:
    check_step(ROUND_STEPS, RoundState(round_.state), state)
    round_.state = state
    _save(round_, "state", brings)
    tell_public_changed(ROUND, round_.pk)


def move_assessment(assessment: Assessment, stage: Stage, **brings: Any) -> None:
    before = Stage(assessment.stage)
    check_step(STEPS, before, stage)
    assessment.stage = stage
    _save(assessment, "stage", brings)
    end_terms(assessment, before, stage)
    tell_step(assessment, before, stage)


def move_assignment(assignment: Assignment, state: AssignmentState, **brings: Any) -> None:
    check_step(ASSIGNMENT_STEPS, AssignmentState(assignment.state), state)
    assignment.state = state
    _save(assignment, "state", brings)


def move_determination(determination: Determination, state: DeterminationState, **brings: Any) -> None:
    check_step(DETERMINATION_STEPS, DeterminationState(determination.state), state)
    determination.state = state
    _save(determination, "state", brings)


def move_objection(objection: Objection, state: ObjectionState, **brings: Any) -> None:
    check_step(OBJECTION_STEPS, ObjectionState(objection.state), state)
    objection.state = state
    _save(objection, "state", brings)


def move_correction(correction: ResultCorrection, state: CorrectionState, **brings: Any) -> None:
    check_step(CORRECTION_STEPS, CorrectionState(correction.state), state)
    correction.state = state
    _save(correction, "state", brings)


def move_import(brought: ResultImport, state: ImportState, **brings: Any) -> None:
    check_step(IMPORT_STEPS, ImportState(brought.state), state)
    brought.state = state
    _save(brought, "state", brings)


def _save(row: Model, field: str, brings: dict[str, Any]) -> None:
    """State and what the database wants with it (grade, hash, moment) in one UPDATE."""
    for name, value in brings.items():
        setattr(row, name, value)
    row.save(update_fields=[field, *brings])
