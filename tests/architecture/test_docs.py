"""The documents say what the code does: tables are drawn from it, links lead somewhere, decisions are complete."""

import re

import pytest
from django.utils import translation

from config.home import PROJECT
from tests.architecture.draw import PAGE, PART, drawn

DOCS = sorted((PROJECT / "docs").rglob("*.md"))
DECISIONS = sorted((PROJECT / "docs/decisions").glob("*.md"))
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
CODE = re.compile(
    r"`((?:config|common|association|members|prepaid_escrow|complaints|credit_rating|disclosure|tests|docs|deploy)/[\w./-]+)`"
)


def test_tables_of_steps_and_rights_are_current():
    page = PAGE.read_text()
    assert [part[1] for part in PART.findall(page)] == ["steps", "rights"]
    with translation.override("zh-hans"):
        assert drawn(page) == page, "run: python -m tests.architecture.draw"


def test_drawing_notices_a_stale_table():
    page = PAGE.read_text()
    assert drawn(page.replace("●", "○", 1)) == drawn(page) != page.replace("●", "○", 1)


@pytest.mark.parametrize("path", [*DOCS, PROJECT / "README.md"], ids=lambda path: path.name)
def test_links_and_named_files_exist(path):
    text = path.read_text()
    links = {link for link in LINK.findall(text) if not (path.parent / link).exists()}
    files = {name for name in CODE.findall(text) if not (PROJECT / name).exists()}
    assert (links, files) == (set(), set())


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_decision_says_what_why_and_what_else(path):
    text = path.read_text()
    assert re.match(r"^# \d{4} ", text)
    assert path.name.startswith(text[2:6])
    for heading in ("## Decision", "## Why", "## Considered", "## Costs"):
        assert heading in text, heading


def test_decisions_are_numbered_without_gaps():
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
