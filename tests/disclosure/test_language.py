"""Public pages in English: what the catalogue knows is not left in Chinese; data stays as it was published."""

import html
import re

import polib
import pytest
from django.test import Client

from association.tenancy import acting_for
from config.home import PROJECT
from tests.disclosure.material import a_season
from tests.disclosure.test_pages_browser import addresses
from tests.factories.people import make_association

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# 合格, 不合格: what the standard calls its grades; a mark of demo institutions.
DATA = {"合格", "不合格", "演示"}


@pytest.fixture
def pages(db):
    association = make_association("chaoyang")
    with acting_for(association.pk):
        season = a_season() | {"association": association}
    client = Client(headers={"Accept-Language": "en"})
    return {name: client.get(address).content.decode() for name, address in addresses(season).items()}


def texts(page):
    """Every text between tags and every attribute in Chinese."""
    found = re.findall(r">([^<>]+)<|\"([^\"<>]+)\"", page)
    words = {html.unescape(" ".join(text.split())) for pair in found for text in pair}
    return {text for text in words if CHINESE.search(text)}


@pytest.mark.django_db(databases=["default", "public"])
@pytest.mark.usefixtures("public_sees_default")
def test_public_pages_leave_nothing_in_chinese_that_has_a_translation(pages):
    catalogue = polib.pofile(str(PROJECT / "locale" / "en" / "LC_MESSAGES" / "django.po"))
    translated = {entry.msgid for entry in catalogue if CHINESE.search(entry.msgid)} - DATA
    assert {name: left for name, page in pages.items() if (left := texts(page) & translated)} == {}
    assert all('lang="en"' in page for page in pages.values())


@pytest.mark.django_db(databases=["default", "public"])
@pytest.mark.usefixtures("public_sees_default")
def test_indicators_are_published_with_their_english_titles(pages):
    assert "licence and registration in force" in pages["standard"]
    assert "办学许可证/营业执照在有效期内" not in pages["standard"]
    assert "Met or not" in pages["standard"]
