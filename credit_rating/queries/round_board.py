"""轮次公开内容: timetable, standard, open 公示 and results of one round, as the public may know them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Min, Q

from association import clock
from common.numbers import shown
from credit_rating.choices import ObjectionState, RoundState, Stage
from credit_rating.models import Assessment, AssessmentStandard, Indicator, Publication, PublicNotice, Round
from credit_rating.queries.results import STATES, published_results, worth


@dataclass(frozen=True, slots=True)
class RoundBoard:
    """Plain values only: they are stored as they are."""

    round_id: int
    year: int
    title: str
    state: str
    standard: str
    official: bool
    bands: list[dict[str, Any]]
    rules: dict[str, Any]
    stages: list[dict[str, Any]]
    results: list[dict[str, Any]]
    notice: dict[str, Any]


def public_round_ids() -> list[int]:
    """Rounds that were opened; one that is being prepared is nobody's business."""
    return list(Round.objects.exclude(state=RoundState.DRAFT).order_by("pk").values_list("pk", flat=True))


def round_board(round_id: int) -> RoundBoard | None:
    """What may be known of the round; ``None`` before it opens."""
    held = (
        Round.objects.filter(pk=round_id).exclude(state=RoundState.DRAFT).select_related("standard").first()
    )
    if held is None:
        return None
    return RoundBoard(
        round_id=held.pk,
        year=held.year,
        title=held.title,
        state=held.state,
        standard=str(held.standard),
        official=held.standard.official,
        bands=_bands(held.standard),
        rules=_rules(held.standard) | {"authorising_document": held.authorising_document},
        stages=_stages(held),
        results=_results(round_id, clock.today()),
        notice={"open": _open_notices(round_id)},
    )


def _bands(standard: AssessmentStandard) -> list[dict[str, Any]]:
    return [
        {
            "grade": band.grade,
            "label": band.label,
            "lower": shown(band.lower),
            "upper": None if band.upper is None else shown(band.upper),
        }
        for band in standard.bands.order_by("-lower")
    ]


def _rules(standard: AssessmentStandard) -> dict[str, Any]:
    """The text of the standard: how it adds up and rounds, and every indicator with its points."""
    return {
        "total": shown(standard.total_points),
        "aggregation": str(standard.get_aggregation_display()),
        "rounding_digits": standard.rounding_digits,
        "rounding": str(standard.get_rounding_mode_display()),
        "legal_basis": standard.legal_basis,
        "source": standard.source,
        "sha256": standard.sha256,
        "indicators": [
            {
                "level": row.level,
                "code": row.code,
                "title": row.title,
                "title_en": row.title_en,
                "points": shown(row.points),
                "method": str(row.get_method_display()) if row.method else "",
            }
            for row in _in_reading_order(standard)
        ],
    }


def _in_reading_order(standard: AssessmentStandard) -> Iterator[Indicator]:
    """Each indicator after its parent; ``position`` counts among siblings."""
    children: dict[int | None, list[Indicator]] = {}
    for row in standard.indicators.order_by("position", "code"):
        children.setdefault(row.parent_id, []).append(row)
    waiting = children.get(None, [])[::-1]
    while waiting:
        row = waiting.pop()
        yield row
        waiting += children.get(row.pk, [])[::-1]


def _stages(held: Round) -> list[dict[str, Any]]:
    return [
        {
            "kind": stage.kind,
            "label": str(stage.get_kind_display()),
            "opens_at": stage.opens_at.isoformat(),
            "closes_at": stage.closes_at.isoformat(),
        }
        for stage in held.stages.order_by("position")
    ]


def _results(round_id: int, day: date) -> list[dict[str, Any]]:
    """Results that two people published, with what they are worth today."""
    return [_result(row, day) for row in published_results(round_id)]


def _result(row: Publication, day: date) -> dict[str, Any]:
    institution = row.assessment.institution
    standing = worth(row, day)
    state = STATES.get(
        standing, standing
    )  # 已被新结果替代 is no public state of an institution, only of this result
    return _named(row.assessment) | {
        "grade": row.grade,
        "state": state.value,
        "overruled": row.determination.overruled,
        "is_demo": institution.is_demo,
        "published_at": row.published_at.isoformat() if row.published_at else None,
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
    }


def _open_notices(round_id: int) -> list[dict[str, Any]]:
    """公示 that are open to objection, or that wait for the decision of one."""
    return [
        {
            "id": notice.pk,
            "opens_at": notice.opens_at.isoformat(),
            "closes_at": notice.closes_at.isoformat(),
            "explanation": notice.explanation,
            "reckoning": notice.reckoning,
            "provisional": notice.provisional,
            "rows": rows,
        }
        for notice in PublicNotice.objects.filter(round_id=round_id).order_by("pk")
        if (rows := _proposed(notice))
    ]


def _proposed(notice: PublicNotice) -> list[dict[str, Any]]:
    open_to_objection = notice.assessments.filter(stage__in=[Stage.PUBLIC_NOTICE, Stage.OBJECTION])
    return [
        _named(row)
        | {
            "grade": row.grade,
            "objection": row.stage == Stage.OBJECTION,
            "answer_due": row.answer_due.isoformat() if row.answer_due else None,
        }
        for row in open_to_objection.select_related("institution")
        .annotate(answer_due=Min("objections__due_at", filter=Q(objections__state=ObjectionState.FILED)))
        .order_by("institution__name", "pk")
    ]


def _named(assessment: Assessment) -> dict[str, Any]:
    institution = assessment.institution
    return {
        "institution": institution.pk,
        "key": institution.uscc or str(institution.pk),
        "name": institution.name,
        "uscc": institution.uscc,
    }
