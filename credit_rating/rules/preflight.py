"""提交前检查: what is missing, expired or contradictory, and where the total is likely to fall."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from common.said import Said
from credit_rating.rules.entries import Entry, EntryRefused, parse_entry
from credit_rating.rules.marks import Mark, struck_by_marks
from credit_rating.rules.methods import points_for
from credit_rating.rules.scoring import rate
from credit_rating.rules.specification import IndicatorSpec, NaPolicy, StandardSpec


class FindingKind(StrEnum):
    """检查发现."""

    MISSING = "missing"
    EXPIRED = "expired"
    CONTRADICTORY = "contradictory"
    NA_WITHOUT_REASON = "na_without_reason"


@dataclass(frozen=True, slots=True)
class Evidence:
    """佐证材料."""

    name: str
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """自评答案 of one indicator."""

    entry: Entry | None = None
    not_applicable: bool = False
    na_reason: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """检查发现: ``blocking`` ones must be settled before submitting."""

    code: str
    kind: FindingKind
    sentence: str
    blocking: bool


@dataclass(frozen=True, slots=True)
class Likely:
    """测算: from the answers so far (what is open counts nothing) to all that is still open scoring in full."""

    lowest_total: Decimal
    highest_total: Decimal
    lowest_grade: str
    highest_grade: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Preflight:
    """提交前检查."""

    findings: tuple[Finding, ...]
    likely: Likely | None

    @property
    def may_submit(self) -> bool:
        return not any(finding.blocking for finding in self.findings)


def preflight(spec: StandardSpec, answers: Mapping[str, Answer], today: date) -> Preflight:
    """提交前检查: ``answers`` by code; a code without an answer is missing."""
    found: list[Finding] = []
    for leaf in spec.leaves:
        answer = answers.get(leaf.code)
        found.extend(
            [_missing(leaf)] if answer is None or not _given(answer) else _checked(leaf, answer, today)
        )
    return Preflight(tuple(found), likely(spec, answers))


def _given(answer: Answer) -> bool:
    return answer.entry is not None or answer.not_applicable


def _finding(leaf: IndicatorSpec, kind: FindingKind, sentence: str, *, blocking: bool = True) -> Finding:
    return Finding(leaf.code, kind, f"{leaf.code} {leaf.title}：{sentence}", blocking)


def _missing(leaf: IndicatorSpec) -> Finding:
    return _finding(leaf, FindingKind.MISSING, "尚未填写。")


def _checked(leaf: IndicatorSpec, answer: Answer, today: date) -> Iterator[Finding]:
    if answer.not_applicable:
        yield from _checked_na(leaf, answer)
    elif answer.entry is not None:
        yield from _checked_entry(leaf, answer.entry)
        yield from _checked_evidence(leaf, answer, today)


def _checked_na(leaf: IndicatorSpec, answer: Answer) -> Iterator[Finding]:
    if leaf.na_policy is NaPolicy.FORBIDDEN:
        yield _finding(leaf, FindingKind.CONTRADICTORY, "该指标不允许填写“不适用”。")
    if answer.entry is not None:
        yield _finding(leaf, FindingKind.CONTRADICTORY, "既填写了内容，又选择了“不适用”。")
    if not answer.na_reason.strip():
        yield _finding(leaf, FindingKind.NA_WITHOUT_REASON, "选择“不适用”须说明理由。")


def _checked_entry(leaf: IndicatorSpec, entry: Entry) -> Iterator[Finding]:
    try:
        parse_entry(leaf, entry.values)
    except EntryRefused as refusal:
        yield _finding(leaf, FindingKind.CONTRADICTORY, refusal.sentence)


def _checked_evidence(leaf: IndicatorSpec, answer: Answer, today: date) -> Iterator[Finding]:
    if leaf.evidence_required and not answer.evidence:
        hint = leaf.evidence_hint
        missing = Said("尚未上传佐证材料（%(hint)s）。", hint=hint) if hint else "尚未上传佐证材料。"
        yield _finding(leaf, FindingKind.MISSING, missing)
    valid = [one for one in answer.evidence if one.expires_on is None or one.expires_on >= today]
    for one in answer.evidence:
        if one.expires_on is not None and one.expires_on < today:
            sentence = Said(
                "佐证材料“%(name)s”已于 %(expires_on)s 到期。",
                name=one.name,
                expires_on=one.expires_on.isoformat(),
            )
            yield _finding(leaf, FindingKind.EXPIRED, sentence, blocking=leaf.evidence_required and not valid)


def likely(spec: StandardSpec, answers: Mapping[str, Answer]) -> Likely | None:
    """测算: ``None`` when even the complete answers would not give a total."""
    known = {leaf.code: _mark(leaf, answers.get(leaf.code)) for leaf in spec.leaves}
    lowest = _rated(spec, known, lambda _leaf: Decimal(0))
    highest = _rated(spec, known, lambda leaf: leaf.points)
    if lowest is None or highest is None:
        return None
    (low, low_grade), (high, high_grade) = lowest, highest
    return Likely(low, high, low_grade, high_grade, _likely_sentence(*lowest, *highest))


def _likely_sentence(low: Decimal, low_grade: str, high: Decimal, high_grade: str) -> str:
    if low == high:
        return Said(
            "按目前填写测算为 %(low)s 分、%(low_grade)s。这不是评定结果。", low=low, low_grade=low_grade
        )
    if low_grade == high_grade:
        return Said(
            "按目前填写测算为 %(low)s 至 %(high)s 分、%(low_grade)s。这不是评定结果。",
            low=low,
            high=high,
            low_grade=low_grade,
        )
    return Said(
        "按目前填写测算为 %(low)s 至 %(high)s 分（%(low_grade)s 至 %(high_grade)s）。这不是评定结果。",
        low=low,
        high=high,
        low_grade=low_grade,
        high_grade=high_grade,
    )


def _mark(leaf: IndicatorSpec, answer: Answer | None) -> Mark | None:
    """The mark that an answer would give; none while it is open, refused or contradictory."""
    if answer is None or not _given(answer):
        return None
    if answer.not_applicable:
        allowed = leaf.na_policy is not NaPolicy.FORBIDDEN
        return Mark.not_applicable(answer.na_reason) if allowed else None
    try:
        entry = parse_entry(leaf, answer.entry.values if answer.entry else {})
    except EntryRefused:
        return None
    return Mark.scored(points_for(leaf, entry))


def _rated(
    spec: StandardSpec, known: Mapping[str, Mark | None], fill: Callable[[IndicatorSpec], Decimal]
) -> tuple[Decimal, str] | None:
    marks = {code: mark or Mark.scored(fill(spec.by_code[code])) for code, mark in known.items()}
    struck = {code for code in struck_by_marks(spec, marks) if known[code] is not None}
    result = rate(spec, marks, struck)
    if result.total is None or result.grade is None:
        return None
    return result.total, result.grade
