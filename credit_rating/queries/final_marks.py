"""最终记分: the points that count for each assessment, read for many of them at once.

Each opinion brings the packed row of hundredths that the database wrote into it when it was submitted; what several
opinions come to is a rule. The self-assessment is never part of it.
"""

import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from common.errors import Refused
from credit_rating.choices import ItemState, StageKind
from credit_rating.models import AssessmentStandard, OpinionItem, Round
from credit_rating.queries.review import deciding_kind, leaf_ids, review_kinds
from credit_rating.queries.standards import spec_of
from credit_rating.rules.canonical import CENT
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
ORDER BY opinion.assessment_id, opinion.id
"""
CORRECTED = """
SELECT DISTINCT assessment_id FROM credit_rating_opinion
WHERE assessment_id = ANY(%s) AND kind = %s AND submitted_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class FinalMarks:
    """最终记分 of one assessment: hundredths by leaf (-1 不适用, -2 none) and where they come from."""

    assessment_id: int
    opinions: tuple[int, ...]
    row: tuple[int, ...]
    na_reasons: Mapping[str, str] = field(default_factory=dict)


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
    kinds = review_kinds(held_in.pk)
    if not kinds:
        raise Refused(_("本轮没有评审环节，不能计算。"))
    compiled, shifted = _engines(held_in.standard.sha256, held_in.standard_id)
    spec = compiled.spec
    ids = leaf_ids(held_in.standard_id, spec)
    by_id = sorted(ids.values())
    order = tuple(by_id.index(pk) for pk in ids.values())
    return Plan(
        standard=compiled,
        shifted=shifted,
        kind=deciding_kind(kinds),
        order=None if order == tuple(range(len(order))) else order,
        codes_by_id={pk: code for code, pk in ids.items()},
        veto_places=tuple(
            (place, leaf.code)
            for place, leaf in enumerate(spec.leaves)
            if leaf.veto is not None and leaf.points > 0
        ),
    )


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
        _corrected(plan, assessment_id, opinions, row, corrections.get(assessment_id, ()))
        for assessment_id, opinions, row in _combined(plan, assessment_ids)
    ]
    with_na = [marks.assessment_id for marks in found if NOT_APPLICABLE in marks.row]
    return _with_reasons(plan, found, _na_reasons(plan, with_na)) if with_na else found


def panel_marks(plan: Plan, assessment_ids: Sequence[int]) -> list[FinalMarks]:
    """评审得分 before any correction, for the explanation."""
    return [FinalMarks(*found) for found in _combined(plan, assessment_ids)]


def _combined(
    plan: Plan, assessment_ids: Sequence[int]
) -> Iterator[tuple[int, tuple[int, ...], tuple[int, ...]]]:
    """Assessment, the opinions that count, and their row in the order of the leaves."""
    row_of = struct.Struct(f">{len(plan.codes_by_id)}i")
    for assessment_id, group in groupby(_packed(plan.kind, assessment_ids), key=itemgetter(0)):
        given = list(group)
        row = combined_row([row_of.unpack(data) for _assessment, _opinion, data in given], plan.combine)
        in_order = row if plan.order is None else tuple([row[place] for place in plan.order])
        yield assessment_id, tuple(opinion for _assessment, opinion, _data in given), in_order


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


def _corrected(
    plan: Plan,
    assessment_id: int,
    opinions: tuple[int, ...],
    row: tuple[int, ...],
    corrections: Sequence[OpinionItem],
) -> FinalMarks:
    if not corrections:
        return FinalMarks(assessment_id, opinions, row)
    changed = {plan.codes_by_id[item.indicator_id]: item for item in corrections}
    marks = tuple(
        _hundredths(changed[code]) if code in changed else mark
        for code, mark in zip(plan.standard.leaf_codes, row, strict=True)
    )
    later = tuple(sorted({item.opinion_id for item in corrections}))
    return FinalMarks(assessment_id, (*opinions, *later), marks)


def _hundredths(item: OpinionItem) -> int:
    return NOT_APPLICABLE if item.points is None else int(item.points * 100)


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
    return [replace(marks, na_reasons=_reasons_of(plan, marks, reasons)) for marks in found]


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


def packed_text(row: Sequence[int]) -> str:
    """How a computation keeps a row: hexadecimal, four bytes for each leaf."""
    return struct.pack(f">{len(row)}i", *row).hex()


def row_in(stored: str | list[int]) -> Sequence[int]:
    """The row that a computation kept; the earliest ones kept a list."""
    if isinstance(stored, list):
        return stored
    data = bytes.fromhex(stored)
    return struct.unpack(f">{len(data) // 4}i", data)


def struck_in(plan: Plan, row: Sequence[int]) -> list[str]:
    """一票否决项 that the reviewers scored with nothing."""
    return [code for place, code in plan.veto_places if row[place] == 0] if 0 in row else []
