"""一票否决: applied after the total, and shown apart from it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from common.said import Said
from credit_rating.rules.marks import Mark, MarkState
from credit_rating.rules.specification import IndicatorSpec, StandardSpec, Veto, VetoEffect


@dataclass(frozen=True, slots=True)
class AppliedVeto:
    """已触发的否决项: ``changed`` tells whether the total alone would have given another grade."""

    code: str
    title: str
    effect: VetoEffect
    grade: str
    changed: bool
    sentence: str


def struck_vetoes(
    spec: StandardSpec, marks: Mapping[str, Mark], struck: Collection[str]
) -> tuple[IndicatorSpec, ...]:
    """Struck items in the standard's order; an item marked not applicable does not strike."""
    return tuple(node for node in spec.in_order if node.code in struck and not _is_na(marks.get(node.code)))


def _is_na(mark: Mark | None) -> bool:
    return mark is not None and mark.state is MarkState.NOT_APPLICABLE


def grade_after(spec: StandardSpec, by_total: str | None, struck: Collection[IndicatorSpec]) -> str | None:
    """最终等级: a forced grade holds whatever the total, even without one; caps can only lower; the worst wins."""
    forced = [veto.grade for veto in _vetoes(struck) if veto.effect is VetoEffect.FORCE]
    capped = [veto.grade for veto in _vetoes(struck) if veto.effect is VetoEffect.CAP]
    if forced:
        return _worst(spec, [*forced, *capped])
    return None if by_total is None else _worst(spec, [by_total, *capped])


def _vetoes(struck: Collection[IndicatorSpec]) -> list[Veto]:
    return [node.veto for node in struck if node.veto is not None]


def _worst(spec: StandardSpec, grades: Collection[str]) -> str:
    return max(grades, key=spec.grades.index)


def explained(
    spec: StandardSpec, by_total: str | None, struck: Collection[IndicatorSpec]
) -> tuple[AppliedVeto, ...]:
    return tuple(_applied(spec, by_total, node, node.veto) for node in struck if node.veto is not None)


def _applied(spec: StandardSpec, by_total: str | None, node: IndicatorSpec, veto: Veto) -> AppliedVeto:
    alone = grade_after(spec, by_total, [node])
    says = Said("等级不高于") if veto.effect is VetoEffect.CAP else Said("等级直接定为")
    before = Said("按总分应为 %(grade)s", grade=by_total) if by_total is not None else Said("无总分")
    sentence = Said(
        "一票否决项“%(title)s”已触发：%(says)s %(grade)s（%(before)s）。",
        title=node.title,
        says=says,
        grade=veto.grade,
        before=before,
    )
    return AppliedVeto(node.code, node.title, veto.effect, veto.grade, alone != by_total, sentence)
