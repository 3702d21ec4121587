"""公示公告: every 公示 and 公布 with whose clock runs and until when, as page and as Atom feed."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from association.choices import Role
from association.tenancy import acting_for
from credit_rating import operations
from credit_rating.models import Assessment, PublicNotice
from disclosure.operations import refresh_register
from disclosure.queries.board import published_results, running_notices
from tests.disclosure.material import a_season
from tests.factories.people import actor_with, make_association
from tests.factories.rating import reviewing_round
from tests.factories.review import on_notice

pytestmark = [
    pytest.mark.django_db(databases=["default", "public"]),
    pytest.mark.usefixtures("public_sees_default"),
]
PAGE, FEED = "/chaoyang/notices/", "/chaoyang/notices/feed.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def association():
    return make_association("chaoyang")


@pytest.fixture
def noticed(association):
    with acting_for(association.pk):
        assessment = on_notice(Assessment.objects.get(round=reviewing_round()))
        refresh_register()
    return assessment


def turns(association, now):
    return [[(turn.whose, turn.until) for turn in row.turns] for row in running_notices(association.pk, now)]


def test_whose_clock_runs_changes_with_time_and_objections(association, noticed):
    with acting_for(association.pk):
        notice = PublicNotice.objects.get()
        manager = actor_with(Role.INSTITUTION_ADMIN, noticed.institution)
    during, after = notice.closes_at - timedelta(hours=1), notice.closes_at
    assert turns(association, during) == [[("任何人", notice.closes_at)]]
    assert turns(association, after) == [[("秘书处", None)]]
    with acting_for(association.pk):
        objection = operations.file_objection(actor=manager, assessment_id=noticed.pk, text="不服")
        refresh_register()
    assert turns(association, during) == [[("任何人", notice.closes_at), ("评定委员会", objection.due_at)]]
    assert turns(association, after) == [[("评定委员会", objection.due_at)]]


def test_page_and_feed_say_the_same_and_need_no_script(client, association, noticed):
    page = client.get(PAGE)
    text = page.content.decode()
    assert page.status_code == 200
    assert "任何人" in text
    assert "<script" not in text
    assert len(page.content) < 100_000
    feed = ET.fromstring(client.get(FEED).content)
    entry = feed.find(f"{ATOM}entry")
    assert entry.find(f"{ATOM}title").text.startswith("公示：")
    assert "任何人：对拟定结果可以提出异议，至" in entry.find(f"{ATOM}summary").text
    assert client.get(FEED)["Content-Type"] == "application/atom+xml; charset=utf-8"


def test_published_results_stand_by_round_and_day(client, association):
    with acting_for(association.pk):
        a_season()
    rows = published_results(association.pk)
    assert [(row.number, row.valid_until is not None) for row in rows] == [(4, True)]
    titles = [
        entry.find(f"{ATOM}title").text
        for entry in ET.fromstring(client.get(FEED).content).iter(f"{ATOM}entry")
    ]
    assert [title[:2] for title in sorted(titles)] == ["公布", "公示"]


def test_numbers_of_entries_stay(client, association, noticed):
    def ids():
        return [
            entry.find(f"{ATOM}id").text
            for entry in ET.fromstring(client.get(FEED).content).iter(f"{ATOM}entry")
        ]

    first = ids()
    with acting_for(association.pk):
        refresh_register()
    assert ids() == first
    assert len(first) == len(set(first)) == 1


def test_in_english_and_empty(client, association):
    client.cookies["django_language"] = "en"
    text = client.get(PAGE, headers={"Accept-Language": "en"}).content.decode()
    assert "Nothing is under public notice now." in text
    assert ET.fromstring(client.get(FEED).content).find(f"{ATOM}entry") is None


def test_neighbours_notices_are_not_shown(client, noticed):
    other = make_association("haidian")
    assert running_notices(other.pk, noticed.invited_at) == []
    assert "任何人" not in client.get("/haidian/notices/").content.decode()


@pytest.mark.parametrize("address", [PAGE, FEED])
@pytest.mark.parametrize("seasons", [0, 1])
def test_cost_does_not_grow_with_rows(
    client, association, noticed, address, seasons, django_assert_num_queries
):
    with acting_for(association.pk):
        for _season in range(seasons):
            a_season()
    with django_assert_num_queries(
        7
    ):  # savepoint, association, both lists, practice clock, scope off, savepoint
        assert client.get(address).status_code == 200
