"""统计: counts and sums by institution in one pass over an index, and the facts that a rating reads.

Rates are made from counts by ``rules/statistics.py``; what is too small to be told apart is left out by
``rules/suppression.py``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from association.rules.clock import ONE_DAY, end_of_day
from complaints.choices.complaints import (
    BEFORE_ACCEPTANCE,
    FactKind,
    Outcome,
    ReportState,
    State,
    Timeliness,
)
from complaints.models import Complaint, Enrolment, Fact, PaymentReport
from complaints.rules.statistics import Limits, PerThousand, Rate, per_thousand, rate
from complaints.rules.suppression import (
    BESIDE,
    TOTAL,
    Cell,
    Published,
    since,
    untold,
    untold_together,
)

# 起报数, the association's own choice (product rule: no rate from a handful, no cell that points at a person).
LIMITS = Limits(denominator=20, cell=5, enrolments=100)
SATISFIED = 4  # of five: satisfied or very satisfied
# What a rate says, said in counts: it is told where all of them are.
SAYS = {
    "response": ("asked", "in_time"),
    "resolution": ("resolved", "partly", "unresolved"),
    "satisfaction": ("scored", "satisfied", "dissatisfied"),
    "per_thousand": ("accepted",),
}
COLUMNS = (
    "received", "claiming", "accepted", "asked", "in_time", "resolved", "partly", "unresolved", "no_answer", "repaid",
    "unconfirmed", "confirmed", "scored", "satisfied", "dissatisfied",
)  # fmt: skip
NO_RATE = Rate(0, 0, None, None, None)
NOTHING: dict[str, Any] = dict.fromkeys(SAYS, NO_RATE) | {"per_thousand": PerThousand(None, None, None)}
NOT_ASKED = (Timeliness.NOT_ASKED, Timeliness.WAITING, Timeliness.OVERTAKEN)


@dataclass(frozen=True, slots=True)
class Counts:
    """What one pass over the complaints of a period counts; sums in fen."""

    received: int = 0
    accepted: int = 0
    asked: int = 0
    in_time: int = 0
    resolved: int = 0
    partly: int = 0
    unresolved: int = 0
    no_answer: int = 0
    scored: int = 0
    satisfied: int = 0
    # Behind the sums: of one complaint alone a sum is one person's.
    claiming: int = 0
    repaid: int = 0
    # 待确认: of what is counted as returned, what the institutions alone say.
    unconfirmed: int = 0
    unconfirmed_fen: int = 0
    claimed_fen: int = 0
    returned_fen: int = 0

    @property
    def said(self) -> int:
        """Those whose complainant said how it ended; the silent are counted apart, never as resolved."""
        return self.resolved + self.partly + self.unresolved

    @property
    def confirmed(self) -> int:
        return self.repaid - self.unconfirmed

    @property
    def dissatisfied(self) -> int:
        return self.scored - self.satisfied


@dataclass(frozen=True, slots=True)
class Line:
    """One institution, or all together (``institution_id`` None): counts, and the rates that may be told."""

    institution_id: int | None
    counts: Counts
    response: Rate
    resolution: Rate
    satisfaction: Rate
    per_thousand: PerThousand
    enrolments: int | None

    @property
    def name(self) -> str:
        """As the rule of what is told calls it."""
        return TOTAL if self.institution_id is None else str(self.institution_id)


@dataclass(frozen=True, slots=True)
class Statistics:
    """统计表 of a period; ``untold`` cells (line, column) are shown nowhere, those of the total among them."""

    first: date
    last: date
    limits: Limits
    total: Line
    lines: Sequence[Line]
    untold: frozenset[Cell]

    @property
    def table(self) -> dict[str, dict[str, int]]:
        """As the rule of what is told reads it."""
        return {line.name: row_of(line.counts) for line in (*self.lines, self.total)}

    @property
    def hidden(self) -> frozenset[int]:
        """Institutions of which not even the number of complaints is shown, and so nothing is."""
        silent = {name for name, column in self.untold if column == "received"}
        return frozenset(int(name) for name in silent - {TOTAL, BESIDE})

    def tells(self, line: Line, *columns: str) -> bool:
        return all((line.name, column) not in self.untold for column in columns)


def statistics(
    first: date, last: date, *, limits: Limits = LIMITS, earlier: Collection[Published] = ()
) -> Statistics:
    """Of the complaints received from ``first`` to ``last``, both included, by institution; three queries however many.

    ``earlier``: what was published of the same period before and stays readable.
    """
    found = _unsaid(first, last, _counted_between(first, last), enrolments_between(first, last), limits)
    also, known = since(found.table, earlier, limits)
    return _saying(found, untold(found.table, limits, also=also, known=known))


def statistics_of_parts(
    parts: Mapping[str, tuple[date, date]], whole: str, *, limits: Limits = LIMITS
) -> dict[str, Statistics]:
    """Of periods that follow each other, and of all of them together (``whole``): none tells what another hides."""
    counted = {part: _counted_between(*days) for part, days in parts.items()}
    together: dict[int | None, list[Counts]] = {}
    for found in counted.values():
        for pk, counts in found.items():
            together.setdefault(pk, []).append(counts)
    days = dict(parts) | {whole: (min(parts.values())[0], max(parts.values())[1])}
    counted[whole] = {pk: _sum(many) for pk, many in together.items()}
    tables = {
        period: _unsaid(*days[period], counted[period], enrolments_between(*days[period]), limits)
        for period in counted
    }
    hidden = untold_together({period: found.table for period, found in tables.items()}, whole, limits)
    return {period: _saying(found, hidden[period]) for period, found in tables.items()}


def statistics_as_fixed(
    first: date,
    last: date,
    counts: Mapping[int | None, Counts],
    enrolled: Mapping[int | None, int],
    hidden: frozenset[Cell],
    limits: Limits,
) -> Statistics:
    """The same of what was counted before, and told then; under None what is in the total alone."""
    return _saying(_unsaid(first, last, counts, enrolled, limits), hidden)


def _counted_between(first: date, last: date) -> dict[int | None, Counts]:
    return _with_unconfirmed(counts_by_institution(first, last), first, last)


def _unsaid(
    first: date,
    last: date,
    counts: Mapping[int | None, Counts],
    enrolled: Mapping[int | None, int],
    limits: Limits,
) -> Statistics:
    """With everything in it; what is not told is worked out from this."""
    named = {pk: found for pk, found in counts.items() if pk is not None}
    lines = [_line(pk, found, enrolled.get(pk), limits) for pk, found in sorted(named.items())]
    total = _line(None, _sum(list(counts.values())), sum(enrolled.values()) or None, limits)
    return Statistics(first, last, limits, total, lines, frozenset())


def _saying(found: Statistics, hidden: frozenset[Cell]) -> Statistics:
    """Without the rates that would tell a cell that is not told."""
    told = replace(found, untold=hidden)
    return replace(
        told, total=_silenced(told, told.total), lines=[_silenced(told, line) for line in told.lines]
    )


def row_of(counts: Counts) -> dict[str, int]:
    """One line of the table that the rule of what is told reads."""
    return {name: getattr(counts, name) for name in COLUMNS}


def _silenced(found: Statistics, line: Line) -> Line:
    """Without the rates that would tell a cell that is not told."""
    silent = [name for name, columns in SAYS.items() if not found.tells(line, *columns)]
    return replace(line, **{name: NOTHING[name] for name in silent})


def year_statistics(year: int, earlier: Collection[Published] = ()) -> Statistics:
    """The same of a whole calendar year."""
    return statistics(date(year, 1, 1), date(year, 12, 31), earlier=earlier)


def counts_by_institution(first: date, last: date) -> dict[int | None, Counts]:
    """One GROUP BY that the covering index answers alone."""
    return _counted(_received(first, last))


def _received(first: date, last: date) -> QuerySet[Complaint]:
    begins, ends = _bounds(first, last)
    return Complaint.objects.filter(received_at__gte=begins, received_at__lt=ends)


def _with_unconfirmed(counts: dict[int | None, Counts], first: date, last: date) -> dict[int | None, Counts]:
    """Neither the complainant nor staff have confirmed these payments."""
    begins, ends = _bounds(first, last)
    rows = PaymentReport.objects.filter(
        state=ReportState.REPORTED, complaint__received_at__gte=begins, complaint__received_at__lt=ends
    )
    grouped = rows.order_by().values_list("complaint__institution_id")
    counted = grouped.annotate(fen=Sum("amount_fen"), cases=Count("complaint_id", distinct=True))
    found = {pk: (fen, cases) for pk, fen, cases in counted}
    return {
        pk: replace(one, unconfirmed_fen=found[pk][0], unconfirmed=found[pk][1]) if pk in found else one
        for pk, one in counts.items()
    }


def _bounds(first: date, last: date) -> tuple[datetime, datetime]:
    return end_of_day(first - ONE_DAY), end_of_day(last)


def _many(**where: Any) -> Count:
    return Count("received_at", filter=Q(**where))


def _counted(rows: QuerySet[Complaint]) -> dict[int | None, Counts]:
    """By institution; every column comes from one index."""
    grouped = (
        rows.order_by()
        .values("institution_id")
        .annotate(
            received=Count("received_at"),
            # Also what was withdrawn afterwards; a refusal, a transfer, an early withdrawal is none.
            accepted=_many(accepted_at__isnull=False),
            asked=Count("received_at", filter=~Q(timeliness__in=NOT_ASKED)),
            in_time=_many(timeliness=Timeliness.ON_TIME),
            resolved=_many(outcome=Outcome.RESOLVED),
            partly=_many(outcome=Outcome.PARTLY),
            unresolved=_many(outcome=Outcome.UNRESOLVED),
            no_answer=_many(outcome=Outcome.NO_ANSWER),
            scored=_many(satisfaction__isnull=False),
            satisfied=_many(satisfaction__gte=SATISFIED),
            claiming=_many(claimed_fen__gt=0),
            repaid=_many(returned_fen__gt=0),
            claimed_fen=Sum("claimed_fen"),
            returned_fen=Sum("returned_fen"),
        )
    )
    return {row["institution_id"]: _counts(row) for row in grouped}


def _counts(row: Mapping[str, Any]) -> Counts:
    return Counts(**{name: int(row.get(name) or 0) for name in Counts.__dataclass_fields__})


def less(whole: Counts, parts: Sequence[Counts]) -> Counts:
    """What is in the whole and in none of the parts."""
    together = _sum(parts)
    names = Counts.__dataclass_fields__
    return Counts(**{name: getattr(whole, name) - getattr(together, name) for name in names})


def _sum(parts: Sequence[Counts]) -> Counts:
    names = Counts.__dataclass_fields__
    return Counts(**{name: sum(getattr(part, name) for part in parts) for name in names})


def _line(institution_id: int | None, counts: Counts, enrolled: int | None, limits: Limits) -> Line:
    return Line(
        institution_id=institution_id,
        counts=counts,
        response=rate(counts.in_time, counts.asked, limits),
        resolution=rate(counts.resolved, counts.said, limits),
        satisfaction=rate(counts.satisfied, counts.scored, limits),
        # 受理的: whatever is filed and refused must not raise the rate of an institution.
        per_thousand=per_thousand(counts.accepted, enrolled, limits),
        enrolments=enrolled,
    )


def enrolments_between(first: date, last: date) -> dict[int | None, int]:
    """招生人次 of the years the period touches; a part of a year counts by its days."""
    found: dict[int | None, int] = {}
    rows = Enrolment.objects.filter(year__gte=first.year, year__lte=last.year)
    for institution_id, year, learners in rows.values_list("institution_id", "year", "learners"):
        begins, ends = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
        days = (date(year, 12, 31) - date(year, 1, 1)).days + 1
        part = learners * ((ends - begins).days + 1) // days
        found[institution_id] = found.get(institution_id, 0) + part
    return found


# -- for the rating -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conduct:
    """投诉事实 of an institution in a period, as counts and amounts; what they are worth the rating decides."""

    institution_id: int
    first: date
    last: date
    counts: Counts
    open_now: int
    replies_missed: int
    replies_late: int
    mediations_refused: int
    absences: int
    ended_by_clock: int
    breaches: int
    breached_fen: int
    contested: int
    per_thousand: PerThousand


def facts_for_rating(institution_id: int, first: date, last: date) -> Conduct:
    """Counts, amounts, timeliness and breaches between two days, both included. No personal data."""
    begins, ends = _bounds(first, last)
    # What a fact rested on may have fallen since: then it counts no more.
    facts = Fact.objects.filter(
        institution_id=institution_id, at__gte=begins, at__lt=ends, set_aside__isnull=True
    )
    kinds = dict(facts.order_by().values_list("kind").annotate(many=Count("at")))
    # A second breach of one agreement is a second time, not a second sum of the same money.
    breached = facts.filter(kind=FactKind.BREACH).order_by().values("complaint_id")
    owed = sum(row["owed"] for row in breached.annotate(owed=Max("amount_fen")))
    own = Complaint.objects.filter(institution_id=institution_id)
    ended = [State.CLOSED, State.WITHDRAWN, *sorted(BEFORE_ACCEPTANCE)]
    received = _counted(own.filter(received_at__gte=begins, received_at__lt=ends))
    counts = received.get(institution_id, Counts())
    return Conduct(
        institution_id=institution_id,
        first=first,
        last=last,
        counts=counts,
        open_now=own.exclude(state__in=ended).count(),
        replies_missed=kinds.get(FactKind.REPLY_MISSED, 0),
        replies_late=kinds.get(FactKind.REPLY_LATE, 0),
        mediations_refused=kinds.get(FactKind.REFUSED_MEDIATION, 0),
        absences=kinds.get(FactKind.ABSENT, 0),
        ended_by_clock=kinds.get(FactKind.ENDED_BY_CLOCK, 0),
        breaches=kinds.get(FactKind.BREACH, 0),
        breached_fen=owed,
        contested=kinds.get(FactKind.CONTESTED, 0),
        per_thousand=per_thousand(
            counts.accepted, enrolments_between(first, last).get(institution_id), LIMITS
        ),
    )
