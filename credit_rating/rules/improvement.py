"""提升路径: the cheapest ways to the next grade."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from common.said import Said, listed
from credit_rating.rules import parameters
from credit_rating.rules.exact import plain
from credit_rating.rules.marks import Mark, MarkState
from credit_rating.rules.scoring import rate
from credit_rating.rules.specification import IndicatorSpec, Method, StandardSpec

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Raise:
    """提升项: one indicator from its present points to a reachable number of points."""

    code: str
    title: str
    from_points: Decimal
    to_points: Decimal


@dataclass(frozen=True, slots=True)
class WayUp:
    """提升路径: all its raises together reach ``grade``."""

    grade: str
    raises: tuple[Raise, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class _Climb:
    """One try: what is scored now and the grade to reach, by the total alone."""

    spec: StandardSpec
    marks: Mapping[str, Mark]
    target: str

    def reached_with(self, changed: Mapping[str, Decimal]) -> bool:
        marks = {**self.marks, **{code: Mark.scored(points) for code, points in changed.items()}}
        grade = rate(self.spec, marks).grade_by_total
        return grade is not None and self.spec.grades.index(grade) <= self.spec.grades.index(self.target)

    def open_leaves(self) -> list[IndicatorSpec]:
        """Scored below their ceiling, most room first."""
        found = [leaf for leaf in self.spec.leaves if self.room(leaf) > 0]
        return sorted(found, key=self.room, reverse=True)

    def room(self, leaf: IndicatorSpec) -> Decimal:
        mark = self.marks[leaf.code]
        return leaf.points - mark.points if mark.state is MarkState.SCORED else Decimal(0)


def cheapest_ways_up(
    spec: StandardSpec, marks: Mapping[str, Mark], struck: Collection[str] = (), limit: int = 3
) -> tuple[WayUp, ...]:
    """提升路径: fewest indicators first, then fewest points; none at the top, without a total or under a veto."""
    now = rate(spec, marks, struck)
    if now.grade_by_total is None or now.vetoes or now.grade_by_total == spec.grades[0]:
        return ()
    climb = _Climb(spec, marks, spec.grades[spec.grades.index(now.grade_by_total) - 1])
    found = {frozenset(way): way for way in (*_single(climb), *_combined(climb, limit))}
    least = [way for codes, way in found.items() if not any(other < codes for other in found)]
    return tuple(sorted((_way(climb, chosen) for chosen in least), key=_cost)[:limit])


def _cost(way: WayUp) -> tuple[int, Decimal, str]:
    points = sum((one.to_points - one.from_points for one in way.raises), Decimal(0))
    return len(way.raises), points, way.raises[0].code


def _single(climb: _Climb) -> Iterator[dict[str, Decimal]]:
    """One indicator is enough."""
    for leaf in climb.open_leaves():
        if climb.reached_with({leaf.code: leaf.points}):
            yield {leaf.code: _least(climb, leaf, {})}


def _combined(climb: _Climb, limit: int) -> Iterator[dict[str, Decimal]]:
    """Several indicators, most room first; further ways leave out what the first way, or a single one, used."""
    first = _gathered(climb, frozenset())
    if first is None:
        return
    yield first
    singles = frozenset(code for way in _single(climb) for code in way)
    for left_out in (*(frozenset({code}) for code in tuple(first)[:limit]), singles):
        other = _gathered(climb, left_out)
        if other is not None:
            yield other


def _gathered(climb: _Climb, left_out: Collection[str]) -> dict[str, Decimal] | None:
    chosen: dict[str, Decimal] = {}
    for leaf in climb.open_leaves():
        if leaf.code in left_out:
            continue
        chosen[leaf.code] = leaf.points
        if climb.reached_with(chosen):
            return _trimmed(climb, chosen)
    return None


def _trimmed(climb: _Climb, chosen: dict[str, Decimal]) -> dict[str, Decimal]:
    """The same indicators, each raised no further than needed once the others are; the last added first."""
    kept = dict(chosen)
    for code in reversed(chosen):
        others = {other: points for other, points in kept.items() if other != code}
        if climb.reached_with(others):
            kept = others
        else:
            kept[code] = _least(climb, climb.spec.by_code[code], others)
    return kept


def _least(climb: _Climb, leaf: IndicatorSpec, chosen: Mapping[str, Decimal]) -> Decimal:
    """The least reachable points that are enough; full points are known to be. More points never harm."""
    steps = reachable_points(leaf, climb.marks[leaf.code].points)
    low, high = 0, len(steps) - 1
    while low < high:
        middle = (low + high) // 2
        if climb.reached_with({**chosen, leaf.code: steps[middle]}):
            high = middle
        else:
            low = middle + 1
    return steps[low]


def reachable_points(leaf: IndicatorSpec, points: Decimal) -> list[Decimal]:
    """可达分值 above ``points``, rising: whole cases, whole tiers, or any hundredth."""
    match leaf.method:
        case Method.PASS_FAIL:
            values = [leaf.points]
        case Method.DEDUCT_EACH:
            per = parameters.deduction(leaf.params).per
            values = [leaf.points - per * count for count in range(int(leaf.points / per) + 1)]
        case Method.BAND:
            values = [tier.points for tier in parameters.tiers(leaf)]
        case _:
            values = _by_hundredths(leaf)
    return sorted(value for value in values if value > points)


def _by_hundredths(leaf: IndicatorSpec) -> list[Decimal]:
    steps = () if leaf.method is Method.EXPERT else parameters.curve(leaf).steps
    return [step.points for step in steps] or [CENT * count for count in range(int(leaf.points / CENT) + 1)]


def _way(climb: _Climb, chosen: Mapping[str, Decimal]) -> WayUp:
    raises = tuple(
        Raise(code, climb.spec.by_code[code].title, plain(climb.marks[code].points), plain(points))
        for code, points in chosen.items()
    )
    steps = listed(
        (
            Said(
                "“%(title)s”由 %(before)s 分提高到 %(after)s 分",
                title=one.title,
                before=one.from_points,
                after=one.to_points,
            )
            for one in raises
        ),
        "；",
    )
    return WayUp(
        climb.target, raises, Said("%(steps)s，即可达到 %(target)s。", steps=steps, target=climb.target)
    )
