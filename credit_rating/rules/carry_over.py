"""沿用上年答案: what of last year's self-assessment may stand under the new standard, and what may not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from common.said import Said
from credit_rating.rules.entries import Entry, EntryRefused, parse_entry
from credit_rating.rules.indicator_map import CARRIED_KINDS, WORDS, MapKind, MapRow
from credit_rating.rules.specification import IndicatorSpec, Method, NaPolicy, StandardSpec


@dataclass(frozen=True, slots=True)
class OldAnswer:
    """上年答案: what was entered, or that it was not applicable and why."""

    entry: Entry | None
    na_reason: str = ""


@dataclass(frozen=True, slots=True)
class CarriedAnswer:
    """沿用的答案: the entry under the new code, with its origin; points are computed anew by the new indicator."""

    code: str
    from_code: str
    kind: MapKind
    entry: Entry | None
    na_reason: str
    sentence: str


@dataclass(frozen=True, slots=True)
class NotCarried:
    """未沿用: why a new indicator starts empty although there was something before it."""

    code: str
    from_codes: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Carried:
    """沿用结果."""

    answers: tuple[CarriedAnswer, ...]
    not_carried: tuple[NotCarried, ...]


def carried(new: StandardSpec, rows: Sequence[MapRow], answers: Mapping[str, OldAnswer]) -> Carried:
    """沿用上年答案 by old code: same, renamed and reweighted ones; split and merged are never carried silently."""
    taken: list[CarriedAnswer] = []
    left: list[NotCarried] = []
    for row in rows:
        if not any(code in answers for code in row.from_codes):
            continue
        for code in row.to_codes:
            outcome = _outcome(new.by_code[code], row, answers)
            if isinstance(outcome, CarriedAnswer):
                taken.append(outcome)
            else:
                left.append(NotCarried(code, row.from_codes, outcome))
    return Carried(tuple(taken), tuple(left))


def _outcome(indicator: IndicatorSpec, row: MapRow, answers: Mapping[str, OldAnswer]) -> CarriedAnswer | str:
    """The carried answer, or the sentence why it is not carried."""
    if row.kind not in CARRIED_KINDS:
        return Said(
            "该指标由上年指标 %(from_codes)s %(words)s而来，须重新填写。",
            from_codes="、".join(row.from_codes),
            words=WORDS[row.kind],
        )
    before = answers[row.from_codes[0]]
    if before.entry is None:
        return _na(indicator, row, before)
    if row.kind is MapKind.REWEIGHTED and indicator.method is Method.EXPERT:
        return "该指标分值已调整，须重新评分。"
    try:
        entry = parse_entry(indicator, before.entry.values)
    except EntryRefused as refusal:
        return Said("上年填写的内容不符合新版要求：%(why)s", why=refusal.sentence)
    return CarriedAnswer(indicator.code, row.from_codes[0], row.kind, entry, "", _origin(row))


def _na(indicator: IndicatorSpec, row: MapRow, before: OldAnswer) -> CarriedAnswer | str:
    if indicator.na_policy is NaPolicy.FORBIDDEN:
        return "该指标在新版中不允许填写“不适用”，须重新填写。"
    return CarriedAnswer(indicator.code, row.from_codes[0], row.kind, None, before.na_reason, _origin(row))


def _origin(row: MapRow) -> str:
    added = {
        MapKind.SAME: "",
        MapKind.RENAMED: "，指标名称已更改",
        MapKind.REWEIGHTED: "，得分已按新版重新计算",
    }
    return Said(
        "沿用自上年指标 %(from_codes)s%(added)s，请核对后保存。",
        from_codes=row.from_codes[0],
        added=added[row.kind],
    )
