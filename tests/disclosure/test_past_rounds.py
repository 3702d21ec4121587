"""以往公布的结果: told as the source tells it, apart from our own rounds, by the role that reads what is published."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from association import clock
from association.choices import Role
from association.models import OutboxJob
from association.tenancy import acting_for, current_association_id
from common.errors import Forbidden
from credit_rating.operations.historical import HistoricalRow, propose_historical_results
from disclosure import operations, tasks
from disclosure.models import PastRound
from disclosure.queries.parts import Part
from disclosure.queries.rounds import results_of_year
from disclosure.rules import cursor as cursors
from tests.disclosure.material import a_season, foreign_result, held_round
from tests.factories.corrections import taken_over
from tests.factories.people import actor_with, make_association, make_institution

NOTE = "共评3家；另一家没有写出名称"
SOURCE = "演示日报 2024-01-30《演示评估结果》"


def row(name, grade="B", year=2023, **fields):
    values = {
        "scheme": "演示诚信等级评估",
        "issuing_body": "演示培委会",
        "source_title": SOURCE,
        "source_url": "https://example.org/1",
        "note": NOTE,
    }
    return HistoricalRow(institution_name=name, year=year, grade=grade, **(values | fields))


def take_over(*rows):
    return taken_over(rows)


def stray_copy(association, year):
    """A copy of results that nobody holds."""
    return PastRound.objects.create(association=association, year=year, scheme="演示年检", as_of=clock.now())


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


@pytest.fixture
def scope(db):
    association = make_association("chaoyang")
    with acting_for(association.pk):
        yield association


@pytest.fixture
def site(client, public_sees_default):
    """One evaluation of 2023 with two institutions, another of 2014, and nothing of our own."""
    association = make_association("chaoyang")
    with acting_for(association.pk):
        take_over(row("演示乙教育"), row("演示甲教育", "A"))
        take_over(
            row(
                "演示旧教育", "合格", 2014, scheme="演示年检", source_title="演示通报", source_url="", note=""
            )
        )
        operations.refresh_register()
    return client


def test_one_evaluation_is_one_copy_with_everything_its_source_says(scope):
    take_over(row("演示乙教育"), row("演示甲教育", "A"), row("演示丙教育", source_title="另一出处", note=""))
    assert operations.refresh_past_rounds(year=2023) == 1
    copy = PastRound.objects.get()
    assert (copy.year, copy.scheme, copy.issuing_body) == (2023, "演示诚信等级评估", "演示培委会")
    assert [(one["name"], one["grade"], one["uscc"]) for one in copy.results] == [
        ("演示甲教育", "A", None),
        ("演示丙教育", "B", None),
        ("演示乙教育", "B", None),
    ]
    assert sorted(one["title"] for one in copy.sources) == sorted([SOURCE, "另一出处"])
    assert copy.notes == [NOTE]


def test_years_schemes_and_bodies_are_apart(scope):
    take_over(row("演示甲教育"), row("演示甲教育", year=2022), row("演示乙教育", scheme="演示年检"))
    take_over(row("演示丙教育", issuing_body="演示人社局"))
    operations.refresh_register()
    told = sorted((copy.year, copy.scheme, copy.issuing_body) for copy in PastRound.objects.all())
    assert told == [
        (2022, "演示诚信等级评估", "演示培委会"),
        (2023, "演示年检", "演示培委会"),
        (2023, "演示诚信等级评估", "演示人社局"),
        (2023, "演示诚信等级评估", "演示培委会"),
    ]


def test_import_asks_for_the_copy_of_each_year_and_a_second_time_for_nothing(scope):
    rows = [row("演示甲教育"), row("演示乙教育", year=2022)]
    take_over(*rows)
    take_over(*rows)
    jobs = OutboxJob.objects.filter(task="disclosure.refresh_past_rounds")
    assert sorted(job.payload["year"] for job in jobs) == [2022, 2023]


def test_copy_is_written_only_when_it_differs_and_may_be_written_twice(scope):
    take_over(row("演示甲教育"))
    for written in (1, 0):
        assert operations.refresh_past_rounds(year=2023) == written
    before = PastRound.objects.get().as_of
    for _time in range(2):
        tasks.refresh_past_rounds.__wrapped__.__wrapped__(year=2023)
    assert PastRound.objects.get().as_of == before


def test_sweep_heals_what_was_missed_and_drops_what_is_gone(scope):
    take_over(row("演示甲教育"))
    operations.refresh_register()
    PastRound.objects.filter(year=2023).update(results=[])
    stray_copy(scope, 2022)
    operations.refresh_register()
    copy = PastRound.objects.get()
    assert (copy.year, [one["name"] for one in copy.results]) == (2023, ["演示甲教育"])


def test_year_that_is_asked_for_leaves_the_others_alone(scope):
    stray_copy(scope, 2022)
    stray_copy(scope, 2023)
    assert operations.refresh_past_rounds(year=2022) == 1
    assert PastRound.objects.get().year == 2023


def test_rebuilding_writes_them_again(scope):
    take_over(row("演示甲教育"))
    operations.refresh_register()
    PastRound.objects.update(results=[])
    operations.rebuild_register()
    assert len(PastRound.objects.get().results) == 1


def test_neighbours_copy_is_left_alone(scope):
    with acting_for(make_association("neighbour").pk):
        take_over(row("演示甲教育"))
        operations.refresh_register()
    operations.refresh_past_rounds(year=2023)
    operations.refresh_register()
    assert PastRound.objects.get().association.slug == "neighbour"


def test_database_keeps_one_copy_of_one_evaluation(scope):
    take_over(row("演示甲教育"))
    operations.refresh_register()
    copy = PastRound.objects.get()
    copy.pk = None
    with pytest.raises(IntegrityError, match="past_round_once"), transaction.atomic():
        copy.save(force_insert=True)


def test_only_the_secretariat_takes_over(scope):
    with pytest.raises(Forbidden):
        propose_historical_results(actor=actor_with(Role.COMMITTEE), rows=[row("演示甲教育")])


# -- pages ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(databases=["default", "public"])
def test_list_of_rounds_leads_to_the_page_of_the_year(site):
    answer = site.get("/chaoyang/rounds/")
    said = text_of(answer)
    assert "以往公布的结果" in said
    assert "还没有开展评估" not in said
    links = re.findall(r'href="(/chaoyang/rounds/\d+/)">([^<]+)<', answer.content.decode())
    assert links == [("/chaoyang/rounds/2023/", "演示诚信等级评估"), ("/chaoyang/rounds/2014/", "演示年检")]
    assert site.get(links[0][0]).status_code == 200


@pytest.mark.django_db(databases=["default", "public"])
def test_page_of_the_year_says_where_it_comes_from_and_how_it_differs(site):
    answer = site.get("/chaoyang/rounds/2023/")
    said = text_of(answer)
    for part in (
        "2023年度评估结果",
        "演示培委会",
        SOURCE,
        NOTE,
        "非本平台评定",
        "录入数据截至",
        "不能扫码验真",
        "共 2 家",
    ):
        assert part in said
    assert "时间安排" not in said
    assert 'href="https://example.org/1" rel="external nofollow noopener"' in answer.content.decode()
    assert re.findall(r'scope="row"><a href="[^"]+">([^<]+)', answer.content.decode()) == [
        "演示甲教育",
        "演示乙教育",
    ]


@pytest.mark.django_db(databases=["default", "public"])
def test_source_without_an_address_is_no_link(site):
    answer = site.get("/chaoyang/rounds/2014/").content.decode()
    assert "<p>演示通报</p>" in answer
    assert "external" not in answer


@pytest.mark.django_db(databases=["default", "public"])
def test_year_with_both_shows_them_apart(client, public_sees_default):
    with acting_for(make_association("chaoyang").pk):
        held = held_round()
        foreign_result(make_institution(), year=held.year)
        operations.refresh_register()
    said = text_of(client.get(f"/chaoyang/rounds/{held.year}/"))
    assert said.index(held.title) < said.index("非本平台评定")
    assert client.get(f"/chaoyang/rounds/{held.year}/notice/").status_code == 200


@pytest.mark.django_db(databases=["default", "public"])
def test_year_with_neither_and_the_notice_of_a_past_one_are_not_found(site):
    assert site.get("/chaoyang/rounds/2022/").status_code == 404
    assert site.get("/chaoyang/rounds/2023/notice/").status_code == 404


@pytest.mark.django_db(databases=["default", "public"])
def test_neighbours_results_are_on_no_page_of_ours(site):
    make_association("neighbour")
    assert site.get("/neighbour/rounds/2023/").status_code == 404
    assert "演示诚信等级评估" not in text_of(site.get("/neighbour/rounds/"))
    assert site.get("/neighbour/api/v1/rounds/2023/").status_code == 404
    assert site.get("/neighbour/api/v1/rounds/").json() == {"results": [], "past": []}


@pytest.mark.django_db(databases=["default", "public"])
@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_the_same_for_one_and_for_three(
    client, public_sees_default, number, django_assert_num_queries
):
    with acting_for(make_association("chaoyang").pk):
        take_over(*(row(f"演示{place}教育") for place in range(number)))
        operations.refresh_register()
    Client().get("/chaoyang/")
    # savepoint, association with its scope, and at the end scope back and savepoint; the clock of the demo
    for address, queries in (("/chaoyang/rounds/", 7), ("/chaoyang/rounds/2023/", 7)):
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200


@pytest.mark.django_db(databases=["default", "public"])
def test_long_list_is_paged(client, public_sees_default):
    with acting_for(make_association("chaoyang").pk):
        take_over(*(row(f"演示{place:02}教育") for place in range(60)))
        operations.refresh_register()
    asked = ("", "?page=2", "?page=3", "?page=99999999", "?page=0", "?page=x")
    pages = [client.get(f"/chaoyang/rounds/2023/{page}").content.decode() for page in asked]
    assert [page.count('scope="row"') for page in pages] == [50, 10, 10, 10, 50, 50]
    assert "演示49教育" in pages[0]
    assert "演示50教育" in pages[1]
    assert "第 2 页，共 2 页" in pages[3]
    assert all("共 60 家" in page for page in pages)


@pytest.mark.django_db(databases=["default", "public"])
def test_pages_of_the_interface_hold_a_hundred_rows_and_lead_on(
    client, public_sees_default, django_assert_num_queries
):
    with acting_for(make_association("chaoyang").pk):
        take_over(*(row(f"演示{place:03}教育") for place in range(200)))
        take_over(*(row(f"演示{place:03}学校", scheme="演示年检") for place in range(30)))
        operations.refresh_register()
    client.get("/chaoyang/")
    address, seen, sizes = "/chaoyang/api/v1/rounds/2023/", [], []
    while address:
        with django_assert_num_queries(6):  # two of them the lists, however long
            told = client.get(address).json()
        assert [one["number"] for one in told["past"]] == [30, 200]
        sizes.append([len(one["results"]) for one in told["past"]])
        seen += [one["name"] for one in told["past"][1]["results"]]
        address = told["next"]
    assert sizes == [[30, 100], [0, 100]]
    assert seen == [f"演示{place:03}教育" for place in range(200)]


@pytest.mark.django_db(databases=["default", "public"])
def test_database_sends_no_row_of_another_page(client, public_sees_default):
    with acting_for(make_association("chaoyang").pk):
        take_over(*(row(f"演示{place:02}教育") for place in range(60)))
        operations.refresh_register()
        _held, (past,) = results_of_year(current_association_id(), 2023, Part(50, 50))
    assert past.get_deferred_fields() == {"results"}
    assert [one["name"] for one in past.shown] == [f"演示{place}教育" for place in range(50, 60)]


@pytest.mark.django_db(databases=["default", "public"])
@pytest.mark.parametrize("mark", [(-1,), (10**6 + 1,), (2**31 - 1,), ("1",), (1, 2), (True,)])
def test_foreign_mark_is_refused(site, mark):
    answer = site.get(f"/chaoyang/api/v1/rounds/2023/?cursor={cursors.written(*mark)}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.django_db(transaction=True, databases=["default", "public"])
def test_role_of_the_public_reads_them_and_writes_nothing():
    with acting_for(make_association("chaoyang").pk):
        a_season()
    page = Client().get("/chaoyang/rounds/2023/")
    assert "演示历史教育科技有限公司" in page.content.decode()
    assert Client().get("/chaoyang/api/v1/rounds/2023/").json()["past"][0]["results"][0]["grade"] == "A"


# -- API ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(databases=["default", "public"])
def test_api_tells_the_same(site):
    listed = site.get("/chaoyang/api/v1/rounds/").json()
    assert listed["results"] == []
    assert [(one["year"], one["scheme"]) for one in listed["past"]] == [
        (2023, "演示诚信等级评估"),
        (2014, "演示年检"),
    ]
    assert "results" not in listed["past"][0]
    year = site.get("/chaoyang/api/v1/rounds/2023/").json()
    assert year["results"] == []
    told = year["past"][0]
    assert told["sources"] == [{"title": SOURCE, "url": "https://example.org/1"}]
    assert told["notes"] == [NOTE]
    assert [(one["name"], one["grade"], one["uscc"]) for one in told["results"]] == [
        ("演示甲教育", "A", None),
        ("演示乙教育", "B", None),
    ]
    assert site.get("/chaoyang/api/v1/rounds/2022/").status_code == 404
