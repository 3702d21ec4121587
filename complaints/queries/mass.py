"""群体性投诉 as its pages show it: each complaint with its last offer and the answer, and what may still be joined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from association.actors import Actor
from association.clocks import Turn, whose_turn
from common.errors import NotFound
from complaints.access.complaints import (
    MAY,
    complaints_visible_to,
    mass_cases_visible_to,
)
from complaints.choices.complaints import MassState, OfferState
from complaints.models import Complaint, MassCase, Offer
from complaints.queries.case import OPEN_TO_OFFERS
from complaints.queries.people import masked_people

MOST_AT_ONCE, LEAST = 500, 2
MASS = "mass"


@dataclass(frozen=True, slots=True)
class MassRow:
    """One complaint of the case: the complainant masked, and the last offer."""

    complaint: Complaint
    complainant: str
    offer: Offer | None

    @property
    def open_to_offers(self) -> bool:
        return self.complaint.state in OPEN_TO_OFFERS


@dataclass(frozen=True, slots=True)
class MassPage:
    case: MassCase
    rows: list[MassRow]
    may_offer: bool
    may_end: bool
    turn: Turn | None

    @property
    def counts(self) -> dict[str, int]:
        """How many accepted, declined, have still to answer, or have no offer that stands."""
        states = [row.offer.state if row.offer else OfferState.LAPSED for row in self.rows]
        return {state.value: states.count(state) for state in OfferState}

    @property
    def offered_fen(self) -> int:
        standing = {OfferState.MADE, OfferState.ACCEPTED}
        return sum(row.offer.amount_fen for row in self.rows if row.offer and row.offer.state in standing)

    @property
    def claimed_fen(self) -> int:
        return sum(row.complaint.claimed_fen for row in self.rows)


def mass_cases(actor: Actor) -> QuerySet[MassCase]:
    rows = mass_cases_visible_to(actor).select_related("institution").annotate(many=Count("complaints"))
    return rows.order_by("-pk")


def mass_page(actor: Actor, pk: int) -> MassPage:
    """Raises NotFound. The same questions whatever the number of complaints."""
    case = mass_cases_visible_to(actor).select_related("institution", "opened_by").filter(pk=pk).first()
    if case is None:
        raise NotFound(_("没有这件群体性投诉。"))
    negotiating = case.state == MassState.NEGOTIATING
    here = Q(mass_case=case)
    if not negotiating:  # who is in another case since still stands here with what was offered
        here |= Q(pk__in=Offer.objects.filter(mass_case=case).values("complaint_id"))
    complaints = list(complaints_visible_to(actor).filter(here).order_by("pk"))
    people = masked_people(complaints)
    last = _last_offers(complaints, case)
    return MassPage(
        case=case,
        rows=[
            MassRow(one, people[one.pk][0].name if people[one.pk] else "", last.get(one.pk))
            for one in complaints
        ],
        may_offer=negotiating and actor.may(MAY, "offer") and case.institution_id in actor.institution_ids,
        may_end=negotiating and actor.may(MAY, "open_mass_case"),
        turn=whose_turn(MASS, case.pk) if negotiating else None,
    )


def _last_offers(complaints: Sequence[Complaint], case: MassCase) -> dict[int, Offer]:
    """Of those who left for another case or to go on alone the last one that was made here."""
    rows = list(Offer.objects.filter(complaint__in=complaints).order_by("pk"))
    elsewhere = {one.pk for one in complaints if one.mass_case_id != case.pk}
    return {
        row.complaint_id: row
        for row in rows
        if row.complaint_id not in elsewhere or row.mass_case_id == case.pk
    }


def _joinable(actor: Actor) -> QuerySet[Complaint]:
    """Open, and in no joint negotiation that still goes on."""
    in_none = Q(mass_case__isnull=True) | Q(mass_case__state=MassState.ENDED)
    return complaints_visible_to(actor).filter(in_none, state__in=sorted(OPEN_TO_OFFERS))


def institutions_to_choose(actor: Actor) -> list[tuple[int, str, int]]:
    """Institutions with several accepted complaints that are in no mass case: id, name and how many."""
    rows = (
        _joinable(actor)
        .order_by()
        .values("institution_id", "institution__name")
        .annotate(many=Count("pk"))
        .filter(many__gte=LEAST)
        .order_by("-many", "institution__name")
    )
    return [(row["institution_id"], row["institution__name"], row["many"]) for row in rows]


def to_choose(actor: Actor, institution_id: int) -> list[MassRow]:
    """The oldest complaints about this institution that may be joined."""
    rows = _joinable(actor).filter(Q(institution_id=institution_id)).order_by("pk")[:MOST_AT_ONCE]
    complaints = list(rows)
    people = masked_people(complaints)
    return [MassRow(one, people[one.pk][0].name if people[one.pk] else "", None) for one in complaints]


def who_gets_what(page: MassPage, amounts_fen: Mapping[int, int]) -> list[dict[str, Any]]:
    """预览 of an offer: each complaint that gets one, and the one it replaces."""
    return [
        {
            "row": row,
            "amount_fen": amounts_fen[row.complaint.pk],
            "replaces": row.offer if row.offer and row.offer.state == OfferState.MADE else None,
        }
        for row in page.rows
        if row.complaint.pk in amounts_fen
    ]
