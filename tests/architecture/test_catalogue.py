"""The English catalogue is complete, current and compiled; its placeholders are those of the source."""

import re

import polib
import pytest
from django.utils import translation

from config.home import PROJECT
from tests.architecture import catalogue as tool

GLOSSARY = PROJECT / "docs" / "glossary.md"


@pytest.fixture(scope="module")
def catalogue():
    return polib.pofile(str(tool.CATALOGUE), wrapwidth=0)


@pytest.fixture(scope="module")
def sources():
    return tool.source_strings()


def test_every_string_is_translated(catalogue, sources):
    assert len(sources) > 1000
    found = list(tool.problems(catalogue, sources))
    assert found == [], "run: python -m tests.architecture.catalogue, then translate"


def test_refreshing_changes_nothing(catalogue, sources):
    assert str(tool.refreshed(catalogue, sources)) == str(catalogue)


@pytest.mark.parametrize("path", tool.CATALOGUES, ids=lambda path: path.parts[-3])
def test_what_is_read_at_run_time_is_the_catalogue(path):
    compiled = polib.mofile(str(path.with_suffix(".mo")))
    assert texts(compiled) == texts(polib.pofile(str(path)))


def texts(entries):
    return {tool.key(entry): (entry.msgstr, entry.msgstr_plural) for entry in entries}


def test_english_pages_speak_english_and_chinese_ones_the_source():
    with translation.override("en"):
        assert translation.gettext("没有找到这一页。") == "This page was not found."
    with translation.override("zh-hans"):
        assert translation.gettext("没有找到这一页。") == "没有找到这一页。"


@pytest.mark.parametrize(
    ("english", "fault"),
    [
        ("", "untranslated"),
        ("%(count)d institutions", "placeholders differ"),
        ("<b>%(n)s</b> institutions", "placeholders differ"),
        ("%(n)s 家", "Chinese in the English"),
    ],
)
def test_a_fault_is_found(english, fault):
    assert list(tool.faults(polib.POEntry(msgid="%(n)s家机构", msgstr=english))) == [fault]


def test_a_guess_is_found():
    assert list(tool.faults(polib.POEntry(msgid="姓名", msgstr="Name", flags=["fuzzy"]))) == ["fuzzy"]


def test_missing_and_unused_strings_are_found():
    old, new = polib.POFile(), polib.POFile()
    old.append(polib.POEntry(msgid="旧", msgstr="Old"))
    new.append(polib.POEntry(msgid="新", msgstr=""))
    assert set(tool.problems(old, new)) == {"missing: '新'", "out of use: '旧'"}
    assert [entry.msgid for entry in tool.refreshed(old, new)] == ["新"]


def glossary():
    """Each term with its English word, where the row has as many of one as of the other."""
    rows = [row.strip("| ").split(" | ") for row in GLOSSARY.read_text().splitlines() if row.startswith("| ")]
    for chinese, _code, english, _meaning in rows[2:]:
        terms, words = re.split("、| / ", chinese), re.split(", | / ", english)
        if len(terms) == len(words):
            yield from zip(terms, words, strict=True)


def test_terms_are_translated_as_the_glossary_says(catalogue):
    english: dict[str, set[str]] = {}
    for entry in catalogue:  # once alone, and once for one and for many where it names a table
        english.setdefault(entry.msgid, set()).add(entry.msgstr.lower())
    used = [(term, word) for term, word in glossary() if term in english]
    assert len(used) > 30
    assert {term: english[term] for term, word in used if not english[term] & {word, f"{word}s"}} == {}
