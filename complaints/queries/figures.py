"""年度统计的更正: what waits for a second person, what it would change, and of which years figures may be decided on."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, QuerySet, When
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.models import Appointment
from complaints.access.complaints import MAY, figures_visible_to
from complaints.choices.figures import FiguresState
from complaints.models import FiguresProposal, YearFigures
from complaints.queries.published import earliest_day, published_years, years_over

Told = dict[str, Any]
COUNTS, RATES = ("received", "accepted", "no_answer"), ("response", "resolution", "satisfaction")
AMOUNTS = ("claimed_fen", "returned_fen", "unconfirmed_fen")


@dataclass(frozen=True, slots=True)
class Decidable:
    """A year of which figures may be asked for: ``replaces`` is the version that stands, nought where there is none."""

    year: int
    replaces: int
    from_day: date

    @property
    def is_open(self) -> bool:
        return self.from_day <= clock.today()


def decidable_years() -> list[Decidable]:
    """更正 of those that have figures, 补定 of those that came late; the newest first."""
    standing = dict(YearFigures.objects.order_by("version").values_list("year", "version"))
    years = {*published_years(), *years_over().not_kept}
    return [
        Decidable(year, standing.get(year, 0), earliest_day(year)) for year in sorted(years, reverse=True)
    ]


def proposals_for(actor: Actor) -> QuerySet[FiguresProposal]:
    """等待确认的在前, then the decided ones, newest first."""
    rows = figures_visible_to(actor).select_related("proposed_by", "decided_by")
    return rows.order_by(Case(When(state=FiguresState.WAITING, then=0), default=1), "-pk")


def figures_to_confirm(actor: Actor) -> QuerySet[FiguresProposal]:
    """等待确认, asked for by somebody else, about no institution that this person acts or works for."""
    if not actor.is_signed_in or not actor.may(MAY, "confirm_figures"):
        return FiguresProposal.objects.none()
    rows = (
        figures_visible_to(actor).filter(state=FiguresState.WAITING).exclude(proposed_by_id=actor.person_id)
    )
    day = clock.today()
    posts = Appointment.objects.filter(user_id=actor.person_id, from_on__lte=day).exclude(until_on__lt=day)
    acts = posts.filter(institution__isnull=False).values("institution_id")
    works = posts.filter(employer__isnull=False).values("employer_id")
    rows = rows.exclude(touched__overlap=ArraySubquery(acts))
    return rows.exclude(touched__overlap=ArraySubquery(works))


def standing_before(proposal: FiguresProposal) -> Told | None:
    """The published figures that a proposal would replace."""
    rows = YearFigures.objects.filter(year=proposal.year, version=proposal.replaces)
    return rows.values_list("figures", flat=True).first()


def changes_of(proposal: FiguresProposal) -> list[tuple[str, str, str, str]]:
    """What everybody would read otherwise: whose number, which, as it stands, as it would stand."""
    before, after = standing_before(proposal) or {}, proposal.figures
    sums = amounts_of(before), amounts_of(after)
    found = [("", name, sums[0][name], sums[1][name]) for name in AMOUNTS]
    found += _of_line("", before.get("total") or {}, after["total"] or {})
    then, now = _by_name(before), _by_name(after)
    for name in sorted(then.keys() | now.keys()):
        found += _of_line(name, then.get(name, {}), now.get(name, {}))
    words = labels()
    return [
        (who or _("全部"), words[name], old, new)
        for who, name, old, new in found
        if old != new or (not proposal.replaces and new != "—")
    ]


def labels() -> dict[str, str]:
    """The numbers of a published line, and the sums of all together, in words."""
    return {
        "received": _("收到"),
        "accepted": _("已受理"),
        "no_answer": _("投诉人未答复"),
        "response": _("按时答复率"),
        "resolution": _("解决率"),
        "satisfaction": _("满意率"),
        "per_thousand": _("每千人次投诉"),
        "claimed_fen": _("要求退还（元）"),
        "returned_fen": _("已退还（元）"),
        "unconfirmed_fen": _("其中待确认（元）"),
    }


def _by_name(figures: Told) -> dict[str, Told]:
    return {row["name"]: row for row in figures.get("institutions", [])}


def _of_line(who: str, before: Told, after: Told) -> list[tuple[str, str, str, str]]:
    lines = [cells_of(line) for line in (before, after)]
    return [(who, name, lines[0][name], lines[1][name]) for name in lines[0]]


def cells_of(line: Told) -> dict[str, str]:
    """The numbers of a published line as they are read; a dash for what is not told."""
    counts = {name: "—" if line.get(name) is None else str(line[name]) for name in COUNTS}
    return (
        counts
        | {name: _rate(line.get(name), 100, "%") for name in RATES}
        | {"per_thousand": _rate(line.get("per_thousand"), 1, "")}
    )


def _rate(rate: Told | None, times: int, unit: str) -> str:
    if not rate or rate["ratio"] is None:
        return "—"
    ratio, low, high = (Decimal(rate[name]) * times for name in ("ratio", "low", "high"))
    return f"{ratio:.2f}{unit}（{low:.2f}–{high:.2f}）"


def amounts_of(figures: Told) -> dict[str, str]:
    """The sums of all together, in 元."""
    return {name: _amount(figures.get(name)) for name in AMOUNTS}


def _amount(fen: str | None) -> str:
    return "—" if fen is None else f"{Decimal(fen) / 100:,.2f}"
