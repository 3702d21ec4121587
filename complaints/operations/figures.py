"""年度统计截止: the figures of a finished year are counted once and fixed; what is told of them never moves afterwards.

What is wrong in them, and a year that came late, is decided by two people: the next version, with its reason.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Role
from association.conflicts import institutions_tied_to
from association.in_turn import take_turn
from association.notices import notify, people_of
from association.published import FIGURES, tell_public_changed
from common.errors import Forbidden, InvalidInput, Involved, NotFound, Refused
from common.said import Said
from common.text import one_line
from complaints.access.complaints import MAY, figures_visible_to
from complaints.choices.figures import FiguresState
from complaints.models import FiguresProposal, YearFigures
from complaints.operations.moves import move_figures
from complaints.queries.figures import Decidable, decidable_years, standing_before
from complaints.queries.published import (
    QUERY,
    as_published,
    counts_of,
    earliest_day,
    figures_of,
    named_in,
    untold_of,
    versions_of,
    years_over,
)
from complaints.queries.statistics import Statistics, year_statistics

FIRST = 1
TURN = "year-figures"
DESK, PAGE = "/desk/complaints/figures/", "/complaints/figures/"
LONGEST_REASON = 400
ASKED = gettext_noop(
    "%(year)s年度投诉统计拟公布第%(version)s版。理由：%(reason)s。请由提出人以外的人核对后确认。"
)
CONFIRMED = gettext_noop(
    "%(year)s年度投诉统计已公布第%(version)s版，以前的版本仍可查看。理由：%(reason)s。列在其中的机构可以打开核对。"
)
DECLINED = gettext_noop("%(year)s年度投诉统计不公布第%(version)s版，已公布的不变。")


@transaction.atomic
def close_years(*, actor: Actor) -> list[YearFigures]:
    """截止 of every finished year in which complaints were kept here, whose day has come and that has no figures yet.

    Asked for daily; twice is once.
    """
    actor.require(MAY, "close_years")
    closed = []
    for year in years_over().to_close():
        row, is_new = YearFigures.objects.get_or_create(
            association_id=actor.association_id,
            year=year,
            version=FIRST,
            defaults=_counted(year_statistics(year)) | {"made_at": clock.now()},
        )
        if is_new:
            record(actor, "close_years", row, year=year, cut_off=row.cut_off.isoformat())
            tell_public_changed(FIGURES, year)
            closed.append(row)
    return closed


def _counted(found: Statistics) -> dict[str, Any]:
    return {
        "cut_off": clock.today(),
        "query": QUERY,
        "counts": counts_of(found),
        "figures": figures_of(found),
        "untold": untold_of(found),
    }


@transaction.atomic
def propose_figures(*, actor: Actor, year: int, reason: str) -> FiguresProposal:
    """提出更正 (or 补定 of a year that came late): counted now, and nothing is published yet.

    One waits at a time for each year. Raises InvalidInput, Refused where nothing would change, one waits or orders came in too
    short a time ago, Involved (回避).
    """
    actor.require(MAY, "propose_figures")
    take_turn(TURN, year)
    which = _decidable(year)
    if FiguresProposal.objects.filter(year=year, state=FiguresState.WAITING).exists():
        raise Refused(_("这一年度的统计已有一项更正等待确认。"))
    standing = versions_of(year)
    counted = _counted(year_statistics(year, [as_published(row) for row in standing]))
    last = standing[-1] if standing else None
    if last and (last.counts, last.figures) == (counted["counts"], counted["figures"]):
        raise Refused(_("重新统计的结果与已公布的相同，没有可以更正的。"))
    touched = _touched(last.counts if last else {}, counted["counts"])
    _refuse_tied(actor, touched)
    proposal = FiguresProposal.objects.create(
        year=year,
        replaces=which.replaces,
        reason=_said(reason),
        touched=touched,
        proposed_by_id=actor.person_id,
        proposed_at=clock.now(),
        **counted,
    )
    record(actor, "propose_figures", proposal, reason=proposal.reason, year=year, replaces=which.replaces)
    deciders = set(people_of(roles=[Role.SECRETARIAT, Role.COMMITTEE_CHAIR])) - {actor.person_id}
    _tell(proposal, deciders, gettext_noop("年度投诉统计的更正等待确认"), ASKED, DESK)
    return proposal


@transaction.atomic
def confirm_figures(*, actor: Actor, proposal_id: int) -> YearFigures:
    """确认, by somebody else: what was counted then is published as the next version; the one before stays readable."""
    proposal = _lock_for_decision(actor, proposal_id)
    if earliest_day(proposal.year) > clock.today():
        raise Refused(_("提出以后又导入了这一年度的工单，请撤回或者不予公布，满三十日后重新统计。"))
    moment = clock.now()
    before = standing_before(proposal)
    move_figures(proposal, FiguresState.CONFIRMED, decided_by_id=actor.person_id, decided_at=moment)
    row = YearFigures.objects.create(
        year=proposal.year,
        version=proposal.replaces + 1,
        cut_off=proposal.cut_off,
        query=proposal.query,
        counts=proposal.counts,
        figures=proposal.figures,
        untold=proposal.untold,
        reason=proposal.reason,
        made_at=moment,
        proposal=proposal,
        proposed_by_id=proposal.proposed_by_id,
        confirmed_by_id=actor.person_id,
    )
    record(actor, "confirm_figures", row, year=row.year, version=row.version)
    tell_public_changed(FIGURES, row.year)
    named = named_in(proposal.figures) | (named_in(before) if before else set())
    told = {proposal.proposed_by_id, *(person for pk in named for person in people_of(institution_id=pk))}
    _tell(proposal, told, gettext_noop("年度投诉统计已更正"), CONFIRMED, f"{PAGE}?year={row.year}")
    return row


@transaction.atomic
def decline_figures(*, actor: Actor, proposal_id: int) -> FiguresProposal:
    """不予公布, by somebody else: what was published stays as it is; another may be asked for."""
    proposal = _lock_for_decision(actor, proposal_id)
    move_figures(proposal, FiguresState.DECLINED, decided_by_id=actor.person_id, decided_at=clock.now())
    record(actor, "decline_figures", proposal, year=proposal.year)
    _tell(proposal, {proposal.proposed_by_id}, gettext_noop("年度投诉统计不予更正"), DECLINED, DESK)
    return proposal


@transaction.atomic
def withdraw_figures(*, actor: Actor, proposal_id: int) -> FiguresProposal:
    """撤回 by whoever asked for it, before it is decided."""
    actor.require(MAY, "withdraw_figures")
    proposal = _lock_waiting(actor, proposal_id)
    if proposal.proposed_by_id != actor.person_id:
        raise Refused(_("只有提出人可以撤回。"))
    move_figures(proposal, FiguresState.WITHDRAWN, decided_by_id=actor.person_id, decided_at=clock.now())
    record(actor, "withdraw_figures", proposal, year=proposal.year)
    return proposal


def _decidable(year: int) -> Decidable:
    """Raises Refused for a year of which there is nothing to decide, or not yet."""
    which = next((one for one in decidable_years() if one.year == year), None)
    if which is None:
        raise Refused(_("这一年度没有可以更正或者补定的统计。"))
    if not which.is_open:
        raise Refused(_("这一年度的工单刚刚导入，%(day)s起才能统计。") % {"day": which.from_day.isoformat()})
    return which


def _touched(before: dict[str, Any], after: dict[str, Any]) -> list[int]:
    """Institutions whose counts differ."""
    lines = {line for line in before.keys() | after.keys() if before.get(line) != after.get(line)}
    return sorted(int(line) for line in lines if line.isdigit())


def _refuse_tied(actor: Actor, touched: list[int]) -> None:
    if institutions_tied_to(actor.person_id) & set(touched):
        raise Involved(_("您与数字有改动的机构有任职关系，应当回避。"))


def _lock_for_decision(actor: Actor, proposal_id: int) -> FiguresProposal:
    actor.require(MAY, "confirm_figures")
    proposal = _lock_waiting(actor, proposal_id)
    if proposal.proposed_by_id == actor.person_id:
        raise Forbidden(_("提出人与确认人不能是同一人。"))
    _refuse_tied(actor, proposal.touched)
    return proposal


def _lock_waiting(actor: Actor, proposal_id: int) -> FiguresProposal:
    proposal = figures_visible_to(actor).select_for_update().filter(pk=proposal_id).first()
    if proposal is None:
        raise NotFound(_("没有这项更正。"))
    if proposal.state != FiguresState.WAITING:
        raise Refused(_("这项更正已经办理：%(state)s。") % {"state": proposal.get_state_display()})
    return proposal


def _said(reason: str) -> str:
    found = one_line(reason)
    sentence = ""
    if not found:
        sentence = _("请填写理由：哪里有误，依据什么。")
    elif len(found) > LONGEST_REASON:
        sentence = _("最多%(most)d个字。") % {"most": LONGEST_REASON}
    if sentence:
        raise InvalidInput(sentence, {"reason": sentence})
    return found


def _tell(proposal: FiguresProposal, people: set[int], subject: str, body: str, path: str) -> None:
    notify(
        f"figures-{proposal.pk}-{proposal.state}",
        people,
        subject=subject,
        body=Said(body, year=proposal.year, version=proposal.replaces + 1, reason=proposal.reason),
        path=path,
    )
