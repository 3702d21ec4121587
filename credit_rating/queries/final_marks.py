"""最终记分: the points that count for each assessment, read for many of them at once.

Each opinion brings the packed row of hundredths that the database wrote into it when it was submitted; what several
opinions come to is a rule. The self-assessment is never part of it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from common.errors import Refused
from credit_rating.choices import ItemState, StageKind
from credit_rating.models import AssessmentStandard, OpinionItem, Round
from credit_rating.queries.review import deciding_kind, hundredths, leaf_ids, review_kinds
from credit_rating.queries.standards import spec_of
from credit_rating.rules.canonical import CENT, packed_row, unpacked
from credit_rating.rules.compiled import CompiledStandard, compile_standard
from credit_rating.rules.marks import Mark
from credit_rating.rules.panel import NOT_APPLICABLE, combined_row
from credit_rating.rules.shifted import ShiftedStandard
from credit_rating.rules.specification import Combine

PACKED = """
SELECT opinion.assessment_id, opinion.id, opinion.marks
FROM credit_rating_opinion opinion
WHERE opinion.assessment_id = ANY(%s) AND opinion.kind = %s AND opinion.submitted_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM credit_rating_opinion later
                  WHERE later.supersedes_id = opinion.id AND later.submitted_at IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM credit_rating_assignment aside
                  WHERE aside.assessment_id = opinion.assessment_id AND aside.kind = opinion.kind
                    AND aside.assessor_id = opinion.author_id AND aside.state IN ('recused', 'ended'))
ORDER BY opinion.assessment_id, opinion.id
"""
CORRECTED = """
SELECT DISTINCT assessment_id FROM credit_rating_opinion
WHERE assessment_id = ANY(%s) AND kind = %s AND submitted_at IS NOT NULL
"""
# How a packed number below nothing begins (不适用, none); it may also stand across two numbers.
BELOW_NOTHING = b"\xff\xff\xff"
NO_REASONS: Mapping[str, str] = MappingProxyType({})


class FinalMarks(NamedTuple):
    """最终记分 of one assessment: packed hundredths by leaf (-1 不适用, -2 none) and where they come from."""

    assessment_id: int
    opinions: tuple[int, ...]
    packed: bytes
    na_reasons: Mapping[str, str] = NO_REASONS

    @property
    def row(self) -> tuple[int, ...]:
        return unpacked(self.packed)

    @property
    def has_gaps(self) -> bool:
        """Something is not applicable or not scored."""
        return BELOW_NOTHING in self.packed and min(self.row) < 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a whole round is computed with: read and prepared once."""

    standard: CompiledStandard
    shifted: ShiftedStandard
    kind: StageKind
    # Where each leaf stands in a row that is ordered by row id; None when that is the same order.
    order: tuple[int, ...] | None
    codes_by_id: Mapping[int, str]
    veto_places: tuple[tuple[int, str], ...]

    @property
    def combine(self) -> Combine:
        return self.standard.spec.review.combine


def plan_of(held_in: Round) -> Plan:
    """评分取值 of a round: its standard, compiled, and the review whose points are final."""
    kind = decided_by(held_in)
    compiled, shifted = _engines(held_in.standard.sha256, held_in.standard_id)
    spec = compiled.spec
    ids = leaf_ids(held_in.standard_id, spec)
    by_id = sorted(ids.values())
    order = tuple(by_id.index(pk) for pk in ids.values())
    return Plan(
        standard=compiled,
        shifted=shifted,
        kind=kind,
        order=None if order == tuple(range(len(order))) else order,
        codes_by_id={pk: code for code, pk in ids.items()},
        veto_places=tuple(
            (place, leaf.code)
            for place, leaf in enumerate(spec.leaves)
            if leaf.veto is not None and leaf.points > 0
        ),
    )


def decided_by(held_in: Round) -> StageKind:
    """The review whose points are final; a round without one is refused."""
    kinds = review_kinds(held_in.pk)
    if not kinds:
        raise Refused(_("本轮没有评审环节，不能计算。"))
    return deciding_kind(kinds)


@lru_cache(maxsize=8)
def _engines(sha256: str, standard_id: int) -> tuple[CompiledStandard, ShiftedStandard]:
    """A frozen standard is prepared once per process."""
    spec = spec_of(AssessmentStandard.objects.get(pk=standard_id, sha256=sha256))
    compiled = compile_standard(spec)
    return compiled, ShiftedStandard(spec, compiled.standard_hash)


def final_marks(plan: Plan, assessment_ids: Sequence[int]) -> list[FinalMarks]:
    """One for each assessment with an opinion, by id; corrections of the committee laid over the panel's points."""
    corrections = _corrections(assessment_ids)
    found = [
        _corrected(plan, marks, corrections[marks.assessment_id])
        if marks.assessment_id in corrections
        else marks
        for marks in _combined(plan, assessment_ids)
    ]
    with_gaps = [marks.assessment_id for marks in found if marks.has_gaps]
    return _with_reasons(plan, found, _na_reasons(plan, with_gaps)) if with_gaps else found


def panel_marks(plan: Plan, assessment_ids: Sequence[int]) -> list[FinalMarks]:
    """评审得分 before any correction, for the explanation."""
    return list(_combined(plan, assessment_ids))


def _combined(plan: Plan, assessment_ids: Sequence[int]) -> Iterator[FinalMarks]:
    """Assessment, the opinions that count, and their marks in the order of the leaves."""
    for assessment_id, group in groupby(_packed(plan.kind, assessment_ids), key=itemgetter(0)):
        _assessments, opinions, given = zip(*group, strict=True)
        yield FinalMarks(assessment_id, opinions, _in_order(plan, given))


def _in_order(plan: Plan, given: Sequence[memoryview]) -> bytes:
    if len(given) == 1 and plan.order is None:
        return bytes(given[0])
    row = combined_row([unpacked(data) for data in given], plan.combine)
    return packed_row(row if plan.order is None else [row[place] for place in plan.order])


def _packed(kind: StageKind, assessment_ids: Sequence[int]) -> list[tuple[int, int, Any]]:
    """Assessment, opinion and its packed row."""
    with connection.cursor() as cursor:
        cursor.execute(PACKED, [list(assessment_ids), kind.value])
        return list(cursor.fetchall())


def _corrections(assessment_ids: Sequence[int]) -> dict[int, list[OpinionItem]]:
    """更正 of the committee after an upheld objection, oldest first: a later one goes over an earlier one."""
    with connection.cursor() as cursor:
        cursor.execute(CORRECTED, [list(assessment_ids), StageKind.DETERMINATION.value])
        corrected = [pk for (pk,) in cursor.fetchall()]
    if not corrected:
        return {}
    rows = OpinionItem.objects.filter(
        opinion__assessment_id__in=corrected,
        opinion__kind=StageKind.DETERMINATION,
        opinion__submitted_at__isnull=False,
    ).exclude(state=ItemState.OPEN)
    found: defaultdict[int, list[OpinionItem]] = defaultdict(list)
    for item in rows.select_related("opinion").order_by("opinion_id", "pk"):
        found[item.opinion.assessment_id].append(item)
    return found


def _corrected(plan: Plan, marks: FinalMarks, corrections: Sequence[OpinionItem]) -> FinalMarks:
    changed = {plan.codes_by_id[item.indicator_id]: item for item in corrections}
    row = [
        hundredths(changed[code]) if code in changed else mark
        for code, mark in zip(plan.standard.leaf_codes, marks.row, strict=True)
    ]
    later = tuple(sorted({item.opinion_id for item in corrections}))
    return FinalMarks(marks.assessment_id, (*marks.opinions, *later), packed_row(row))


def _na_reasons(plan: Plan, assessment_ids: Sequence[int]) -> dict[tuple[int, str], str]:
    """The reason that counts is that of the last opinion which says 不适用."""
    rows = (
        OpinionItem.objects.filter(
            opinion__assessment_id__in=assessment_ids,
            opinion__kind__in=[plan.kind, StageKind.DETERMINATION],
            opinion__submitted_at__isnull=False,
            state=ItemState.NA,
        )
        .order_by("opinion_id")
        .values_list("opinion__assessment_id", "indicator_id", "na_reason")
    )
    return {(assessment, plan.codes_by_id[indicator]): reason for assessment, indicator, reason in rows}


def _with_reasons(
    plan: Plan, found: Sequence[FinalMarks], reasons: Mapping[tuple[int, str], str]
) -> list[FinalMarks]:
    return [
        marks._replace(na_reasons=_reasons_of(plan, marks, reasons)) if marks.has_gaps else marks
        for marks in found
    ]


def _reasons_of(plan: Plan, marks: FinalMarks, reasons: Mapping[tuple[int, str], str]) -> dict[str, str]:
    return {
        code: reasons[marks.assessment_id, code]
        for code, mark in zip(plan.standard.leaf_codes, marks.row, strict=True)
        if mark == NOT_APPLICABLE
    }


def marks_of(codes: Sequence[str], row: Sequence[int], reasons: Mapping[str, str]) -> dict[str, Mark]:
    """A row as marks by code, for the rules that go the long way."""
    found = {}
    for code, number in zip(codes, row, strict=True):
        if number >= 0:
            found[code] = Mark.scored(number * CENT)
        elif number == NOT_APPLICABLE:
            found[code] = Mark.not_applicable(reasons.get(code, ""))
    return found


def struck_in(plan: Plan, row: Sequence[int]) -> list[str]:
    """一票否决项 that the reviewers scored with nothing."""
    return [code for place, code in plan.veto_places if row[place] == 0] if 0 in row else []
