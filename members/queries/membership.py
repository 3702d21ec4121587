"""会籍: who was a member when, as known when; the gaps; what a certificate is worth."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from association import clock
from association.rules.clock import end_of_day
from members.choices.membership import MemberState
from members.models import MembershipCertificate, MembershipTerm, OfficeTerm
from members.rules.terms import Span, gaps


def was_member(*, institution_id: int, on: date, known_on: date | None = None) -> MembershipTerm | None:
    """The term that held on that day, as it was known at the end of the day ``known_on`` (today: as known now).

    A suspended member is a member; the state says so. Nothing for those who were none.
    """
    rows = known_at(MembershipTerm.objects.filter(institution_id=institution_id), known_on)
    return rows.filter(holding_on(on)).first()


def brought_in(*, institution_id: int, on: date, known_on: date) -> MembershipTerm | None:
    """带入: what a source of the day ``known_on`` or before says of that day, where it came into the books only later."""
    rows = current_terms().filter(institution_id=institution_id, known_on__lte=known_on)
    return rows.filter(holding_on(on), recorded_at__gte=end_of_day(known_on)).first()


def holding_on(day: date) -> Q:
    return Q(from_on__lte=day) & (Q(until_on__isnull=True) | Q(until_on__gte=day))


def known_at(rows: QuerySet[Any], known_on: date | None) -> QuerySet[Any]:
    """What stood in the books at the end of a day, Beijing time; without a day, what stands there now."""
    if known_on is None or known_on >= clock.today():
        return rows.filter(superseded_at__isnull=True)
    moment = end_of_day(known_on)
    still = Q(superseded_at__isnull=True) | Q(superseded_at__gte=moment)
    return rows.filter(still, recorded_at__lt=moment)


def current_terms() -> QuerySet[MembershipTerm]:
    """Every term as known now, past and future ones too."""
    return MembershipTerm.objects.filter(superseded_at__isnull=True)


def members_today() -> QuerySet[MembershipTerm]:
    return current_terms().filter(holding_on(clock.today()))


def members_on(day: date) -> int:
    """How many institutions were members on that day, as known now."""
    return current_terms().filter(holding_on(day)).values("institution_id").distinct().count()


@dataclass(frozen=True, slots=True)
class History:
    """What the books say, as known on a day."""

    terms: list[MembershipTerm]
    gaps: list[Span]
    offices: list[OfficeTerm]


def history_of(institution_id: int, known_on: date | None = None) -> History:
    """会籍沿革 of one institution with its gaps; two queries."""
    terms = list(known_at(MembershipTerm.objects.filter(institution_id=institution_id), known_on))
    offices = known_at(OfficeTerm.objects.filter(institution_id=institution_id), known_on)
    return History(terms, gaps(Span(term.from_on, term.until_on) for term in terms), list(offices))


@dataclass(frozen=True, slots=True)
class MemberStanding:
    """会员证书 at this moment: the member's state, or how and when the membership ended."""

    certificate: MembershipCertificate
    state: MemberState
    until_on: date | None


def certificate_standing(code: str) -> MemberStanding | None:
    """From the books, not from a copy; nothing for a code that is not of a membership certificate of ours."""
    found = MembershipCertificate.objects.select_related("institution").filter(code=code).first()
    if found is None:
        return None
    terms = current_terms().filter(institution_id=found.institution_id)
    term = terms.filter(holding_on(clock.today())).first()
    if term is not None:
        return MemberStanding(found, MemberState(term.state), None)
    last = terms.filter(until_on__lt=clock.today()).order_by("-until_on").first()
    ended = MemberState(last.ending) if last is not None and last.ending else MemberState.WITHDRAWN
    return MemberStanding(found, ended, last.until_on if last else None)
