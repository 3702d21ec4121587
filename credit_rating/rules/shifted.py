"""批量计分 with 不适用: where points move depends only on which indicators do not apply, so it is worked out once.

Exact like ``rate`` and with the same hashes; a veto or a missing mark still goes the long way.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import le

from credit_rating.rules.aggregation import aggregate
from credit_rating.rules.canonical import CENT, inputs_head, inputs_tail, result_digest, sha256
from credit_rating.rules.compiled import Rated
from credit_rating.rules.exact import decimal_of, rounded
from credit_rating.rules.panel import NOT_APPLICABLE
from credit_rating.rules.redistribution import adjusted_ceilings
from credit_rating.rules.specification import NaPolicy, StandardSpec

HUNDRED = 100
MOST_PATTERNS = 2000


@dataclass(frozen=True, slots=True)
class _Aspect:
    """One aspect under a pattern: groups of leaves that share a factor, and what full marks for NA add."""

    code: str
    counts: bool
    groups: tuple[tuple[Fraction, tuple[int, ...]], ...]
    constant: Fraction


class ShiftedStandard:
    """批量计分 of rows in which something is not applicable and nothing is missing."""

    def __init__(self, spec: StandardSpec, standard_hash: str) -> None:
        self.spec = spec
        self._head = inputs_head(standard_hash)
        self._row = struct.Struct(f">{len(spec.leaves)}i")
        self._ceilings = tuple(int(leaf.points / CENT) for leaf in spec.leaves)
        self._patterns: dict[tuple[int, ...], tuple[_Aspect, ...]] = {}

    def rate(self, row: Sequence[int], reasons: Mapping[str, str]) -> Rated | None:
        """总分、等级与哈希; ``None`` where only the long way knows the answer, or the refusal."""
        if min(row) < NOT_APPLICABLE or not all(map(le, row, self._ceilings)):
            return None
        shares = {one.code: _share(one, row) for one in self._aspects(row)}
        exact = aggregate(self.spec, shares).total
        if exact is None or self._is_refused_or_struck(row):
            return None
        total = rounded(exact, self.spec.rounding)
        grade = self.spec.band_of(total).grade
        inputs = sha256(self._head + self._row.pack(*row) + inputs_tail(reasons, ()))
        texts = ",".join(f"{code}={decimal_of(share or Fraction(0)):f}" for code, share in shares.items())
        hashed = result_digest(inputs, texts, f"{decimal_of(exact):f}", f"{total:f}", grade)
        return Rated(total, grade, inputs, hashed)

    def _is_refused_or_struck(self, row: Sequence[int]) -> bool:
        return any(
            (points == NOT_APPLICABLE and leaf.na_policy is NaPolicy.FORBIDDEN)
            or (points == 0 and leaf.veto is not None and leaf.points > 0)
            for leaf, points in zip(self.spec.leaves, row, strict=True)
        )

    def _aspects(self, row: Sequence[int]) -> tuple[_Aspect, ...]:
        key = tuple(place for place, points in enumerate(row) if points == NOT_APPLICABLE)
        if key not in self._patterns:
            if len(self._patterns) >= MOST_PATTERNS:
                self._patterns.clear()
            self._patterns[key] = self._worked_out(frozenset(key))
        return self._patterns[key]

    def _worked_out(self, absent: frozenset[int]) -> tuple[_Aspect, ...]:
        leaves = self.spec.leaves
        excluded = {leaves[at].code for at in absent if leaves[at].na_policy is NaPolicy.EXCLUDE_AND_RESCALE}
        ceilings = adjusted_ceilings(self.spec, excluded)
        groups: dict[str, dict[Fraction, list[int]]] = {aspect.code: {} for aspect in self.spec.aspects}
        constants = dict.fromkeys(groups, Fraction(0))
        for place, leaf in enumerate(leaves):
            aspect = self.spec.aspect_of(leaf.code).code
            factor = ceilings[leaf.code] / Fraction(leaf.points) if leaf.points else Fraction(0)
            if place not in absent:
                groups[aspect].setdefault(factor, []).append(place)
            elif leaf.na_policy is NaPolicy.FULL_MARKS:
                constants[aspect] += factor * self._ceilings[place]
        return tuple(
            _Aspect(
                code,
                bool(ceilings[code]),
                tuple((factor, tuple(places)) for factor, places in found.items()),
                constants[code],
            )
            for code, found in groups.items()
        )


def _share(aspect: _Aspect, row: Sequence[int]) -> Fraction | None:
    """Exact points of the aspect; none where all of it is not applicable."""
    if not aspect.counts:
        return None
    moved = (factor * sum([row[place] for place in places]) for factor, places in aspect.groups)
    return sum(moved, aspect.constant) / HUNDRED
