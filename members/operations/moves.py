"""步骤: the only lines that assign a state; each reads the step table first and saves what the step brings along."""

from typing import Any

from django.db.models import Model

from association.choices import BATCH_STEPS, BatchState
from common.transitions import check_step
from members.choices.breach import BREACH_STEPS, BreachState
from members.choices.dues import RESOLUTION_STEPS, SLIP_STEPS, ResolutionState, SlipState
from members.choices.membership import APPLICATION_STEPS, VOTE_STEPS, ApplicationState, VoteState
from members.choices.pledge import CEREMONY_STEPS, PAPER_STEPS, CeremonyState, PaperState
from members.models import (
    CouncilVote,
    DuesResolution,
    DuesSlip,
    DuesStatement,
    MemberBook,
    MembershipApplication,
    PledgeBreach,
    PledgeCeremony,
    PledgePaper,
)


def move_application(application: MembershipApplication, state: ApplicationState, **brings: Any) -> None:
    check_step(APPLICATION_STEPS, ApplicationState(application.state), state)
    application.state = state
    _save(application, brings)


def move_vote(vote: CouncilVote, state: VoteState, **brings: Any) -> None:
    check_step(VOTE_STEPS, VoteState(vote.state), state)
    vote.state = state
    _save(vote, brings)


def move_ceremony(ceremony: PledgeCeremony, state: CeremonyState, **brings: Any) -> None:
    check_step(CEREMONY_STEPS, CeremonyState(ceremony.state), state)
    ceremony.state = state
    _save(ceremony, brings)


def move_paper(paper: PledgePaper, state: PaperState, **brings: Any) -> None:
    check_step(PAPER_STEPS, PaperState(paper.state), state)
    paper.state = state
    _save(paper, brings)


def move_book(book: MemberBook, state: BatchState, **brings: Any) -> None:
    check_step(BATCH_STEPS, BatchState(book.state), state)
    book.state = state
    _save(book, brings)


def move_breach(breach: PledgeBreach, state: BreachState, **brings: Any) -> None:
    check_step(BREACH_STEPS, BreachState(breach.state), state)
    breach.state = state
    _save(breach, brings)


def move_resolution(resolution: DuesResolution, state: ResolutionState, **brings: Any) -> None:
    check_step(RESOLUTION_STEPS, ResolutionState(resolution.state), state)
    resolution.state = state
    _save(resolution, brings)


def move_slip(slip: DuesSlip, state: SlipState, **brings: Any) -> None:
    check_step(SLIP_STEPS, SlipState(slip.state), state)
    slip.state = state
    _save(slip, brings)


def move_statement(statement: DuesStatement, state: BatchState, **brings: Any) -> None:
    check_step(BATCH_STEPS, BatchState(statement.state), state)
    statement.state = state
    _save(statement, brings)


def _save(row: Model, brings: dict[str, Any]) -> None:
    """State and what the database wants with it in one UPDATE."""
    for name, value in brings.items():
        setattr(row, name, value)
    row.save(update_fields=["state", *brings])
