"""批量计分与哈希."""

import json

import pytest

from credit_rating.rules import canonical as hashing
from credit_rating.rules.compiled import compile_standard
from credit_rating.rules.marks import Mark, MarksRefused, struck_by_marks
from credit_rating.rules.scoring import rate
from credit_rating.rules.shipped import CODES, shipped
from tests.credit_rating.rules_material import D, full_marks

SPEC = shipped("beijing_draft")
COMPILED = compile_standard(SPEC)
FULL = [int(one.points * 100) for one in SPEC.leaves]


def row_with(code, hundredths):
    row = [hundredths if one.code == code else number for one, number in zip(SPEC.leaves, FULL, strict=True)]
    return hashing.packed_row(row)


@pytest.mark.parametrize("code", CODES)
def test_every_shipped_standard_rates_in_bulk_as_one_by_one(code):
    spec = shipped(code)
    marks = full_marks(spec) | {spec.leaves[-1].code: Mark.scored(D("1.25"))}
    compiled = compile_standard(spec)
    result = rate(spec, marks)
    inputs = hashing.inputs_hash(spec, hashing.standard_hash(spec), marks)
    (found,) = compiled.rate_packed([hashing.packed(spec, marks)])
    assert (found.total, found.grade) == (result.total, result.grade)
    assert found.inputs_hash == inputs
    assert found.result_hash == hashing.result_hash(inputs, result)


def test_a_row_is_packed_as_marks_are():
    assert hashing.packed(SPEC, full_marks(SPEC, A3_1_1="1.25")) == row_with("A3.1.1", 125)


def test_a_veto_item_without_points_takes_the_long_way():
    (found,) = COMPILED.rate_packed([row_with("A5.2.1", 0)])
    assert (str(found.total), found.grade) == ("97.0", "D")


def test_a_sum_seen_twice_still_has_its_own_hash():
    one, other = COMPILED.rate_packed([row_with("A3.1.1", 200), row_with("A4.1.1", 150)])
    assert one.total == other.total == D("99.0")
    assert one.inputs_hash != other.inputs_hash
    assert one.result_hash != other.result_hash


@pytest.mark.parametrize("row", [row_with("A1.1.1", 151), row_with("A1.1.1", -1), row_with("A1.1.1", -2)])
def test_rows_that_are_no_marks_are_refused(row):
    with pytest.raises(MarksRefused):
        list(COMPILED.rate_packed([row]))


@pytest.mark.parametrize("row", [FULL[:-1], [*FULL, 0]])
def test_rows_of_another_length_are_refused(row):
    with pytest.raises(MarksRefused, match="每行须有 58 个得分"):
        list(COMPILED.rate_packed([hashing.packed_row(row)]))


def test_na_goes_the_long_way_with_its_reason_in_the_hash():
    first = COMPILED.rate_marks(full_marks(SPEC, A5_1_1=Mark.not_applicable("甲")))
    second = COMPILED.rate_marks(full_marks(SPEC, A5_1_1=Mark.not_applicable("乙")))
    assert (first.total, first.inputs_hash == second.inputs_hash) == (second.total, False)


def test_canonical_json_is_sorted_plain_and_without_floats():
    value = {"b": D("1.50"), "a": [D("1E+2"), True, None, "中"], "c": {"z", "y"}}
    assert hashing.canonical(value).decode() == '{"a":["100",true,null,"中"],"b":"1.5","c":["y","z"]}'
    with pytest.raises(TypeError, match="float"):
        hashing.canonical({"points": 1.5})


def test_the_hash_of_a_standard_sees_every_field():
    assert hashing.standard_hash(SPEC) == hashing.standard_hash(shipped("beijing_draft"))
    first = json.loads(hashing.canonical(SPEC))
    assert set(first) == {
        "code", "version", "title", "official", "total_points", "bands", "indicators", "aggregation",
        "aggregation_params", "rounding", "review", "legal_basis", "source",
    }  # fmt: skip
    assert len({hashing.standard_hash(shipped(code)) for code in CODES}) == len(CODES)


def test_the_hash_of_inputs_sees_gaps_reasons_vetoes_and_the_standard():
    standard = hashing.standard_hash(SPEC)
    marks = full_marks(SPEC)
    gap = {code: mark for code, mark in marks.items() if code != "A5.1.1"}
    zero = marks | {"A5.1.1": Mark.scored(D(0))}
    na = marks | {"A5.1.1": Mark.not_applicable("")}
    hashes = [hashing.inputs_hash(SPEC, standard, one) for one in (marks, gap, zero, na)]
    hashes.append(hashing.inputs_hash(SPEC, standard, marks, {"A5.2.1"}))
    hashes.append(hashing.inputs_hash(SPEC, "another", marks))
    assert len(set(hashes)) == len(hashes)


def test_the_hash_of_a_result_sees_the_grade_and_the_vetoes():
    marks = full_marks(SPEC)
    results = [
        rate(SPEC, marks),
        rate(SPEC, marks, {"A5.2.1"}),
        rate(SPEC, marks, {"A7.2.1"}),
        rate(SPEC, {}),
    ]
    assert len({hashing.result_hash("same", one) for one in results}) == len(results)
    assert struck_by_marks(SPEC, marks) == frozenset()
