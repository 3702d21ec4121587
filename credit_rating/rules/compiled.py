"""批量计分: a standard prepared for rating thousands of assessments, in whole hundredths of a point.

Where a standard sums its marks, nothing is NA and no veto is struck, whole numbers are enough: a mark has at most
two decimals, so sums of hundredths are exact. Everything else goes through ``rate``; both give the same numbers
and the same hashes.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from operator import itemgetter, le
from typing import Any, NamedTuple

from common.said import Said
from credit_rating.rules.canonical import (
    CENT,
    inputs_hash,
    inputs_head,
    inputs_tail,
    result_digest,
    result_hash,
    standard_hash,
    unpacked,
)
from credit_rating.rules.exact import decimal_of, rounded
from credit_rating.rules.marks import Mark, MarksRefused, struck_by_marks
from credit_rating.rules.scoring import rate
from credit_rating.rules.specification import Aggregation, StandardSpec

HUNDRED = 100


class Rated(NamedTuple):
    """批量结果: the same numbers and hashes that ``rate`` gives for the same marks; no total, no grade."""

    total: Decimal | None
    grade: str | None
    inputs_hash: str
    result_hash: str


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What follows from a sum of hundredths, kept for the next row with the same sum."""

    total: Decimal
    grade: str
    raw_text: str
    total_text: str


class CompiledStandard:
    """批量计分. A row has the hundredths of every leaf in ``leaf_codes`` order, packed by ``packed``.

    A veto item scored with nothing strikes, as ``struck_by_marks`` says.
    """

    def __init__(self, spec: StandardSpec) -> None:
        self.spec = spec
        self.standard_hash = standard_hash(spec)
        self.leaf_codes = tuple(leaf.code for leaf in spec.leaves)
        self._ceilings = tuple(int(leaf.points / CENT) for leaf in spec.leaves)
        self._aspects = tuple(self._slices())
        self._veto_marks = self._vetoes()
        self._head = hashlib.sha256(inputs_head(self.standard_hash))
        self._tail = inputs_tail({}, ())
        self._outcomes: dict[int, _Outcome] = {}
        self._texts: dict[int, str] = {}

    def _slices(self) -> Iterator[tuple[str, slice]]:
        """Leaves stand depth first, so those of one aspect are neighbours."""
        owners = [self.spec.aspect_of(code).code for code in self.leaf_codes]
        for aspect in self.spec.aspects:
            start = owners.index(aspect.code)
            yield aspect.code, slice(start, start + owners.count(aspect.code))

    def _vetoes(self) -> Callable[[Sequence[int]], Any] | None:
        """The marks that must not be nothing; the last one stands twice, so that there are always at least two."""
        places = [
            place for place, leaf in enumerate(self.spec.leaves) if leaf.veto is not None and leaf.points
        ]
        return itemgetter(*places, places[-1]) if places else None

    def rate_packed(self, rows: Iterable[bytes]) -> Iterator[Rated]:
        """总分、等级与哈希 per packed row, as a column of bytes gives it."""
        for data in rows:
            row = unpacked(data)
            yield self._in_short(row, data) if self._is_plain(row) else self._in_full(row)

    def _is_plain(self, row: Sequence[int]) -> bool:
        """True when whole numbers will do; refuses what is not a row of marks."""
        if len(row) != len(self._ceilings):
            raise MarksRefused(
                Said(
                    "每行须有 %(ceilings)s 个得分，收到 %(row)s 个。",
                    ceilings=len(self._ceilings),
                    row=len(row),
                )
            )
        if min(row) < 0 or not all(map(le, row, self._ceilings)):
            raise MarksRefused("有得分不在 0 至指标满分之间；有不适用或缺项的，须逐份计算。")
        if self.spec.aggregation is not Aggregation.SUM:
            return False
        return self._veto_marks is None or all(self._veto_marks(row))

    def _in_short(self, row: Sequence[int], data: bytes) -> Rated:
        digest = self._head.copy()
        digest.update(data + self._tail)
        inputs = digest.hexdigest()
        shares = [sum(row[part]) for _code, part in self._aspects]
        outcome = self._outcome(sum(shares))
        aspects = ",".join(
            [
                f"{code}={self._text(share)}"
                for (code, _part), share in zip(self._aspects, shares, strict=True)
            ]
        )
        hashed = result_digest(inputs, aspects, outcome.raw_text, outcome.total_text, outcome.grade)
        return Rated(outcome.total, outcome.grade, inputs, hashed)

    def _outcome(self, hundredths: int) -> _Outcome:
        known = self._outcomes.get(hundredths)
        if known is None:
            exact = Fraction(hundredths, HUNDRED)
            total = rounded(exact, self.spec.rounding)
            known = _Outcome(total, self.spec.band_of(total).grade, self._text(hundredths), f"{total:f}")
            self._outcomes[hundredths] = known
        return known

    def _text(self, hundredths: int) -> str:
        known = self._texts.get(hundredths)
        if known is None:
            known = self._texts[hundredths] = f"{decimal_of(Fraction(hundredths, HUNDRED)):f}"
        return known

    def _in_full(self, row: Sequence[int]) -> Rated:
        marks = {code: Mark.scored(number * CENT) for code, number in zip(self.leaf_codes, row, strict=True)}
        return self.rate_marks(marks, struck_by_marks(self.spec, marks))

    def rate_marks(self, marks: Mapping[str, Mark], struck: Collection[str] = ()) -> Rated:
        """The long way, for one assessment with NA, gaps or vetoes that were found elsewhere."""
        result = rate(self.spec, marks, struck)
        inputs = inputs_hash(self.spec, self.standard_hash, marks, struck)
        return Rated(result.total, result.grade, inputs, result_hash(inputs, result))


def compile_standard(spec: StandardSpec) -> CompiledStandard:
    """批量计分 for one standard; the standard must have no ``problems``."""
    return CompiledStandard(spec)
