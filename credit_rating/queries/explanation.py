"""等级说明 (为什么是这个等级): derived again from the stored inputs, and checked against the stored hashes."""

from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from django.utils.translation import gettext as _

from association.actors import Actor
from association.choices import COMMITTEE_ROLES, STAFF_ROLES
from common.errors import NotFound, Refused
from credit_rating.access import assessments_visible_to, barred_from
from credit_rating.choices import DeterminationState, ItemState, Stage, StageKind
from credit_rating.models import Assessment, Computation, Determination, OpinionItem
from credit_rating.models.rounds import GRADED
from credit_rating.queries.final_marks import NOT_APPLICABLE, marks_of, panel_marks, plan_of
from credit_rating.queries.review import current_opinions
from credit_rating.queries.standards import spec_of
from credit_rating.rules.canonical import inputs_hash, result_hash, standard_hash, unpacked
from credit_rating.rules.improvement import WayUp, cheapest_ways_up
from credit_rating.rules.marks import Mark
from credit_rating.rules.scoring import Result, rate
from credit_rating.rules.specification import StandardSpec
from credit_rating.rules.waterfall import Waterfall, waterfall

LEAST_PEERS = 5
"""Smaller groups would let one institution work out another's points. Our choice, no rule's (decision 0009)."""
TOLD = frozenset(GRADED) - {Stage.DETERMINED}
SHOWN = TOLD - {Stage.NOTICED}


@dataclass(frozen=True, slots=True)
class Peers:
    """同轮机构 whose results are public, without names: how many, the middle, and how many of each grade.

    Neither the lowest nor the highest: that is the total of one institution.
    """

    count: int
    median: Decimal
    grades: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """等级说明. ``verified``: the stored inputs gave the same hashes again just now."""

    assessment: Assessment
    determination: Determination
    computation: Computation
    verified: bool
    result: Result
    waterfall: Waterfall | None
    ways_up: tuple[WayUp, ...]
    peers: Peers | None


def explanation_of(actor: Actor, assessment_id: int) -> Explanation:
    """自评 → 评审 → 最终, indicator by indicator. The institution reads it once the result was told to it."""
    assessment = (
        assessments_visible_to(actor)
        .select_related("institution", "round__standard")
        .filter(pk=assessment_id)
        .first()
    )
    decides = assessment is not None and _decides(actor, assessment)
    if assessment is None or not (decides or assessment.institution_id in actor.institution_ids):
        raise NotFound(_("没有这件评估。"))
    if not decides and assessment.stage not in TOLD:
        raise Refused(_("结果尚未告知或公示，暂不能查看等级说明。"))
    determination = (
        Determination.objects.filter(assessment=assessment)
        .exclude(state=DeterminationState.SUPERSEDED)
        .select_related("computation")
        .first()
    )
    if determination is None:
        raise Refused(_("尚未计算，没有等级说明。"))
    return _explained(assessment, determination)


def _decides(actor: Actor, assessment: Assessment) -> bool:
    """Who belongs to the institution reads as the institution, also with a seat on the committee."""
    decides = actor.is_system or bool(actor.roles & (STAFF_ROLES | COMMITTEE_ROLES))
    return decides and assessment.institution_id not in barred_from(actor)


def _explained(assessment: Assessment, determination: Determination) -> Explanation:
    spec, computation = spec_of(assessment.round.standard), determination.computation
    result = result_of(computation, spec)
    marks = marks_in(computation, spec)
    shown = None
    if result.total is not None:
        shown = waterfall(
            spec, result, self_rated=_self_rated(assessment, spec), reviewed=_reviewed(assessment, spec)
        )
    return Explanation(
        assessment=assessment,
        determination=determination,
        computation=computation,
        verified=reproduces(computation, spec, result),
        result=result,
        waterfall=shown,
        ways_up=_ways_up(spec, cheapest_ways_up(spec, marks, computation.struck), determination)
        if shown
        else (),
        peers=_peers(assessment, spec),
    )


def _ways_up(spec: StandardSpec, ways: tuple[WayUp, ...], determination: Determination) -> tuple[WayUp, ...]:
    """Of an overruled grade only the ways to a better one than was given: nobody needs a way to what they have."""
    if not determination.overruled:
        return ways
    lower = {band.grade: band.lower for band in spec.bands}
    return tuple(way for way in ways if lower[way.grade] > lower[determination.grade])


def marks_in(computation: Computation, spec: StandardSpec) -> dict[str, Mark]:
    codes = [leaf.code for leaf in spec.leaves]
    return marks_of(codes, unpacked(computation.marks), computation.na_reasons)


def result_of(computation: Computation, spec: StandardSpec) -> Result:
    """Every number of a stored computation, derived again from its inputs."""
    return rate(spec, marks_in(computation, spec), computation.struck)


def reproduces(computation: Computation, spec: StandardSpec, result: Result) -> bool:
    """可复核: the same inputs still give the stored hashes and the stored total."""
    marks, struck = marks_in(computation, spec), computation.struck
    inputs = inputs_hash(spec, standard_hash(spec), marks, struck)
    same = (inputs, result_hash(inputs, result)) == (computation.inputs_hash, computation.result_hash)
    return same and result.total == computation.total


def _self_rated(assessment: Assessment, spec: StandardSpec) -> Result | None:
    opinion = current_opinions(assessment.pk, StageKind.SELF_ASSESSMENT).last()
    if opinion is None:
        return None
    items = OpinionItem.objects.filter(opinion=opinion).exclude(state=ItemState.OPEN)
    return rate(spec, {item.indicator.code: _mark(item) for item in items.select_related("indicator")})


def _mark(item: OpinionItem) -> Mark:
    return Mark.not_applicable(item.na_reason) if item.points is None else Mark.scored(item.points)


def _reviewed(assessment: Assessment, spec: StandardSpec) -> Result | None:
    """The panel's points before any correction."""
    found = panel_marks(plan_of(assessment.round), [assessment.pk])
    if not found:
        return None
    codes = [leaf.code for leaf in spec.leaves]
    reasons = {code: "-" for code, mark in zip(codes, found[0].row, strict=True) if mark == NOT_APPLICABLE}
    return rate(spec, marks_of(codes, found[0].row, reasons))


def _peers(assessment: Assessment, spec: StandardSpec) -> Peers | None:
    rows = Assessment.objects.filter(
        round_id=assessment.round_id, stage__in=SHOWN, total__isnull=False
    ).values_list("total", "grade")
    totals = sorted(total for total, _grade in rows if total is not None)
    if len(totals) < LEAST_PEERS:
        return None
    grades = [grade for _total, grade in rows]
    return Peers(
        count=len(totals),
        median=median(totals),
        grades=tuple((grade, grades.count(grade)) for grade in spec.grades),
    )


def profile_of(computation: Computation, spec: StandardSpec) -> list[dict[str, str]]:
    """Points of each aspect; a plain list that is kept with the publication."""
    return [
        {
            "code": node.code,
            "title": node.title,
            "title_en": spec.by_code[node.code].title_en,
            "points": f"{node.contribution:f}",
            "ceiling": f"{node.adjusted_ceiling:f}",
        }
        for node in result_of(computation, spec).aspects
    ]
