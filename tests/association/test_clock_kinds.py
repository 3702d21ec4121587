"""今日钟表 over every kind of case there is: nothing overdue is missing from the default list, and each row is whole."""

import csv
import re
from datetime import date, datetime, timedelta

import pytest
from django.utils.translation import gettext, override

from association import clock, clock_queue, clocks
from association.actors import system
from association.choices import CASE_KINDS, QueuePart, Role, Side
from association.clock_queue import Asked
from association.clock_rows import rows_html
from association.clocks import Case, Owner
from association.tenancy import acting_for, current_association_id
from complaints.operations import cases, lead_cases
from config.home import PROJECT
from credit_rating.operations import terms
from members.operations import parts
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
APPS = ("complaints", "credit_rating", "members")
# Rules that say how long something is kept or counts, or until when somebody else may be asked: no clock runs by them.
NO_CLOCK = {"RETENTION-COMPLAINT", "RETENTION-LEAD", "MEMBER-READMISSION"}
# The kinds for which some app starts a clock today.
STARTED = {
    cases.KIND,
    lead_cases.KIND,
    terms.RATING,
    terms.NOTICE,
    terms.OBJECTION,
    parts.APPLICATION,
    parts.COUNCIL_VOTE,
    parts.MEMBERSHIP,
}
TITLES = {
    "complaint": "投诉 T2026-000001 · 演示学校",
    "lead": "线索 X2026-000001",
    "application": "入会申请 R2026-000001 演示学校",
    "council_vote": "理事会表决：演示学校",
    "membership": "会籍：演示学校",
}


@pytest.fixture
def association():
    association = make_association("first")
    with acting_for(association.pk):
        yield association


def overdue(monkeypatch, kinds, owner):
    """One term of each kind, begun on a Monday and over for a week."""
    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat("2026-11-02T09:00:00+08:00"))
    for number, kind in enumerate(kinds, 1):
        clocks.start_deadline(
            actor=system(current_association_id()),
            code="CMP-REPLY",
            case=Case(kind, number, TITLES.get(kind, "演示学校 · 2026年度"), f"/desk/{kind}/{number}/"),
            owner=owner,
            action="初步审查",
            ends_on=MONDAY - timedelta(days=7),
        )
    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat("2026-11-23T09:00:00+08:00"))


def test_every_kind_that_has_clocks_has_a_name():
    assert set(CASE_KINDS) >= STARTED


@pytest.mark.parametrize("side", list(Side))
def test_an_overdue_term_of_every_kind_is_in_the_default_list_of_staff(association, monkeypatch, side):
    clerk, institution = actor_with(Role.SECRETARIAT), make_institution()
    owner = Owner(side, institution_id=institution.pk if side == Side.INSTITUTION else None)
    overdue(monkeypatch, CASE_KINDS, owner)
    for asked in (Asked(), Asked(part=QueuePart.OVERDUE)):
        rows = clock_queue.queue(clerk, asked).rows
        assert {row.deadline.case_kind for row in rows} == set(CASE_KINDS)
        for row in rows:
            assert row.part == QueuePart.OVERDUE
            assert all((row.kind, row.name, row.owner, row.action, row.title, row.left, row.href)), row
    found = clock_queue.queue(clerk, Asked(own=True))
    assert (len(found.rows), found.counts["hidden"]) == (0, len(CASE_KINDS))


def test_the_institution_finds_its_own_of_every_kind_and_a_neighbour_none(association, monkeypatch):
    mine, other = make_institution(), make_institution()
    school, neighbour = (actor_with(Role.INSTITUTION_ADMIN, one) for one in (mine, other))
    overdue(monkeypatch, CASE_KINDS, Owner(Side.INSTITUTION, institution_id=mine.pk))
    page = Desk(association, school).get("clocks/").content.decode()
    assert page.count("data-clock>") == len(CASE_KINDS)
    for kind in CASE_KINDS.values():
        assert f'<span class="tag">{kind}</span>' in page
    assert clock_queue.queue(neighbour, Asked()).rows == []


def test_every_rule_that_starts_a_clock_is_told_in_english():
    sources = [
        path.read_text(encoding="utf-8")
        for app in APPS
        for path in (PROJECT / app / "operations").rglob("*.py")
    ]
    named = {code for text in sources for code in re.findall(r'"([A-Z]+(?:-[A-Z]+)+)"', text)} - NO_CLOCK
    with (PROJECT / "reference" / "deadline_rules.csv").open(encoding="utf-8", newline="") as table:
        rules = [row for row in csv.DictReader(table) if row["code"] in named]
    assert {"CMP-REPLY", "LEAD-SCREEN", "MEMBER-PROBATION"} <= {row["code"] for row in rules}
    with override("en"):
        words = {row["code"]: (row["title"], row["silence_means"]) for row in rules}
        told = {code: "".join(map(gettext, filter(None, pair))) for code, pair in words.items()}
    assert {code: text for code, text in told.items() if CHINESE.search(text)} == {}


def test_in_english_each_row_is_english_but_for_names(association, monkeypatch):
    clerk = actor_with(Role.SECRETARIAT)
    overdue(monkeypatch, TITLES, Owner(Side.STAFF))
    with override("en"):
        rows = clock_queue.queue(clerk, Asked()).rows
        assert [row.name for row in rows] == [
            "Complaint T2026-000001 · 演示学校",
            "Lead X2026-000001",
            "Application R2026-000001 演示学校",
            "Council vote: 演示学校",
            "Membership: 演示学校",
        ]
        for row in rows:
            assert not CHINESE.search(row.kind + row.owner + row.action + row.title + row.left), row


def test_what_was_typed_is_text_in_the_row(association, monkeypatch):
    clerk = actor_with(Role.SECRETARIAT)
    monkeypatch.setitem(TITLES, "complaint", '<script>alert(1)</script> & "x"')
    overdue(monkeypatch, ["complaint"], Owner(Side.STAFF))
    html = rows_html(clock_queue.queue(clerk, Asked()).rows)
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;" in html
