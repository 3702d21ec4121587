"""Words written without knowing the language of the page, shown in it."""

import pytest
from django.test import RequestFactory
from django.utils import translation

from association.answers import refusal
from association.language import titled, translated
from association.templatetags.portal import indicator_title
from common import uscc
from common.errors import InvalidInput


def test_a_sentence_of_the_rules_is_translated_where_it_stands_by_itself():
    sentence = uscc.problem("91110000000000000")
    with translation.override("en"):
        assert translated("抽查数须大于 0。") == "The number sampled must be above 0."
        assert translated(sentence) == "A unified social credit code has 18 characters; this has 17."
        assert translated("") == ""
    with translation.override("zh-hans"):
        assert translated("抽查数须大于 0。") == "抽查数须大于 0。"


@pytest.mark.parametrize(
    ("language", "title_en", "shown"),
    [
        ("en", "licence in force", "licence in force"),
        ("en", "", "证照有效"),
        ("zh-hans", "licence in force", "证照有效"),
    ],
)
def test_titles_are_in_the_language_of_the_page(language, title_en, shown):
    with translation.override(language):
        assert titled("证照有效", title_en) == shown
        assert indicator_title({"title": "证照有效", "title_en": title_en}) == shown


def test_published_copies_of_before_have_no_english_title():
    with translation.override("en"):
        assert indicator_title({"title": "证照有效"}) == "证照有效"


def test_a_refusal_answers_in_the_language_of_the_request():
    error = InvalidInput("请填写数字。", {"points": "请填写整数。"})
    with translation.override("en"):
        answer = refusal(RequestFactory().get("/api/v1/"), error)
    assert b"Please enter a number." in answer.content
