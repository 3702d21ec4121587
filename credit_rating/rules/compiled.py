"""批量计分: a standard prepared for rating thousands of assessments, in whole hundredths of a point."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from credit_rating.rules.specification import StandardSpec


@dataclass(frozen=True, slots=True)
class Rated:
    """批量结果: the same numbers and hashes that ``rate`` gives for the same marks."""

    total: Decimal
    grade: str
    aspects: tuple[int, ...]
    inputs_hash: str
    result_hash: str


class CompiledStandard:
    """批量计分 for ``sum`` without NA and veto; everything else goes through ``rate``."""

    leaf_codes: tuple[str, ...]

    def __init__(self, spec: StandardSpec) -> None:
        raise NotImplementedError

    def totals(self, rows: Iterable[Sequence[int]]) -> list[tuple[Decimal, str]]:
        """Total and grade per row; a row has the hundredths of every leaf in ``leaf_codes`` order."""
        raise NotImplementedError

    def rate_many(self, rows: Iterable[Sequence[int]]) -> Iterator[Rated]:
        """Total, grade, aspects and both hashes per row."""
        raise NotImplementedError


def compile_standard(spec: StandardSpec) -> CompiledStandard:
    raise NotImplementedError
