"""等级说明: the parts of a total as table and bars; every number is the rules', here they are only placed."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from association.guards import signed_in
from association.language import translated
from association.middleware import PortalRequest
from common.numbers import shown
from credit_rating.forms.rows import points_shown
from credit_rating.queries.explanation import Explanation, explanation_of
from credit_rating.queries.standards import spec_of, title_of
from credit_rating.rules.waterfall import Part, PartKind, Waterfall
from credit_rating.views.sheets import crumbs

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator: self → review → final, and what it adds to the total."""

    code: str
    title: str
    ceiling: str
    self_points: str
    review_points: str
    final_points: str
    contribution: str
    share: str
    change: str
    note: str


@signed_in
@require_safe
def explanation(request: PortalRequest, pk: int) -> HttpResponse:
    """等级说明 for the institution and for those who decide."""
    found = explanation_of(request.actor, pk)
    context = explained(found) | {
        "assessment": found.assessment,
        "crumbs": crumbs(found.assessment, _("等级说明")),
    }
    return render(request, "credit_rating/explanation.html", context)


def explained(found: Explanation) -> dict[str, Any]:
    """The explanation as the templates take it."""
    steps = list(_steps(found)) if found.waterfall is not None else []
    spec = spec_of(found.assessment.round.standard)
    full = found.assessment.round.standard.total_points
    return {
        "explanation": found,
        "steps": steps,
        "axis": shown(max(full, found.computation.total or ZERO)),
        "lines": [_line(part, title_of(spec.by_code[part.code])) for part in _indicators(found.waterfall)],
        "others": [(part, shown(part.contribution)) for part in _others(found.waterfall)],
        "total": points_shown(found.computation.total),
        "full": shown(full),
    }


def _indicators(falls: Waterfall | None) -> Iterator[Part]:
    return (part for part in (falls.parts if falls else ()) if part.kind is PartKind.INDICATOR)


def _others(falls: Waterfall | None) -> Iterator[Part]:
    return (part for part in (falls.parts if falls else ()) if part.kind is not PartKind.INDICATOR)


def _line(part: Part, title: str) -> Line:
    ceiling = part.ceiling or ZERO
    final = part.final_points if part.final_points is not None else ZERO
    return Line(
        code=part.code,
        title=title,
        ceiling=shown(ceiling),
        self_points=points_shown(part.self_points) or "—",
        review_points=points_shown(part.review_points) or "—",
        final_points=points_shown(part.final_points) or "—",
        contribution=shown(part.contribution),
        share=shown(round(final / ceiling * 100, 1)) if ceiling else "0",
        change=_change(part),
        note=translated(part.note),
    )


def _change(part: Part) -> str:
    """Which way the final points went from the self-assessment."""
    if part.self_points is None or part.final_points is None or part.self_points == part.final_points:
        return ""
    return "up" if part.final_points > part.self_points else "down"


def _steps(found: Explanation) -> Iterator[dict[str, str]]:
    """The total by aspect, then what stands between them and the total; ends at the stored total exactly."""
    running = ZERO
    for label, change, note in _sums(found):
        low, running = min(running, running + change), running + change
        kind = "loss" if change < 0 else "gain"
        yield _bar(label, low, abs(change), kind, _signed(change), shown(running), note)
    total = found.computation.total or ZERO
    yield _bar(_("总分"), ZERO, total, "total", "", shown(total), "")


def _sums(found: Explanation) -> Iterator[tuple[str, Decimal, str]]:
    spec = spec_of(found.assessment.round.standard)
    for aspect in spec.aspects:
        own = [part for part in _indicators(found.waterfall) if spec.aspect_of(part.code).code == aspect.code]
        note = _("满分 %(points)s 分，%(count)s 项指标") % {"points": shown(aspect.points), "count": len(own)}
        yield title_of(aspect), sum((part.contribution for part in own), ZERO), note
    for part in _others(found.waterfall):
        if part.contribution:
            yield translated(part.title), part.contribution, translated(part.note)


def _signed(change: Decimal) -> str:
    return f"+{shown(change)}" if change >= 0 else f"−{shown(-change)}"


def _bar(
    label: str, low: Decimal, width: Decimal, kind: str, change: str, running: str, note: str
) -> dict[str, str]:
    return {
        "label": label,
        "low": shown(low),
        "width": shown(width),
        "kind": kind,
        "change": change,
        "running": running,
        "note": note,
    }
