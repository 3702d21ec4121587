"""更正历史结果: two people, the row stays, and everything that reads the result says what holds and what stood before."""

import json

import pytest

from association import clock
from association.choices import Role
from association.models import AuditEntry, Notice, OutboxJob
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating.choices import CorrectionState, PublicState
from credit_rating.models import HistoricalResult, ResultCorrection
from credit_rating.operations import (
    Corrected,
    confirm_correction,
    decline_correction,
    withdraw_correction,
)
from credit_rating.operations.historical import HistoricalRow
from credit_rating.queries.corrections import as_it_stands
from credit_rating.queries.past_rounds import past_boards
from credit_rating.queries.results import public_standings
from disclosure import operations as published
from disclosure.queries.log import entries
from tests.disclosure.log_material import told
from tests.factories.corrections import RIGHT, ROW, WHY, clerk, corrected, grade_of, proposed, taken_over
from tests.factories.people import actor_with, make_association


@pytest.fixture
def here(db):
    association = make_association("chaoyang")
    with acting_for(association.pk):
        yield association


@pytest.fixture
def result(here):
    taken_over([ROW])
    return HistoricalResult.objects.get()


def test_nothing_changes_before_another_person_confirms(result):
    waiting = proposed(result)
    assert (grade_of(result), waiting.state) == ("B", CorrectionState.WAITING)
    assert confirm_correction(actor=clerk(), correction_id=waiting.pk).state == CorrectionState.CONFIRMED
    assert grade_of(result) == "A"
    assert HistoricalResult.objects.get().grade == "B"
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))[-2:] == [
        "propose_correction",
        "confirm_correction",
    ]


def test_what_stood_before_is_told_with_day_reason_and_source(result):
    corrected(result)
    corrected(
        result, Corrected("A", "演示培委会", "演示日报 2024-01-31"), reason="出处写错", basis="演示日报合订本"
    )
    first, second = as_it_stands(result).corrections
    assert first == {
        "on": clock.today().isoformat(),
        "reason": WHY["reason"],
        "basis": WHY["basis"],
        "removes": False,
        "former": [{"field": "grade", "label": "结果", "value": "B"}],
    }
    assert [(one["field"], one["value"]) for one in second["former"]] == [
        ("source_title", "演示日报 2024-01-30"),
        ("source_url", "https://example.org/1"),
        ("note", "共评3家"),
    ]


def test_whoever_proposed_may_withdraw_and_not_confirm(result):
    author = clerk()
    waiting = proposed(result, by=author)
    for decide in (confirm_correction, decline_correction):
        with pytest.raises(Forbidden, match="不能是同一人"):
            decide(actor=author, correction_id=waiting.pk)
    with pytest.raises(Refused, match="提出人"):
        withdraw_correction(actor=clerk(), correction_id=waiting.pk)
    assert withdraw_correction(actor=author, correction_id=waiting.pk).state == CorrectionState.WITHDRAWN
    assert grade_of(result) == "B"


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.ASSESSOR, Role.AUDITOR])
def test_other_roles_neither_propose_nor_confirm(result, role):
    waiting = proposed(result)
    with pytest.raises(Forbidden):
        proposed(result, by=actor_with(role))
    for decide in (confirm_correction, decline_correction, withdraw_correction):
        with pytest.raises(Forbidden):
            decide(actor=actor_with(role), correction_id=waiting.pk)


def test_the_chair_confirms_and_does_not_propose(result):
    chair = actor_with(Role.COMMITTEE_CHAIR)
    with pytest.raises(Forbidden):
        proposed(result, by=chair)
    confirm_correction(actor=chair, correction_id=proposed(result).pk)
    assert grade_of(result) == "A"


def test_people_of_the_institution_stand_aside(result):
    tied = actor_with(Role.SECRETARIAT, employer=result.institution)
    with pytest.raises(Forbidden, match="回避"):
        proposed(result, by=tied)
    waiting = proposed(result)
    with pytest.raises(Forbidden, match="回避"):
        confirm_correction(actor=tied, correction_id=waiting.pk)


def test_a_second_time_is_refused_and_one_waits_at_a_time(result):
    waiting = proposed(result)
    with pytest.raises(Refused, match="等待确认"):
        proposed(result)
    confirm_correction(actor=clerk(), correction_id=waiting.pk)
    for decide in (confirm_correction, decline_correction):
        with pytest.raises(Refused, match="已更正"):
            decide(actor=clerk(), correction_id=waiting.pk)
    with pytest.raises(Refused, match="没有改动"):
        proposed(result)
    assert ResultCorrection.objects.count() == 1


def test_declined_leaves_everything_and_another_may_be_proposed(result):
    decline_correction(actor=clerk(), correction_id=proposed(result).pk)
    assert grade_of(result) == "B"
    corrected(result)
    assert grade_of(result) == "A"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"grade": " "}, "grade"),
        ({"grade": "很长的结果" * 3}, "grade"),
        ({"issuing_body": ""}, "issuing_body"),
        ({"source_title": "字" * 201}, "source_title"),
        ({"source_url": "javascript:alert(1)"}, "source_url"),
        ({"note": "字" * 301}, "note"),
    ],
)
def test_what_cannot_be_is_named(result, change, field):
    values = {"grade": "A", "issuing_body": "演示培委会", "source_title": "演示日报"} | change
    with pytest.raises(InvalidInput) as refusal:
        proposed(result, Corrected(**values))
    assert list(refusal.value.fields) == [field]


@pytest.mark.parametrize("field", ["reason", "basis"])
@pytest.mark.parametrize("text", ["", "  ", "字" * 301])
def test_reason_and_source_are_asked_for(result, field, text):
    with pytest.raises(InvalidInput) as refusal:
        proposed(result, **{field: text})
    assert list(refusal.value.fields) == [field]


def test_neighbours_correction_and_result_do_not_exist(result):
    waiting = proposed(result)
    with acting_for(make_association("neighbour").pk):
        for decide in (confirm_correction, decline_correction, withdraw_correction):
            with pytest.raises(NotFound):
                decide(actor=clerk(), correction_id=waiting.pk)
        with pytest.raises(NotFound):
            proposed(result)


def test_people_are_told_once(result):
    there = actor_with(Role.INSTITUTION_ADMIN, institution=result.institution)
    author, other = clerk(), clerk()
    waiting = proposed(result, by=author)
    events = Notice.objects.filter(event__startswith="correction-", channel="desk").order_by("pk")
    assert author.user_id not in {row.user_id for row in events}
    assert other.user_id in {row.user_id for row in events}
    confirm_correction(actor=other, correction_id=waiting.pk)
    heard = {row.user_id for row in events.filter(event__endswith="confirmed")}
    assert heard == {author.user_id, there.user_id}


# -- what reads it ---------------------------------------------------------------------------------------------


def test_board_and_standing_say_what_holds(result):
    corrected(result, Corrected("A", "演示培委会", "演示日报 2024-01-31", "", ""))
    (board,) = past_boards(2023)
    assert [(one["grade"], len(one["corrections"])) for one in board.results] == [("A", 1)]
    assert (board.sources, board.notes) == ([{"title": "演示日报 2024-01-31", "url": ""}], [])
    standing = public_standings([result.institution_id])[result.institution_id]
    assert (standing.grade, standing.source) == ("A", "演示培委会 · 演示日报 2024-01-31")
    assert [(one.grade, one.state, len(one.corrections)) for one in standing.history] == [("A", "foreign", 1)]


def test_what_is_taken_down_is_no_result_and_stays_told(result):
    other = HistoricalRow("演示另校", 2023, ROW.scheme, "C", ROW.issuing_body, ROW.source_title)
    taken_over([other])
    corrected(result, removes=True)
    (board,) = past_boards(2023)
    assert [one["name"] for one in board.results] == ["演示另校"]
    assert [(one["name"], one["grade"], one["corrections"][0]["removes"]) for one in board.removed] == [
        ("演示更正学校", "B", True)
    ]
    standing = public_standings([result.institution_id])[result.institution_id]
    assert standing.state == PublicState.NOT_ASSESSED
    assert [one.state for one in standing.history] == ["removed"]
    with pytest.raises(Refused, match="没有改动"):
        proposed(result, removes=True)
    corrected(result)
    assert public_standings([result.institution_id])[result.institution_id].grade == "A"


def test_taking_over_again_leaves_a_correction_alone(result):
    corrected(result)
    assert taken_over([ROW]) == 0
    assert grade_of(result) == "A"


def test_copies_are_asked_for(result):
    OutboxJob.objects.all().delete()
    one = corrected(result)
    jobs = {row.task: row.payload for row in OutboxJob.objects.filter(key__startswith=f"correction-{one.pk}")}
    assert jobs["disclosure.refresh_past_rounds"]["year"] == 2023
    assert jobs["disclosure.refresh_institution"]["institution_id"] == result.institution_id


def test_log_has_a_new_entry_for_it(db):
    association = make_association("chaoyang")
    with acting_for(association.pk):
        taken_over([ROW])
        result = HistoricalResult.objects.get()
    with acting_for(association.pk):
        corrected(result)
    with acting_for(association.pk):
        corrected(result, RIGHT, removes=True)
    with acting_for(association.pk):
        assert told("result_taken_over") == [
            ("result_taken_over", "put", "taken_over"),
            ("result_taken_over", "put", "corrected"),
            ("result_taken_over", "tombstone", "removed"),
        ]
        said = json.loads(entries().filter(kind="result_taken_over")[1].payload.text)
        assert (said["grade"], said["corrections"][0]["former"][0]["value"]) == ("A", "B")


@pytest.mark.django_db(databases=["default", "public"])
def test_public_pages_and_interface_say_it(client, public_sees_default):
    association = make_association("chaoyang")
    with acting_for(association.pk):
        taken_over([ROW])
        result = HistoricalResult.objects.get()
        corrected(result)
        published.refresh_register()
        day = clock.today().isoformat()
    for address in ("/chaoyang/rounds/2023/", f"/chaoyang/register/{result.institution_id}/"):
        page = client.get(address).content.decode()
        for part in (f"更正 {day}", WHY["reason"], WHY["basis"], "原载结果：B"):
            assert part in page, (address, part)
        assert "更正" in page
    shown = client.get("/chaoyang/api/v1/rounds/2023/").json()["past"][0]["results"][0]
    assert shown["grade"] == "A"
    assert shown["corrections"] == [
        {"on": day, **WHY, "removes": False, "former": [{"field": "grade", "value": "B"}]}
    ]
    card = client.get(f"/chaoyang/api/v1/register/{result.institution_id}/").json()
    assert (card["grade"], card["history"][0]["corrections"]) == ("A", shown["corrections"])
    english = client.get("/chaoyang/rounds/2023/", headers={"accept-language": "en"}).content.decode()
    assert f"Corrected {day}" in english
