"""违反自律公约: alleged against a member under a clause that it signed, and told to it; then ``breach_hearing``, ``sanction``.

Where nobody of the institution has an account it is told on paper, and the term of its defence begins on the day of service.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Side
from association.clocks import Case, Owner, deadlines_of, start_deadline, stop_deadline
from association.links import path_to
from association.rules.clock import beijing
from common.errors import InvalidInput, NotFound, Refused
from common.said import Said
from members.access import MAY, breaches_visible_to
from members.choices.breach import BreachSource, BreachState
from members.models import PledgeBreach
from members.operations.moves import move_breach
from members.operations.parts import (
    lock_institution,
    refuse_tied,
    required,
    tell_institution,
)
from members.operations.service import served, start_of
from members.queries.membership import was_member
from members.queries.pledge import last_signature

KIND = "breach"
DEFENCE, DECISION, RECTIFY = "PLEDGE-DEFENCE", "PLEDGE-DECISION", "PLEDGE-RECTIFY"


@transaction.atomic
def allege_breach(
    *,
    actor: Actor,
    institution_id: int,
    clause_place: int,
    facts: str,
    source: BreachSource = BreachSource.STAFF,
    source_id: int | None = None,
) -> PledgeBreach:
    """提出违约 under a clause of the version that the member signed last. The institution hears of it by the notice.

    Raises Refused for those who are no members or have not signed, and for a second allegation from one source.
    """
    actor.require(MAY, "allege_breach")
    refuse_tied(actor, institution_id)
    institution = lock_institution(actor, institution_id)
    if was_member(institution_id=institution_id, on=clock.today()) is None:
        raise Refused(_("该机构不是会员，自律公约只约束会员，不能按公约处分。"))
    signature = last_signature(institution_id)
    if signature is None:
        raise Refused(_("该机构没有签署自律公约，不能按公约处分。"))
    clause = signature.version.clauses.filter(place=clause_place).first()
    if clause is None:
        sentence = _("该机构签署的版本没有这一条。")
        raise InvalidInput(sentence, {"clause_place": sentence})
    found = required(facts, "facts", _("请写明违反公约的事实。"))
    try:
        with transaction.atomic():
            breach = PledgeBreach.objects.create(
                institution=institution,
                signature=signature,
                clause=clause,
                source=source,
                source_id=source_id,
                facts=found,
                alleged_by_id=actor.person_id,
                alleged_at=clock.now(),
            )
    except IntegrityError as error:
        if "breach_of_source_once" in str(error):
            raise Refused(_("这件事项已经按这一条提出过。")) from error
        if "breach_open_once" in str(error):
            raise Refused(_("该机构在这一条下已有一件正在办理。")) from error
        raise
    record(actor, "allege_breach", breach, source=str(source), source_id=source_id, clause=clause.place)
    return breach


@transaction.atomic
def drop_breach(*, actor: Actor, breach_id: int, reason: str) -> PledgeBreach:
    """撤销提出 before anybody was told of it."""
    actor.require(MAY, "handle_breach")
    breach = lock_breach(actor, breach_id)
    if breach.state != BreachState.ALLEGED:
        raise Refused(_("已经告知机构的，须听取申辩后由两人决定。"))
    why = required(reason, "reason", _("请写明理由。"))
    move_breach(breach, BreachState.DISMISSED, outcome=why)
    record(actor, "drop_breach", breach, reason=why)
    return breach


@transaction.atomic
def notice_breach(
    *, actor: Actor, breach_id: int, notice: str, service: str = "", served_on: date | None = None
) -> PledgeBreach:
    """告知: facts, clause and what may follow; the term of the defence begins. After a rectification that failed, once more.

    ``service`` and ``served_on``: how and on which day it was told on paper, for an institution without an account.
    """
    actor.require(MAY, "handle_breach")
    breach = lock_breach(actor, breach_id)
    refuse_non_member(breach)
    told = required(notice, "notice", _("请写明告知的事实、条款和可能的处分。"))
    again = breach.state == BreachState.RECTIFYING
    if again and not is_over(breach, RECTIFY):
        raise Refused(_("整改期限未满，不能再次告知。"))
    since = beijing(breach.alleged_at).date()
    way, day = served(breach.institution_id, service, served_on, since=since)
    move_breach(
        breach,
        BreachState.NOTICED,
        notice=told,
        noticed_at=clock.now(),
        service=way,
        served_on=day,
        turn=breach.turn + again,
        **NOT_DEFENDED,
        hearing="",
        heard_at=None,
        **NOT_PROPOSED,
    )
    stop_deadline(actor=actor, case=case_of(breach), code=RECTIFY, outcome="failed")
    term = start_deadline(
        actor=actor,
        code=DEFENCE,
        case=case_of(breach, for_institution=True),
        owner=Owner(Side.INSTITUTION, institution_id=breach.institution_id),
        action=gettext_noop("陈述申辩"),
        start=start_of(day),
    )
    record(actor, "notice_breach", breach, turn=breach.turn, service=str(way), on=day.isoformat())
    tell_institution(
        f"breach-{breach.pk}-noticed-{breach.turn}",
        breach.institution_id,
        gettext_noop("协会告知一件公约违约事项"),
        Said(
            gettext_noop("请在%(day)s之前陈述申辩；逾期视为放弃，按现有材料决定。"),
            day=term.due_on.isoformat(),
        ),
        path_to("pledge_breach", breach.pk),
    )
    return breach


NOT_DEFENDED = {
    "defence": "",
    "defended_at": None,
    "defended_by_id": None,
    "received_on": None,
    "paper_id": None,
}
NOT_PROPOSED = {
    "sanction": "",
    "grounds": "",
    "charter_clause": "",
    "tier": "",
    "proposed_by_id": None,
    "proposed_at": None,
    "decided_at": None,
}


# -- shared with the decision ---------------------------------------------------------------------------------


def lock_breach(actor: Actor, breach_id: int, *, own: bool = False) -> PledgeBreach:
    """Raises NotFound, also to staff who are tied to the institution: for them it is not there.

    ``own``: it is the institution's deed. Whoever acts for it and is of the staff too sees it, and keeps away as staff.
    """
    seen = breaches_visible_to(actor).filter(pk=breach_id).values("pk")
    rows = PledgeBreach.objects.select_for_update(of=("self",)).select_related("institution", "clause")
    breach = rows.filter(pk__in=seen).first()
    if breach is None:
        raise NotFound(_("没有这件违约事项。"))
    if not own:
        refuse_tied(actor, breach.institution_id)
    return breach


def refuse_non_member(breach: PledgeBreach) -> None:
    if was_member(institution_id=breach.institution_id, on=clock.today()) is None:
        raise Refused(_("该机构已不是会员，不能按公约处分。"))


def is_over(breach: PledgeBreach, code: str) -> bool:
    """The newest term of this kind has ended, whether it was stopped or not; one whose end may still move has not."""
    last = deadlines_of(KIND, breach.pk).filter(code=code).order_by("-pk").first()
    return last is None or (clock.now() >= last.ends_at and not last.provisional)


def case_of(breach: PledgeBreach, *, for_institution: bool = False) -> Case:
    title = gettext_noop("公约违约 %(number)s %(name)s") % {
        "number": breach.number,
        "name": breach.institution.name,
    }
    page = "pledge_breach" if for_institution else "admin:members_pledgebreach_change"
    return Case(KIND, breach.pk, title, path_to(page, breach.pk))
