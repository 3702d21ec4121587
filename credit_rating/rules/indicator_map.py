"""指标对照: how the indicators of one version of a standard became those of the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from credit_rating.rules.entries import Entry
from credit_rating.rules.specification import StandardSpec
from credit_rating.rules.validation import Problem


class MapKind(StrEnum):
    """对照类型."""

    SAME = "same"
    RENAMED = "renamed"
    REWEIGHTED = "reweighted"
    SPLIT = "split"
    MERGED = "merged"
    NEW = "new"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class MapRow:
    """对照行: codes of scored indicators on both sides."""

    kind: MapKind
    from_codes: tuple[str, ...] = ()
    to_codes: tuple[str, ...] = ()


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


def map_problems(old: StandardSpec, new: StandardSpec, rows: Sequence[MapRow]) -> tuple[Problem, ...]:
    """对照表检查: every scored indicator of both versions exactly once, and each kind means what it says."""
    raise NotImplementedError


def suggested_map(old: StandardSpec, new: StandardSpec) -> tuple[MapRow, ...]:
    """对照表草案: by identity, then by code and title; splits and merges are for people to find."""
    raise NotImplementedError


def carried(
    old: StandardSpec, new: StandardSpec, rows: Sequence[MapRow], answers: Mapping[str, OldAnswer]
) -> Carried:
    """沿用上年答案: split and merged are never carried silently."""
    raise NotImplementedError
