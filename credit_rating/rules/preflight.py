"""提交前检查: what is missing, expired or contradictory, and where the total is likely to fall."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from credit_rating.rules.entries import Entry
from credit_rating.rules.specification import StandardSpec


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
    raise NotImplementedError
