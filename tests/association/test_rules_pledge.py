"""自律公约的文本: numbers of clauses, the hash, and the wording that is flagged; no database."""

from datetime import date
from pathlib import Path

import pytest

from association.rules.pledge import (
    OrderError,
    changed_clauses,
    clauses_of,
    digest_of,
    number_of,
    text_of,
    wording_in,
    wordings_of,
)
from config.home import PROJECT

SHIPPED = wordings_of((PROJECT / "reference" / "pledge_wording.csv").read_text(encoding="utf-8"))
ON = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("二十三", 23),
        ("一百零五", 105),
        ("一百二十", 120),
        ("7", 7),
    ],
)
def test_numbers_of_clauses_are_read(words, number):
    assert number_of(words) == number


def test_clauses_are_read_and_written_alike():
    clauses = clauses_of("第一条 依法办学。\n许可齐全。\n\n第2条　明码标价。\n第三条：按约退费。")
    assert clauses == ["依法办学。\n许可齐全。", "明码标价。", "按约退费。"]
    assert clauses_of(text_of(clauses)) == clauses


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("依法办学。", 1, 0),
        ("", 1, 0),
        ("前言\n第一条 甲", 1, 0),
        ("第一条 甲\n第三条 丙", 2, 3),
        ("第二条 乙", 1, 2),
        ("第一条 甲\n第一条 又甲", 2, 1),
        ("第一条\n第二条 乙", 1, 0),
    ],
)
def test_clauses_out_of_order_are_named(text, wanted, found):
    with pytest.raises(OrderError) as refused:
        clauses_of(text)
    assert (refused.value.wanted, refused.value.found) == (wanted, found)


def test_hash_depends_on_every_part_and_on_where_it_stands():
    whole = digest_of("公约", "序", ["甲", "乙"])
    others = [
        digest_of("公约", "序", ["乙", "甲"]),
        digest_of("公约", "", ["序", "甲", "乙"]),
        digest_of("公约", "序", ["甲乙"]),
        digest_of("公约序", "", ["甲", "乙"]),
    ]
    assert len({whole, *others}) == 5


@pytest.mark.parametrize(
    ("clause", "codes"),
    [
        ("会员单位执行统一的最低收费标准。", {"PRICE"}),
        ("不得低于协会公布的价格招生。", {"PRICE"}),
        ("会员之间协商定价，同步调价。", {"PRICE"}),
        ("严禁打折促销。", {"PRICE"}),
        ("会员按街道划分招生区域。", {"TERRITORY"}),
        ("不得跨区招生。", {"TERRITORY"}),
        ("不得争抢其他会员的生源。", {"TERRITORY"}),
        ("会员应当联合抵制失信平台。", {"REFUSAL"}),
        ("不得与非会员机构合作。", {"REFUSAL"}),
        ("每季度交流收费情况。", {"EXCHANGE"}),
        ("会员向协会报送学费和折扣。", {"EXCHANGE"}),
        ("控制招生规模，每年不超过五百人。", {"OUTPUT"}),
        ("公开收费项目，明码标价。", set()),
        ("依法取得办学许可，公示许可证。", set()),
        ("按合同约定退费，原路退回。", set()),
        ("不作虚假宣传，不作保过承诺。", set()),
        ("接受预收资金存管。", set()),
        ("不 得 跨 区 招 生。", {"TERRITORY"}),
    ],
)
def test_wording_of_restraints_is_flagged_and_plain_duties_are_not(clause, codes):
    assert {found.wording.code for found in wording_in([clause], SHIPPED, ON)} == codes


def test_flag_names_clause_words_and_article():
    found = wording_in(["依法办学。", "各会员不得跨区招生。"], SHIPPED, ON)
    assert [(one.place, one.excerpt) for one in found] == [(2, "各会员不得跨区招生。")]
    assert "反垄断法" in found[0].wording.citation


def test_rows_count_from_their_day_on():
    assert wording_in(["不得跨区招生。"], SHIPPED, date(2022, 7, 31)) == []


def test_row_that_is_not_whole_is_refused():
    with pytest.raises(ValueError, match="not a whole row"):
        wordings_of("code,title,pattern,citation,advice,valid_from\nX,题,甲,,意见,2022-08-01\n")


def test_only_changed_clauses_are_signed_again():
    assert changed_clauses(["甲", "乙改", "丙", "丁"], ["甲", "乙", "丙"]) == [2, 4]
    assert changed_clauses(["丙", "甲"], ["甲", "乙", "丙"]) == []


def test_shipped_rows_are_in_the_project():
    assert Path(PROJECT / "reference" / "pledge_wording.csv").is_file()
    assert {row.code for row in SHIPPED} == {"PRICE", "OUTPUT", "TERRITORY", "REFUSAL", "EXCHANGE"}
