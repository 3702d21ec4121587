"""入会与会籍: a membership begins, changes and is corrected; every change writes new rows and keeps the old ones."""

import secrets
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Side
from association.clocks import Owner, lapse, start_deadline
from association.deadlines import rule_row
from association.outbox import enqueue
from common.errors import InvalidInput, Refused
from common.text import one_line
from common.transitions import check_step
from members.access import MAY
from members.choices.membership import (
    MEMBER_STEPS,
    ApplicationState,
    EventKind,
    MemberState,
    Tier,
)
from members.models import (
    CouncilVote,
    Institution,
    MembershipApplication,
    MembershipCertificate,
    MembershipTerm,
)
from members.operations.moves import move_application
from members.operations.parts import (
    LONGEST_LINE,
    PROBATION,
    case_of,
    line,
    lock_institution,
    member_case,
    tell_institution,
    tell_of,
)
from members.queries.membership import current_terms, holding_on
from members.rules.terms import DAY, Span, cut

SAME = ("institution_id", "application_id", "tier", "state", "ending", "reason", "source", "known_on")
OWN = {"source": "", "known_on": None}


def admit(actor: Actor, application: MembershipApplication, vote: CouncilVote) -> MembershipTerm:
    """同意入会: a member from today, on probation where the charter has it, with a certificate."""
    institution, today = application.institution, clock.today()
    move_application(application, ApplicationState.ADMITTED, decided_at=clock.now(), decision=vote.reasons)
    refuse_overlap(institution, today)
    rule = rule_row(PROBATION, today)
    on_probation = rule is not None and rule.may_count
    term = MembershipTerm.objects.create(
        institution=institution,
        application=application,
        tier=application.tier,
        state=MemberState.PROBATION if on_probation else MemberState.ACTIVE,
        from_on=today,
        reason=_("理事会表决通过"),
        recorded_at=clock.now(),
        recorded_by_id=actor.user_id,
    )
    if on_probation:
        start_deadline(
            actor=actor,
            code=PROBATION,
            case=member_case(institution),
            owner=Owner(Side.STAFF),
            action=gettext_noop("考察期满转为正式会员"),
        )
    issue_certificate(actor, term)
    record(actor, "admit", application, term=term.pk, vote=vote.pk)
    tell_of(actor, institution, EventKind.ADMITTED, text=str(MemberState(term.state).label))
    tell_institution(
        f"application-{application.pk}-decided",
        institution.pk,
        gettext_noop("贵机构已成为会员"),
        gettext_noop("理事会同意贵机构入会，会员证书可以在工作台下载。"),
        case_of(application, for_institution=True).path,
    )
    return term


def reject(actor: Actor, application: MembershipApplication, vote: CouncilVote) -> None:
    """不予入会, with the reasons of the council."""
    move_application(application, ApplicationState.REJECTED, decided_at=clock.now(), decision=vote.reasons)
    record(actor, "reject", application, vote=vote.pk)
    tell_of(actor, application.institution, EventKind.REJECTED)
    tell_institution(
        f"application-{application.pk}-decided",
        application.institution_id,
        gettext_noop("入会申请未获同意"),
        gettext_noop("理事会没有同意贵机构入会，理由见申请页面；可以重新申请。"),
        case_of(application, for_institution=True).path,
    )


def issue_certificate(
    actor: Actor, term: MembershipTerm, *, since: date | None = None
) -> MembershipCertificate:
    """``since``: where the membership is older than this term."""
    certificate = MembershipCertificate.objects.create(
        institution_id=term.institution_id,
        tier=term.tier,
        member_since=since or term.from_on,
        code=secrets.token_hex(16),
        issued_at=clock.now(),
    )
    key = f"member-certificate-{certificate.pk}"
    enqueue("members.render_certificate", key=key, certificate_id=certificate.pk)
    record(actor, "issue_certificate", certificate)
    return certificate


# -- rows -----------------------------------------------------------------------------------------------------


def refuse_overlap(institution: Institution, first: date, last: date | None = None) -> None:
    """Terms of one institution never overlap; the database says so too."""
    others = current_terms().filter(institution=institution).exclude(until_on__lt=first)
    if last is not None:
        others = others.exclude(from_on__gt=last)
    other = others.first()
    if other is not None:
        until = other.until_on.isoformat() if other.until_on else _("至今")
        told = _("该机构已是会员：%(first)s至%(last)s已有会籍，不能重叠。")
        raise Refused(told % {"first": other.from_on.isoformat(), "last": until})


def lock_term(actor: Actor, institution_id: int, on: date | None = None) -> MembershipTerm:
    """The term in force on the day, with its institution held. Raises Refused where there is none."""
    institution = lock_institution(actor, institution_id)
    rows = MembershipTerm.objects.select_for_update(of=("self",)).select_related("institution")
    held = rows.filter(institution=institution, superseded_at__isnull=True)
    term = held.filter(holding_on(on or clock.today())).first()
    if term is None:
        raise Refused(_("该机构现在不是会员。"))
    return term


def rewrite(actor: Actor, term: MembershipTerm, day: date, **changes: Any) -> MembershipTerm:
    """From the day on the term is another: the old row is superseded, what was before the day is written again."""
    before, after = cut(Span(term.from_on, term.until_on), day)
    _supersede(term)
    if before is not None:
        _copy(actor, term, before, {"ending": ""})
    return _copy(actor, term, after, OWN | changes)


def end_term(
    actor: Actor, term: MembershipTerm, until_on: date, ending: MemberState, reason: str
) -> MembershipTerm:
    """The membership ends with that day; what was written for later days is superseded too."""
    check_step(MEMBER_STEPS, MemberState(term.state), ending)
    later = current_terms().select_for_update().filter(institution=term.institution, from_on__gt=term.from_on)
    for row in later:
        _supersede(row)
    _supersede(term)
    return _copy(actor, term, Span(term.from_on, until_on), {"ending": ending, "reason": reason})


def _supersede(term: MembershipTerm) -> None:
    term.superseded_at = max(clock.now(), term.recorded_at)
    term.save(update_fields=["superseded_at"])


def _copy(actor: Actor, term: MembershipTerm, span: Span, changes: dict[str, Any]) -> MembershipTerm:
    values = {name: getattr(term, name) for name in SAME} | changes
    return MembershipTerm.objects.create(
        from_on=span.first,
        until_on=span.last,
        recorded_at=max(clock.now(), term.recorded_at),
        recorded_by_id=actor.user_id,
        **values,
    )


# -- by the staff ---------------------------------------------------------------------------------------------


@transaction.atomic
def admit_member(
    *, actor: Actor, institution_id: int, from_on: date, tier: str = Tier.MEMBER, reason: str = ""
) -> MembershipTerm:
    """登记入会 of a membership decided on paper (the founding, members of before): open until it ends."""
    actor.require(MAY, "admit_institution")
    institution = lock_institution(actor, institution_id)
    if tier not in Tier.values:
        raise InvalidInput(_("请选择会员级别。"), {"tier": _("请选择会员级别。")})
    refuse_overlap(institution, from_on)
    term = MembershipTerm.objects.create(
        institution=institution,
        tier=tier,
        from_on=from_on,
        reason=one_line(reason)[:LONGEST_LINE],
        recorded_at=clock.now(),
        recorded_by_id=actor.user_id,
    )
    issue_certificate(actor, term)
    record(actor, "admit_member", institution, membership=term.pk)
    tell_of(actor, institution, EventKind.ADMITTED, on=from_on)
    return term


@transaction.atomic
def change_tier(
    *, actor: Actor, institution_id: int, tier: str, from_on: date, reason: str
) -> MembershipTerm:
    """会员级别变更 from a day on that lies inside the term, with the resolution it rests on."""
    actor.require(MAY, "change_membership")
    term = lock_term(actor, institution_id, from_on)
    why = line(reason, "reason", _("请写明依据，例如哪次会议的决议。"))
    if tier not in Tier.values or tier == term.tier:
        raise InvalidInput(_("请选择另一个会员级别。"), {"tier": _("请选择另一个会员级别。")})
    after = rewrite(actor, term, from_on, tier=tier, reason=why)
    record(actor, "change_tier", after, before=term.tier, tier=tier)
    tell_of(actor, term.institution, EventKind.TIER_CHANGED, on=from_on, text=str(Tier(tier).label))
    return after


@transaction.atomic
def end_probation(*, actor: Actor, institution_id: int) -> MembershipTerm | None:
    """考察期满: a full member from the next day. Run again, or before the end, it does nothing."""
    actor.require(MAY, "keep_membership")
    institution = lock_institution(actor, institution_id)
    term = MembershipTerm.objects.select_for_update().filter(
        institution=institution, superseded_at__isnull=True, state=MemberState.PROBATION
    ).filter(holding_on(clock.today())).first()  # fmt: skip
    ended = lapse(actor=actor, case=member_case(institution), code=PROBATION)
    if term is None or ended is None:
        return None
    check_step(MEMBER_STEPS, MemberState.PROBATION, MemberState.ACTIVE)
    after = rewrite(actor, term, ended.due_on + DAY, state=MemberState.ACTIVE, reason=_("考察期满"))
    record(actor, "end_probation", after)
    tell_of(actor, institution, EventKind.CONFIRMED, on=after.from_on)
    tell_institution(
        f"probation-{term.pk}-ended",
        institution.pk,
        gettext_noop("考察期满"),
        gettext_noop("贵机构已转为正式会员。"),
        "",
    )
    return after
