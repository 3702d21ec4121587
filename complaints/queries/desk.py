"""投诉 in the list of the staff desk: whose turn and until when beside each, people masked, found by what staff may type."""

import re
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, When

from association import clock
from association.models import Deadline
from association.sealed import search_keys
from complaints.access.terms import RESPONDENT_READS
from complaints.models import Complaint, Person
from complaints.queries.people import masked, of_person
from complaints.queries.tracking import RECEIPT
from complaints.queries.turns import SERVE_BY, TELLING
from complaints.rules.receipts import is_well_formed, normalised
from members.queries import institutions

KIND = "complaint"
NUMBER = re.compile(r"T(20[0-9]{2})-?([0-9]{1,12})", re.IGNORECASE)
MOST_NAMES = 200


def running(*, to_tell: bool = True) -> QuerySet[Deadline]:
    """The terms of a complaint that are not over: what is only to be told to the complainant after the case itself, then
    the one that ends first, paused ones last. Without ``to_tell`` those that the institution reads.
    """
    rows = Deadline.objects.filter(case_kind=KIND, case_id=OuterRef("pk"), stopped_at__isnull=True)
    if not to_tell:
        rows = rows.filter(code__in=sorted(RESPONDENT_READS))
    aside = Case(When(code__in=TELLING - {SERVE_BY}, then=1), default=0)
    return rows.order_by(aside, F("paused_on").asc(nulls_first=True), "ends_at", "pk")


def with_turns(rows: QuerySet[Complaint]) -> QuerySet[Complaint]:
    """What a line of the list shows. The terms are looked up for the lines of the page alone."""
    people = Prefetch("people", Person.objects.select_related("personal").order_by("pk"))
    first = running()
    return with_first_term(rows.select_related("institution").prefetch_related(people)).annotate(
        turn_action=Subquery(first.values("action")[:1]), turn_due_on=Subquery(first.values("due_on")[:1])
    )


def with_first_term(rows: QuerySet[Complaint], *, to_tell: bool = True) -> QuerySet[Complaint]:
    """Whose turn and until when. That a complainant is to be told on paper (``to_tell``) is not for the other side."""
    first = running(to_tell=to_tell)
    return rows.annotate(
        turn_side=Subquery(first.values("owner_side")[:1]),
        turn_ends_at=Subquery(first.values("ends_at")[:1]),
        turn_paused_on=Subquery(first.values("paused_on")[:1]),
    )


def turn_of(rows: QuerySet[Any], side: str, *, to_tell: bool = True) -> QuerySet[Any]:
    """Those where a term of this side runs: also where another side's ends earlier."""
    return rows.filter(Exists(running(to_tell=to_tell).filter(owner_side=side)))


def overdue(rows: QuerySet[Any], *, to_tell: bool = True) -> QuerySet[Any]:
    late = running(to_tell=to_tell).filter(ends_at__lte=clock.now(), paused_on__isnull=True)
    return rows.filter(Exists(late))


def first_person(complaint: Complaint) -> str:
    """The complainant, masked, and how many others; empty where the personal data are gone."""
    people = list(complaint.people.all())
    name = masked(people[0]).name if people else ""
    return f"{name} +{len(people) - 1}" if name and len(people) > 1 else name


def by_number(rows: QuerySet[Any], typed: str) -> QuerySet[Any]:
    """What may stand in an address: a number of ours, one of an order, or a part of an institution's name."""
    text = typed.strip()
    if found := NUMBER.fullmatch(text):
        return rows.filter(pk=int(found[2]))
    named = list(institutions().filter(name__icontains=text).values_list("pk", flat=True)[:MOST_NAMES])
    return rows.filter(Q(order_number=text) | Q(institution_id__in=named) | Q(respondent_name=text))


def by_secret(rows: QuerySet[Any], typed: str) -> QuerySet[Any]:
    """A receipt code, or a phone, name or identity number: by keyed hash, nothing is read."""
    code = normalised(typed)
    if is_well_formed(code):
        return rows.filter(receipt_key__in=search_keys(code, purpose=RECEIPT))
    return of_person(rows, typed)
