"""指标对照与沿用."""

from dataclasses import replace

import pytest
from hypothesis import given

from credit_rating.rules.carry_over import OldAnswer, carried
from credit_rating.rules.entries import Entry, parse_entry
from credit_rating.rules.indicator_map import MapKind, MapRow, map_problems, suggested_map
from credit_rating.rules.shipped import shipped
from credit_rating.rules.specification import Method, NaPolicy
from tests.credit_rating.rules_material import D, leaf, patient, standard, standards

OLD = standard(
    leaf("A", None, 10, method=Method.PASS_FAIL, identity="a"),
    leaf("B", None, 20, method=Method.DEDUCT_EACH, params={"per": "5"}, identity="b"),
    leaf("C", None, 30, identity="c", na_policy=NaPolicy.FULL_MARKS),
    leaf("D", None, 20, identity="d"),
    leaf("E", None, 10, identity="e"),
    leaf("F", None, 10, identity="f"),
)
NEW = standard(
    leaf("A1", None, 10, method=Method.PASS_FAIL, identity="a", title="指标 A"),
    leaf("B", None, 30, method=Method.DEDUCT_EACH, params={"per": "5"}, identity="b"),
    leaf("C", None, 30, identity="c", title="新名称", na_policy=NaPolicy.FULL_MARKS),
    leaf("D1", None, 5, identity="d1", title="丁一"),
    leaf("D2", None, 5, identity="d2", title="丁二"),
    leaf("EF", None, 10, identity="ef", title="戊己"),
    leaf("G", None, 10, identity="g", title="庚"),
)
ROWS = (
    MapRow(MapKind.SAME, ("A",), ("A1",)),
    MapRow(MapKind.REWEIGHTED, ("B",), ("B",)),
    MapRow(MapKind.RENAMED, ("C",), ("C",)),
    MapRow(MapKind.SPLIT, ("D",), ("D1", "D2")),
    MapRow(MapKind.MERGED, ("E", "F"), ("EF",)),
    MapRow(MapKind.NEW, (), ("G",)),
)


def sentences(rows):
    return " ".join(problem.sentence for problem in map_problems(OLD, NEW, rows))


def test_a_complete_map_has_no_problems():
    assert map_problems(OLD, NEW, ROWS) == ()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (ROWS[1:], "旧版指标“A 指标 A”没有写入对照表"),
        (ROWS[:-1], "新版指标“G 庚”没有写入对照表"),
        ((*ROWS, MapRow(MapKind.RETIRED, ("A",))), "旧版指标“A 指标 A”在对照表中出现 2 次"),
        ((*ROWS, MapRow(MapKind.NEW, (), ("Z",))), "新版没有计分指标“Z”"),
        ((MapRow(MapKind.RENAMED, ("A",), ("A1",)), *ROWS[1:]), "标为“更名”，实际为“不变”"),
        ((ROWS[0], MapRow(MapKind.SAME, ("B",), ("B",)), *ROWS[2:]), "标为“不变”，实际为“调整分值”"),
        ((*ROWS[:3], MapRow(MapKind.MERGED, ("D",), ("D1", "D2")), *ROWS[4:]), "“合并”，须为多对一"),
        ((*ROWS[:3], MapRow(MapKind.SAME, ("D",), ("D1", "D2")), *ROWS[4:]), "“不变”，须为一对一"),
        ((*ROWS[:4], MapRow(MapKind.SPLIT, ("E", "F"), ("EF",)), ROWS[5]), "“拆分”，须为一对多"),
        ((*ROWS[:5], MapRow(MapKind.RETIRED, (), ("G",))), "“停用”，须为只有旧版指标"),
    ],
)
def test_incomplete_and_contradictory_maps(rows, words):
    assert words in sentences(rows)


def test_a_changed_method_is_a_retired_and_a_new_indicator():
    new = standard(leaf("A", None, 10, method=Method.EXPERT, identity="a"))
    old = standard(leaf("A", None, 10, method=Method.PASS_FAIL, identity="a"))
    assert suggested_map(old, new) == (MapRow(MapKind.RETIRED, ("A",)), MapRow(MapKind.NEW, (), ("A",)))
    said = map_problems(old, new, [MapRow(MapKind.REWEIGHTED, ("A",), ("A",))])
    assert "计分方法已改变" in said[0].sentence


def test_the_suggestion_goes_by_identity_then_code_then_title():
    rows = suggested_map(OLD, NEW)
    assert map_problems(OLD, NEW, rows) == ()
    assert rows[:3] == ROWS[:3]
    assert [row.kind for row in rows[3:]] == [MapKind.RETIRED] * 3 + [MapKind.NEW] * 4


def test_a_title_is_enough_when_code_and_identity_changed():
    new = standard(leaf("X", None, 10, identity="x", title="指标 A"))
    old = standard(leaf("A", None, 10, identity="a"))
    assert suggested_map(old, new) == (MapRow(MapKind.SAME, ("A",), ("X",)),)


@patient
@given(standards(), standards())
def test_any_suggestion_is_complete(old, new):
    assert map_problems(old, new, suggested_map(old, new)) == ()


def test_a_standard_maps_onto_itself_unchanged():
    spec = shipped("beijing_draft")
    assert {row.kind for row in suggested_map(spec, spec)} == {MapKind.SAME}


def entry(code, **raw):
    return OldAnswer(parse_entry(OLD.by_code[code], raw))


def test_what_is_carried_and_what_is_not():
    answers = {
        "A": entry("A", passed="yes"),
        "B": entry("B", count="3"),
        "C": OldAnswer(None, "不涉及"),
        "D": entry("D", points="20"),
        "E": entry("E", points="1"),
    }
    found = carried(NEW, ROWS, answers)
    assert [(one.code, one.from_code, one.kind) for one in found.answers] == [
        ("A1", "A", "same"),
        ("B", "B", "reweighted"),
        ("C", "C", "renamed"),
    ]
    assert found.answers[1].entry == Entry(Method.DEDUCT_EACH, {"count": "3"})
    assert "得分已按新版重新计算" in found.answers[1].sentence
    assert (found.answers[2].entry, found.answers[2].na_reason) == (None, "不涉及")
    assert [(one.code, one.from_codes) for one in found.not_carried] == [
        ("D1", ("D",)),
        ("D2", ("D",)),
        ("EF", ("E", "F")),
    ]
    assert "由上年指标 E、F 合并而来，须重新填写" in found.not_carried[2].sentence


def test_nothing_is_said_about_what_was_never_answered():
    assert carried(NEW, ROWS, {}) == carried(NEW, (), {})


@pytest.mark.parametrize(
    ("changed", "answer", "words"),
    [
        ({"na_policy": NaPolicy.FORBIDDEN}, OldAnswer(None, "不涉及"), "不允许填写“不适用”"),
        ({"points": D(40)}, entry("C", points="30"), "分值已调整，须重新评分"),
    ],
)
def test_answers_that_the_new_version_cannot_take(changed, answer, words):
    new = standard(replace(NEW.by_code["C"], **changed))
    kind = MapKind.REWEIGHTED if "points" in changed else MapKind.RENAMED
    found = carried(new, [MapRow(kind, ("C",), ("C",))], {"C": answer})
    assert found.answers == ()
    assert words in found.not_carried[0].sentence


def test_an_entry_that_the_new_parameters_refuse_is_not_carried():
    sampled = leaf("S", None, 10, method=Method.SAMPLE_RATE)
    stricter = replace(sampled, params={"minimum_sample": "10"})
    answer = OldAnswer(parse_entry(sampled, {"sampled": "5", "passed": "5"}))
    found = carried(standard(stricter), [MapRow(MapKind.REWEIGHTED, ("S",), ("S",))], {"S": answer})
    assert "抽查数不得少于 10" in found.not_carried[0].sentence
