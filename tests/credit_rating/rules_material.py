"""Standards and marks for the tests of the rules: small fixed ones, and hypothesis strategies for any."""

from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from credit_rating.rules.marks import Mark
from credit_rating.rules.specification import (
    BandSpec,
    IndicatorSpec,
    Method,
    NaPolicy,
    Rounding,
    RoundingMode,
    StandardSpec,
    Veto,
    VetoEffect,
)

D = Decimal

patient = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
"""For a busy machine: no time limit per example."""


def leaf(code, parent, points, **more):
    level = 0 if parent is None else parent.count(".") + 1
    values = {"method": Method.EXPERT, "title": f"指标 {code}", "level": level, **more}
    return IndicatorSpec(code=code, parent_code=parent, points=D(points), **values)


def node(code, parent, points, **more):
    return leaf(code, parent, points, **{"method": None, **more})


def bands(*floors, grades="ABCDEFGH"):
    """Best first: ``bands(90, 75, 60, 0)``."""
    tops = [None, *floors]
    return tuple(
        BandSpec(grade, f"{grade}级", D(floor), None if top is None else D(top), adverse=grade >= "C")
        for grade, floor, top in zip(grades, floors, tops, strict=False)
    )


def standard(*indicators, floors=(90, 75, 60, 0), **more):
    roots = [one for one in indicators if one.parent_code is None]
    values = {
        "code": "trial",
        "version": "1",
        "title": "试用规范",
        "official": False,
        "total_points": sum((one.points for one in roots), D(0)),
        "bands": bands(*floors),
        **more,
    }
    return StandardSpec(indicators=tuple(indicators), **values)


def full_marks(spec, **changed):
    """Full marks everywhere but where ``changed`` says otherwise; dots of codes are written as underscores."""
    marks = {one.code: Mark.scored(one.points) for one in spec.leaves}
    return marks | {code.replace("_", "."): _mark(value) for code, value in changed.items()}


def _mark(value):
    return value if isinstance(value, Mark) else Mark.scored(D(value))


def losing(spec, points):
    """Full marks less so many points, taken from the first indicators that never strike a veto."""
    marks, rest = full_marks(spec), D(points)
    for one in spec.leaves:
        taken = D(0) if one.veto else min(rest, one.points)
        marks[one.code] = Mark.scored(one.points - taken)
        rest -= taken
    assert rest == 0
    return marks


hundredths = st.integers(min_value=1, max_value=2000).map(lambda number: D(number) / 100)


@st.composite
def trees(draw, deepest=3):
    """Indicators of one to three aspects, up to three levels below, with points that add up."""
    found = []

    def grow(code, parent, level):
        place = len(found)
        found.append(None)
        count = draw(st.integers(0, 3)) if level < deepest else 0
        points = sum((grow(f"{code}.{n}", code, level + 1) for n in range(1, count + 1)), D(0))
        found[place] = _drawn_leaf(draw, code, parent, level) if count == 0 else node(code, parent, points)
        return found[place].points

    for letter in "ABC"[: draw(st.integers(1, 3))]:
        grow(letter, None, 0)
    return tuple(found)


def _drawn_leaf(draw, code, parent, level):
    veto = draw(st.none() | st.none() | st.builds(Veto, st.sampled_from(VetoEffect), st.sampled_from("BCD")))
    policy = draw(st.sampled_from(NaPolicy))
    return leaf(code, parent, draw(hundredths), level=level, na_policy=policy, veto=veto)


@st.composite
def standards(draw):
    """A sum standard whose bands stand at 90, 75 and 60 per cent of the total, on the rounding's grid."""
    indicators = draw(trees())
    total = sum((one.points for one in indicators if one.parent_code is None), D(0))
    rounding = Rounding(draw(st.integers(0, 2)), draw(st.sampled_from(RoundingMode)))
    floors = sorted(
        {round(total * share, rounding.digits) for share in (D("0.9"), D("0.75"), D("0.6"), D(0))}
    )
    floors = [floor for floor in floors if floor <= total]
    grades = "ABCD"[-len(floors) :] if len(floors) < 4 else "ABCD"
    table = bands(*reversed(floors), grades=grades)
    known = {band.grade for band in table if band.adverse}
    kept = tuple(
        one if one.veto is None or one.veto.grade in known else _without_veto(one) for one in indicators
    )
    return standard(*kept, bands=table, rounding=rounding)


def _without_veto(one):
    return leaf(one.code, one.parent_code, one.points, level=one.level, na_policy=one.na_policy)


@st.composite
def scored_marks(draw, spec):
    return {
        one.code: Mark.scored(D(draw(st.integers(0, int(one.points * 100)))) / 100) for one in spec.leaves
    }


@st.composite
def any_marks(draw, spec):
    """Scored marks, some replaced by NA where the standard allows it."""
    marks = draw(scored_marks(spec))
    for one in spec.leaves:
        if one.na_policy is not NaPolicy.FORBIDDEN and draw(st.booleans()):
            marks[one.code] = Mark.not_applicable("不涉及")
    return marks


@st.composite
def rated_standards(draw, marks=any_marks):
    spec = draw(standards())
    return spec, draw(marks(spec))


@st.composite
def struck_of(draw, spec):
    vetoes = [one.code for one in spec.leaves if one.veto]
    return frozenset(draw(st.lists(st.sampled_from(vetoes)))) if vetoes else frozenset()
