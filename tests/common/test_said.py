"""一句话 put together from parts: Chinese everywhere, and in the language of the page where it is shown."""

import ast
import copy
import json
import pickle
import re
from decimal import Decimal

import pytest
from django.utils import translation

from association.language import translated
from common import uscc
from common.numbers import InvalidInput
from common.said import Said, as_parts, from_parts, listed
from config.home import PROJECT
from credit_rating.rules.entries import parse_entry
from credit_rating.rules.problem import Problem
from credit_rating.rules.validation import problems
from tests.factories.rating import small_spec

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_it_is_the_chinese_sentence_wherever_it_is_kept():
    said = Said("第%(place)d位有误，占%(share)s%%。", place=3, share="5")
    assert said == "第3位有误，占5%。"
    assert json.dumps([said], ensure_ascii=False) == '["第3位有误，占5%。"]'
    for kept in (pickle.loads(pickle.dumps(said)), copy.deepcopy(said)):
        assert (kept, type(kept)) == (said, str)


def test_its_parts_are_translated_one_by_one():
    words = {"%(name)s须为%(wanted)s。": "%(name)s must be %(wanted)s.", "整数": "whole", "甲%(n)s": "A%(n)s"}
    said = Said("%(name)s须为%(wanted)s。", name=Said("甲%(n)s", n=1), wanted="整数")
    assert said.in_words_of(lambda text: words.get(text, text)) == "A1 must be whole."
    several = listed([said, "甲"], " ")
    assert several == "甲1须为整数。 甲"
    assert several.in_words_of(lambda text: words.get(text, text)) == "A1 must be whole. 甲"


def test_in_parts_it_goes_through_json_and_comes_back_whole():
    said = Said("%(tie)s（至 %(until)s）", tie=Said("甲%(n)s", n=1), until="2026")
    assert from_parts(json.loads(json.dumps(as_parts(said)))) == said == "甲1（至 2026）"
    words = {"%(tie)s（至 %(until)s）": "%(tie)s (until %(until)s)", "甲%(n)s": "A%(n)s"}
    back = from_parts(as_parts(said))
    assert back.in_words_of(lambda text: words.get(text, text)) == "A1 (until 2026)"
    assert from_parts(as_parts("平常")) == "平常"


@pytest.mark.parametrize("code", ["12345", "91110105I000000000", "9111010500000000!X"])
def test_what_is_wrong_with_a_code_is_said_in_english(code):
    problem = uscc.problem(code)
    assert CHINESE.search(problem)
    assert translated(problem) == problem
    with translation.override("en"):
        assert not CHINESE.search(translated(problem))


def test_what_is_wrong_with_a_draft_or_an_entry_is_said_in_english():
    spec = small_spec(total_points=Decimal(90), bands=small_spec().bands[:2])
    found = [one.sentence for one in problems(spec)] + [Problem("", "规范中没有指标。").sentence]
    with pytest.raises(InvalidInput) as refused:
        parse_entry(spec.leaves[-1], {"points": "999"})
    assert len(found) > 2
    with translation.override("en"):
        for sentence in [*found, refused.value.sentence]:
            assert not CHINESE.search(re.sub("“[^”]*”", "", translated(sentence))), sentence


def test_rules_put_no_sentence_together_behind_the_catalogue():
    """``f"…。"`` has no translation; ``Said`` has."""
    paths = [*PROJECT.glob("common/*.py"), *PROJECT.glob("credit_rating/rules/**/*.py")]
    found = {
        f"{path.relative_to(PROJECT)}:{node.lineno}"
        for path in paths
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.JoinedStr) and ast.unparse(node).rstrip("'\"").endswith("。")
    }
    assert found == set()
