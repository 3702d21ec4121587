"""合并协商的钟表: turn and last day of a mass case follow its open complaints, and with fewer than two it is over.

Who holds a complaint does not wait for the mass case (an offer to all holds that and waits for the complaints): where
somebody works on the case at this moment, it is brought in step a minute later (``keep_mass_cases_in_step``).
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Side
from association.clock_followers import of_another, start_like
from association.clocks import DONE, Case, Owner, deadlines_of, stop_deadline
from association.models import Deadline
from association.notices import notify, people_of
from association.reckoning import LAPSED
from common.said import Said
from complaints.choices.complaints import MassState
from complaints.models import Complaint, MassCase
from complaints.operations.cases import (
    COMPLAINANT,
    KIND,
    MEDIATE_BY,
    OFFER_BY,
    REPLY_BY,
    tell_complainant,
)
from complaints.operations.moves import move_mass_case
from complaints.queries.case import OPEN_TO_OFFERS
from complaints.queries.mass import MASS

LEAST = 2  # of one there is nothing to join
TALK_UNTIL = "MASS-TALK"
OFFER_TO_EACH = gettext_noop("统一协商，按人提出方案")
ANSWER_EACH = gettext_noop("各自答复机构提出的方案")
TALK, OFFERS_OPEN = (
    gettext_noop("合并协商（至最早到期的一件）"),
    gettext_noop("方案的有效期（最早到期的一件）"),
)
TOO_FEW = "参加合并协商的投诉不足两件，合并协商结束，各件继续单独办理。"


@dataclass(frozen=True, slots=True)
class Next:
    """Whose turn it is in the negotiation, and the term of one of its complaints that says until when."""

    owner: Owner
    action: str
    title: str
    term: Deadline


def follow_mass_case(actor: Actor, complaint: Complaint) -> None:
    """Something has happened in this complaint: the mass case it belongs to, if any, is brought in step."""
    if complaint.mass_case_id is None:
        return
    joined = MassCase.objects.filter(pk=complaint.mass_case_id, state=MassState.NEGOTIATING)
    case = joined.select_for_update(of=("self",), skip_locked=True).first()
    if case is not None:
        keep_in_step(actor, case)


def keep_mass_cases_in_step(actor: Actor) -> None:
    """Whatever moved a term without a word (a calendar, a pause, somebody at the same moment): once a minute."""
    joined = MassCase.objects.filter(state=MassState.NEGOTIATING).order_by("pk")
    for case in joined.select_for_update(of=("self",), skip_locked=True):
        keep_in_step(actor, case)


def keep_in_step(actor: Actor, case: MassCase) -> None:
    """``case`` is locked. Its clock is that of the complaint that is due first; none where no term of any runs."""
    still = list(Complaint.objects.filter(mass_case=case, state__in=sorted(OPEN_TO_OFFERS)).order_by("pk"))
    if len(still) < LEAST:
        _end(actor, case, still)
        return
    due = _next(case, still)
    running = deadlines_of(MASS, case.pk).filter(code=TALK_UNTIL, stopped_at__isnull=True).first()
    if due is not None and running is not None and _told(running) == _to_tell(due):
        return
    stop_talk(actor, case)
    if due is not None:
        start_like(
            actor=actor,
            code=TALK_UNTIL,
            case=_case_of(case),
            owner=due.owner,
            action=due.action,
            other=due.term,
            title=due.title,
        )


def _next(case: MassCase, still: list[Complaint]) -> Next | None:
    """An offer that waits is the complainants' to answer; else the institution answers, or offers while there is time."""
    terms = Deadline.objects.filter(
        case_kind=KIND, case_id__in=[one.pk for one in still], stopped_at__isnull=True, paused_on__isnull=True
    ).order_by("ends_at", "pk")
    if waiting := terms.filter(code=OFFER_BY).first():
        return Next(COMPLAINANT, ANSWER_EACH, OFFERS_OPEN, waiting)
    asked = terms.filter(code=REPLY_BY).first() or terms.filter(code=MEDIATE_BY).first()
    if asked is None:
        return None
    owner = Owner(Side.INSTITUTION, institution_id=case.institution_id)
    return Next(owner, OFFER_TO_EACH, TALK, asked)


def _told(row: Deadline) -> tuple[Any, ...]:
    return row.owner_side, row.due_on, row.started_at, row.reckoning


def _to_tell(due: Next) -> tuple[Any, ...]:
    term = due.term
    return due.owner.side, term.due_on, term.started_at, of_another(term)


def _end(actor: Actor, case: MassCase, still: list[Complaint]) -> None:
    move_mass_case(case, MassState.ENDED, ended_at=clock.now(), notes=TOO_FEW)
    record(actor, "end_mass_case", case)
    stop_talk(actor, case)
    tell_complainants(case, still, "ended")
    tell_institution_of_end(case)


def stop_talk(actor: Actor, case: MassCase) -> None:
    """Late is who let the term of a complaint pass, and that complaint keeps it; this clock only followed."""
    rows = deadlines_of(MASS, case.pk).filter(code=TALK_UNTIL, stopped_at__isnull=True)
    over = rows.filter(ends_at__lte=clock.now()).exists()
    stop_deadline(actor=actor, case=_case_of(case), code=TALK_UNTIL, outcome=LAPSED if over else DONE)


def _case_of(case: MassCase) -> Case:
    return Case(MASS, case.pk, f"群体性投诉 {case.title}", f"/desk/complaints/mass/{case.pk}/")


def tell_complainants(case: MassCase, complaints: list[Complaint], event: str) -> None:
    for complaint in complaints:
        tell_complainant(complaint, f"mass-{case.pk}-{event}")


def tell_institution_of_end(case: MassCase) -> None:
    tell_institution(
        case,
        "ended",
        gettext_noop("群体性投诉的协商已结束"),
        gettext_noop("没有和解的投诉逐件继续办理；已接受的方案请按期付款。"),
    )


def tell_institution(case: MassCase, event: str, subject: str, body: str, **values: Any) -> None:
    """``subject`` and ``body`` are marked with ``gettext_noop``; what is written stays in Chinese."""
    notify(
        f"mass-case-{case.pk}-{event}",
        people_of(institution_id=case.institution_id),
        subject=Said(subject, **values),
        body=Said(body, **values),
        path=f"/desk/complaints/mass/{case.pk}/",
    )
