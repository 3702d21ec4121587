"""What stands over a refused form says what it is: wrong fields, or a refusal that is about none of them."""

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils import translation

from association.kept_forms import SaysWhy
from common.errors import InvalidInput, Refused

FIELDS = ("有内容需要更正，您填写的其他内容都还在", "Some entries need correcting")
WHOLE = ("没有办理，您填写的内容都还在", "This was not done; everything you filled in is still here")


class OneField(SaysWhy):
    day = forms.CharField(label="日期")


@pytest.mark.parametrize(
    ("error", "heading"),
    [
        (Refused("评审尚未开始。"), WHOLE),
        (InvalidInput("没有改。", {"elsewhere": "不在这张表上。"}), WHOLE),
        (InvalidInput("没有改。", {"day": "日期不对。"}), FIELDS),
    ],
)
def test_heading_tells_what_it_is(error, heading):
    form = OneField({"day": "x"})
    assert form.is_valid()
    form.refuse(error)
    assert heading[0] in render_to_string("components/form_errors.html", {"form": form})
    with translation.override("en"):
        page = render_to_string("components/form_errors.html", {"form": form})
    assert heading[1] in page or heading is FIELDS
    assert ("Not done" in page) == (heading is WHOLE)


def test_an_empty_field_is_a_wrong_field_whatever_else_is_said():
    form = OneField({})
    assert not form.is_valid()
    form.refuse(Refused("评审尚未开始。"))
    assert FIELDS[0] in render_to_string("components/form_errors.html", {"form": form})


def test_nothing_stands_over_a_form_that_nobody_refused():
    assert render_to_string("components/form_errors.html", {"form": OneField()}).strip() == ""


def test_an_invisible_sign_is_refused_in_words_of_ours():
    field = forms.CharField()
    for language, words in (("zh-hans", "看不见的空字符"), ("en", "Null characters")):
        with translation.override(language), pytest.raises(forms.ValidationError, match=words):
            field.clean("a\0b")
