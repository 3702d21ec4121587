"""回避: which of an assessor's ties stand against assessing an institution, each with its path in words."""

from calendar import monthrange
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from common.said import Said


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


OTHERWISE = "评审员关联于“%(institution)s”"
WORDS = {
    TieKind.EMPLOYMENT: "评审员任职于“%(institution)s”",
    TieKind.OFFICE: "评审员担任职务于“%(institution)s”",
    TieKind.SHAREHOLDING: "评审员持有股权于“%(institution)s”",
    TieKind.TEACHING: "评审员授课于“%(institution)s”",
    TieKind.CONSULTING: "评审员提供咨询于“%(institution)s”",
    TieKind.FAMILY: "评审员有近亲属任职于“%(institution)s”",
    TieKind.COMPLAINANT: "评审员曾投诉“%(institution)s”",
    TieKind.LITIGATION: "评审员涉诉于“%(institution)s”",
    TieKind.SUPPLIER: "评审员供应服务于“%(institution)s”",
    TieKind.DECLARED: "评审员已自行申报利害关系于“%(institution)s”",
}

OTHERS = {TieKind.EMPLOYMENT: "任职于“%(institution)s”"}
"""The same of whoever is no assessor (officers, mediators); a sentence before it says who is meant."""
OTHERS_OTHERWISE = "与“%(institution)s”有利害关系"

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
    *,
    of_assessor: bool = True,
) -> tuple[Conflict, ...]:
    """回避检查. ``judged_by``: institutions whose people assess in this round an institution the assessor works for.

    ``of_assessor``: whether the sentences speak of an assessor. A tie counts while it holds and for ``look_back_months`` after its end.
    """
    recent = [tie for tie in ties if _counts(tie, today, look_back_months)]
    found = [
        _direct(tie, of_assessor=of_assessor) for tie in recent if tie.institution.key == institution.key
    ]
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


def _direct(tie: Tie, *, of_assessor: bool) -> Conflict:
    parts: dict[str, str] = {"tie": _words(tie) if of_assessor else _of_others(tie)}
    if tie.detail:
        parts["detail"] = tie.detail
    if tie.until:
        parts["until"] = tie.until.isoformat()
    return Conflict(tie.kind, Said(DETAILED[tuple(parts)], **parts))


DETAILED = {
    ("tie",): "%(tie)s",
    ("tie", "detail"): "%(tie)s（%(detail)s）",
    ("tie", "until"): "%(tie)s（至 %(until)s）",
    ("tie", "detail", "until"): "%(tie)s（%(detail)s，至 %(until)s）",
}


def _words(tie: Tie) -> Said:
    return Said(WORDS.get(tie.kind, OTHERWISE), institution=tie.institution.name)


def _of_others(tie: Tie) -> Said:
    return Said(OTHERS.get(tie.kind, OTHERS_OTHERWISE), institution=tie.institution.name)


def _competitor(tie: Tie, institution: Assessed) -> Conflict:
    sentence = Said(
        "%(tie)s，该机构与“%(institution)s”同区经营%(trades)s，存在竞争关系",
        tie=_words(tie),
        institution=institution.name,
        trades="、".join(sorted(tie.institution.trades & institution.trades)),
    )
    return Conflict(TieKind.COMPETITOR, sentence)


def _reciprocal(tie: Tie, institution: Assessed) -> Conflict:
    sentence = Said(
        "%(tie)s，而“%(institution)s”的人员正在评审该机构，构成互评",
        tie=_words(tie),
        institution=institution.name,
    )
    return Conflict(TieKind.RECIPROCITY, sentence)
