"""回避: which of an assessor's ties stand against assessing an institution, each with its path in words."""

from calendar import monthrange
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class TieKind(StrEnum):
    """利害关系."""

    EMPLOYMENT = "employment"
    OFFICE = "office"
    SHAREHOLDING = "shareholding"
    TEACHING = "teaching"
    CONSULTING = "consulting"
    FAMILY = "family"
    COMPLAINANT = "complainant"
    LITIGATION = "litigation"
    SUPPLIER = "supplier"
    DECLARED = "declared"
    COMPETITOR = "competitor"
    RECIPROCITY = "reciprocity"


WORDS = {
    TieKind.EMPLOYMENT: "任职于",
    TieKind.OFFICE: "担任职务于",
    TieKind.SHAREHOLDING: "持有股权于",
    TieKind.TEACHING: "授课于",
    TieKind.CONSULTING: "提供咨询于",
    TieKind.FAMILY: "有近亲属任职于",
    TieKind.COMPLAINANT: "曾投诉",
    TieKind.LITIGATION: "涉诉于",
    TieKind.SUPPLIER: "供应服务于",
    TieKind.DECLARED: "已自行申报利害关系于",
}

WORKS_FOR = frozenset({TieKind.EMPLOYMENT, TieKind.OFFICE, TieKind.SHAREHOLDING})
"""Ties by which a competitor's interest becomes one's own."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """被评机构: ``trades`` are the kinds of training it offers."""

    key: str
    name: str
    region: str = ""
    trades: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Tie:
    """任职或利害关系 of an assessor with an institution; no ``until`` means that it still holds."""

    kind: TieKind
    institution: Assessed
    since: date | None = None
    until: date | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """回避事由."""

    kind: TieKind
    sentence: str


def conflicts(
    ties: Iterable[Tie],
    institution: Assessed,
    today: date,
    look_back_months: int,
    judged_by: Collection[str] = (),
) -> tuple[Conflict, ...]:
    """回避检查. ``judged_by``: institutions whose people assess in this round an institution the assessor works for.

    A tie counts while it holds and for ``look_back_months`` after its end.
    """
    recent = [tie for tie in ties if _counts(tie, today, look_back_months)]
    found = [_direct(tie) for tie in recent if tie.institution.key == institution.key]
    others = [tie for tie in recent if tie.kind in WORKS_FOR and tie.institution.key != institution.key]
    found += [_competitor(tie, institution) for tie in others if _competes(tie.institution, institution)]
    if institution.key in judged_by:
        found += [_reciprocal(tie, institution) for tie in others]
    return tuple(found)


def _counts(tie: Tie, today: date, months: int) -> bool:
    if tie.since is not None and tie.since > today:
        return False
    return tie.until is None or tie.until >= months_before(today, months)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or that month's last day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _competes(own: Assessed, institution: Assessed) -> bool:
    return bool(own.region) and own.region == institution.region and bool(own.trades & institution.trades)


def _direct(tie: Tie) -> Conflict:
    until = f"至 {tie.until.isoformat()}" if tie.until else ""
    detail = "，".join(filter(None, (tie.detail, until)))
    sentence = f"评审员{WORDS.get(tie.kind, '关联于')}“{tie.institution.name}”"
    return Conflict(tie.kind, f"{sentence}（{detail}）" if detail else sentence)


def _competitor(tie: Tie, institution: Assessed) -> Conflict:
    shared = "、".join(sorted(tie.institution.trades & institution.trades))
    own = f"评审员{WORDS[tie.kind]}“{tie.institution.name}”"
    return Conflict(TieKind.COMPETITOR, f"{own}，该机构与“{institution.name}”同区经营{shared}，存在竞争关系")


def _reciprocal(tie: Tie, institution: Assessed) -> Conflict:
    own = f"评审员{WORDS[tie.kind]}“{tie.institution.name}”"
    return Conflict(TieKind.RECIPROCITY, f"{own}，而“{institution.name}”的人员正在评审该机构，构成互评")
