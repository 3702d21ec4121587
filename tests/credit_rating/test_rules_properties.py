"""评估规则, for any standard and any marks."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from credit_rating.rules.band_table import band_problems
from credit_rating.rules.canonical import inputs_hash, packed, result_hash, standard_hash, unpacked
from credit_rating.rules.compiled import compile_standard
from credit_rating.rules.improvement import cheapest_ways_up
from credit_rating.rules.marks import Mark, struck_by_marks
from credit_rating.rules.scoring import rate
from credit_rating.rules.shifted import ShiftedStandard
from credit_rating.rules.specification import NaPolicy, VetoEffect
from credit_rating.rules.validation import problems
from credit_rating.rules.waterfall import waterfall
from tests.credit_rating.rules_material import (
    any_marks,
    patient,
    rated_standards,
    scored_marks,
    standards,
    struck_of,
)


@patient
@given(standards())
def test_drawn_standards_have_no_problems(spec):
    assert problems(spec) == ()


@patient
@given(rated_standards(), st.randoms())
def test_order_of_marks_and_of_indicators_does_not_matter(rated, random):
    spec, marks = rated
    codes, indicators = list(marks), list(spec.indicators)
    random.shuffle(codes)
    random.shuffle(indicators)
    shuffled = replace(spec, indicators=tuple(indicators), bands=spec.bands[::-1])
    again = {code: marks[code] for code in codes}
    assert rate(shuffled, again) == rate(spec, marks)
    first, second = standard_hash(spec), standard_hash(shuffled)
    assert first == second
    assert inputs_hash(spec, first, marks) == inputs_hash(shuffled, second, again)


@patient
@given(rated_standards(), st.data())
def test_same_inputs_same_hash_and_other_inputs_another(rated, data):
    spec, marks = rated
    standard = standard_hash(spec)
    inputs = inputs_hash(spec, standard, marks)
    assert result_hash(inputs, rate(spec, marks)) == result_hash(inputs, rate(spec, dict(marks)))
    code = data.draw(st.sampled_from(sorted(marks)))
    others = {**marks, code: data.draw(scored_marks(spec))[code]}
    assume(others != marks)
    assert inputs_hash(spec, standard, others) != inputs


@patient
@given(standards(), st.data())
def test_every_total_in_the_range_has_exactly_one_band(spec, data):
    step = Decimal(1).scaleb(-spec.rounding.digits)
    total = data.draw(st.integers(0, int(spec.total_points / step) + 1)) * step
    assert band_problems(spec) == ()
    inside = [
        band for band in spec.bands if band.lower <= total and (band.upper is None or total < band.upper)
    ]
    assert inside == [spec.band_of(total)]


@patient
@given(rated_standards())
def test_total_stays_in_the_range_and_adds_up(rated):
    spec, marks = rated
    result = rate(spec, marks)
    if result.raw_total is None:
        assert all(mark.state == "na" for mark in marks.values())
        return
    assert 0 <= result.raw_total <= spec.total_points
    leaves = {leaf.code for leaf in spec.leaves}
    parts = sum(node.contribution for node in result.nodes if node.code in leaves)
    assert abs(parts - result.raw_total) <= Decimal("0.000001") * len(leaves)


@patient
@given(rated_standards())
def test_waterfall_adds_up_to_the_total_exactly(rated):
    spec, marks = rated
    result = rate(spec, marks)
    assume(result.assessable)
    shown = waterfall(spec, result, self_rated=result)
    assert sum(part.contribution for part in shown.parts) == result.total
    step = Decimal(1).scaleb(-spec.rounding.digits)
    assert abs(shown.parts[-1].contribution) <= step + Decimal("0.0001")


@patient
@given(rated_standards(), st.data())
def test_excluding_at_the_average_changes_nothing_and_otherwise_pulls_as_written(rated, data):
    """剔除: an indicator scored at its node's own rate may be excluded without moving the node at all."""
    spec, marks = rated
    leaf = data.draw(st.sampled_from(spec.leaves))
    spec = replace(
        spec,
        indicators=tuple(
            replace(one, na_policy=NaPolicy.EXCLUDE_AND_RESCALE) if one.code == leaf.code else one
            for one in spec.indicators
        ),
    )
    scored = {
        code: mark if mark.state == "scored" else Mark.scored(Decimal(0)) for code, mark in marks.items()
    }
    siblings = [one for one in spec.children_of(leaf.parent_code) if one.code != leaf.code]
    assume(siblings)
    without = rate(spec, {**scored, leaf.code: Mark.not_applicable("不涉及")})
    before = {node.code: node for node in rate(spec, scored).nodes}
    gained = sum(Fraction(before[one.code].contribution) for one in siblings)
    share = gained / sum(Fraction(one.points) for one in siblings)
    own = Fraction(scored[leaf.code].points) / Fraction(leaf.points)
    moved = without.raw_total - rate(spec, scored).raw_total
    wanted = (share - own) * Fraction(leaf.points)
    assert abs(Fraction(moved) - wanted) < Fraction(1, 10**5)


@patient
@given(rated_standards(scored_marks), st.data())
def test_na_moves_the_total_only_as_its_policy_says(rated, data):
    spec, marks = rated
    leaf = data.draw(st.sampled_from(spec.leaves))
    assume(leaf.na_policy in {NaPolicy.FULL_MARKS, NaPolicy.ZERO_WITH_REASON})
    same_as = leaf.points if leaf.na_policy is NaPolicy.FULL_MARKS else Decimal(0)
    na = rate(spec, {**marks, leaf.code: Mark.not_applicable("不涉及")})
    assert na.total == rate(spec, {**marks, leaf.code: Mark.scored(same_as)}).total


@patient
@given(rated_standards(), st.data())
def test_veto_dominates(rated, data):
    spec, marks = rated
    struck = data.draw(struck_of(spec))
    result, without = rate(spec, marks, struck), rate(spec, marks)
    effective = [spec.by_code[one.code].veto for one in result.vetoes]
    place = spec.grades.index
    assert {one.code for one in result.vetoes} == {code for code in struck if marks[code].state == "scored"}
    assert result.total == without.total
    assert all(result.grade is not None for veto in effective if veto.effect is VetoEffect.FORCE)
    if result.grade is not None:
        assert all(place(result.grade) >= place(veto.grade) for veto in effective)
    if effective and all(veto.effect is VetoEffect.CAP for veto in effective) and result.grade is not None:
        assert place(result.grade) >= place(without.grade)
    if not effective:
        assert result == without


@patient
@given(standards(), st.data())
def test_compiled_equals_full(spec, data):
    compiled = compile_standard(spec)
    rows = data.draw(st.lists(scored_marks(spec), max_size=5))
    full = [compiled.rate_marks(marks, struck_by_marks(spec, marks)) for marks in rows]
    assert list(compiled.rate_packed([packed(spec, marks) for marks in rows])) == full
    for marks, one in zip(rows, full, strict=True):
        result = rate(spec, marks, struck_by_marks(spec, marks))
        assert (one.total, one.grade) == (result.total, result.grade)


@patient
@given(standards(), st.data())
def test_packed_rows_with_gaps_equal_full(spec, data):
    """What the round is computed with: packed rows where every mark is one, prepared fractions where some are not."""
    compiled, marks = compile_standard(spec), data.draw(any_marks(spec))
    row, reasons = (
        unpacked(packed(spec, marks)),
        {code: mark.na_reason for code, mark in marks.items() if mark.state == "na"},
    )
    full = compiled.rate_marks(marks, struck_by_marks(spec, marks))
    if min(row) >= 0:
        assert list(compiled.rate_packed([packed(spec, marks)])) == [full]
    shifted = ShiftedStandard(spec, compiled.standard_hash).rate(row, reasons)
    assert shifted is None or shifted == full


@patient
@given(standards(), st.data())
def test_more_points_never_lower_a_total(spec, data):
    marks = data.draw(any_marks(spec))
    leaf = data.draw(st.sampled_from(spec.leaves))
    assume(marks[leaf.code].state == "scored")
    more = {**marks, leaf.code: Mark.scored(leaf.points)}
    assert rate(spec, more).raw_total >= rate(spec, marks).raw_total


@patient
@given(rated_standards(scored_marks))
def test_each_way_up_reaches_the_next_grade_and_none_is_wasteful(rated):
    spec, marks = rated
    now = rate(spec, marks).grade
    for way in cheapest_ways_up(spec, marks):
        raised = {one.code: Mark.scored(one.to_points) for one in way.raises}
        reached = rate(spec, {**marks, **raised}).grade
        assert spec.grades.index(reached) <= spec.grades.index(way.grade) == spec.grades.index(now) - 1
        for code in raised:
            assert rate(spec, {**marks, **raised, code: marks[code]}).grade != reached or len(raised) > 1
