"""自评: row by row, by several people at once, with evidence, last year's answers and one submit."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import Error, transaction

from association import clock
from association.actors import actor_of, system
from association.choices import Role
from association.models import AuditEntry
from association.operations import move_practice_clock
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import ItemState, Stage
from credit_rating.models import Evidence, Indicator, Opinion, OpinionItem
from credit_rating.operations import StaleRow
from credit_rating.operations.moves import move_assessment
from tests.credit_rating.self_desk import begun, colleague, full, invited
from tests.factories.people import actor_with, appoint, make_association, make_institution, make_user
from tests.factories.rating import (
    assessment_of,
    frozen_standard,
    open_round,
    windows,
)

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def here():
    association = make_association()
    with acting_for(association.pk):
        yield association


@pytest.fixture
def desk(here):
    return begun()


def pass_days(here, days):
    move_practice_clock(actor=system(here.pk), days=days)


# ---------------------------------------------------------------- beginning


def test_beginning_makes_every_row_once(here):
    desk = invited()
    first = operations.open_self_assessment(actor=desk.admin, assessment_id=desk.assessment.pk)
    second = operations.open_self_assessment(actor=colleague(desk), assessment_id=desk.assessment.pk)
    assert first == second
    assert OpinionItem.objects.filter(opinion=first, state=ItemState.OPEN, version=0).count() == 7
    assert assessment_of(desk.assessment.round).stage == Stage.SELF_ASSESSING
    assert AuditEntry.objects.filter(action="open_self_assessment").count() == 1


def test_beginning_waits_for_the_window(here):
    institution = make_institution()
    admin = actor_with(Role.INSTITUTION_ADMIN, institution)
    stages = windows(opens_at=clock.now() + timedelta(days=2))
    assessment = assessment_of(open_round(institutions=[institution], stages=stages))
    with pytest.raises(Refused, match="开始"):
        operations.open_self_assessment(actor=admin, assessment_id=assessment.pk)
    pass_days(here, 2)
    assert operations.open_self_assessment(actor=admin, assessment_id=assessment.pk)


@pytest.mark.parametrize("stage", [Stage.NOT_FILED, Stage.WITHDRAWN])
def test_what_has_ended_is_not_begun_again(here, stage):
    desk = invited()
    move_assessment(desk.assessment, stage)
    with pytest.raises(Refused):
        operations.open_self_assessment(actor=desk.admin, assessment_id=desk.assessment.pk)


# ---------------------------------------------------------------- one row


@pytest.mark.parametrize(
    ("code", "raw", "entry", "points"),
    [
        ("A1.1", {"passed": "是"}, {"passed": "yes"}, 10),
        ("A1.1", {"passed": "no"}, {"passed": "no"}, 0),
        ("A1.2", {"count": "２"}, {"count": "2"}, 6),
        ("A1.2", {"count": "9"}, {"count": "9"}, 0),
        ("A1.3", {"tier": "良"}, {"tier": "良"}, 10),
        ("A2.1", {"value": "９０％"}, {"value": "90"}, D("11.25")),
        ("A2.2", {"sampled": "20", "passed": "19"}, {"sampled": "20", "passed": "19"}, D("9.5")),
        ("B1.1", {"mean": "4.2", "responses": ""}, {"mean": "4.2", "responses": ""}, 16),
        ("B1.2", {"points": "１７．５"}, {"points": "17.5"}, D("17.5")),
    ],
)
def test_a_row_is_kept_with_its_points(desk, code, raw, entry, points):
    item = desk.save(code, raw, comment=" 说明\r\n第二行 ")
    stored = desk.row(code)
    assert (item.version, stored.version) == (1, 1)
    assert (stored.state, stored.entry, stored.points) == (ItemState.SCORED, entry, points)
    assert (stored.comment, stored.edited_by_id) == ("说明\n第二行", desk.admin.user_id)


@pytest.mark.parametrize(
    ("code", "raw"),
    [
        ("B1.2", {"points": "NaN"}),
        ("B1.2", {"points": "Infinity"}),
        ("B1.2", {"points": "-1"}),
        ("B1.2", {"points": "20.01"}),
        ("B1.2", {"points": "1e1"}),
        ("B1.2", {"points": "1.234"}),
        ("B1.2", {"points": "' OR 1=1"}),
        ("A1.1", {"passed": "maybe"}),
        ("A1.2", {"count": "1.5"}),
        ("A1.3", {"tier": "特优"}),
        ("A2.2", {"sampled": "20", "passed": "21"}),
        ("A2.2", {"sampled": "0", "passed": "0"}),
        ("B1.1", {"mean": "6", "responses": "10"}),
    ],
)
def test_a_refused_entry_leaves_the_row_as_it_was(desk, code, raw):
    good = {"B1.2": {"points": "5"}, "A1.1": {"passed": "yes"}}.get(code)
    if good:
        desk.save(code, good)
    before = OpinionItem.objects.values().get(pk=desk.row(code).pk)
    with pytest.raises(InvalidInput):
        desk.save(code, raw, version=before["version"])
    assert OpinionItem.objects.values().get(pk=before["id"]) == before


def test_not_applicable_needs_a_reason_and_the_standards_leave(desk):
    item = desk.save("B1.1", {"mean": "4"}, na_reason=" 未开展　问卷 ")
    assert (item.state, item.points, item.entry) == (ItemState.NA, None, {})
    assert desk.row("B1.1").na_reason == "未开展 问卷"
    with pytest.raises(InvalidInput) as refused:
        desk.save("A1.1", {}, na_reason="不适用")
    assert set(refused.value.fields) == {"na_reason"}
    for name in ("na_reason", "comment"):
        with pytest.raises(InvalidInput) as refused:
            desk.save("B1.1", {}, version=1, **{name: "长" * 2001})
        assert set(refused.value.fields) == {name}


def test_an_emptied_row_is_open_again(desk):
    desk.save("B1.2", {"points": "5"})
    desk.save("B1.2", {"points": " "}, version=1, comment="还在核对")
    row = desk.row("B1.2")
    assert (row.state, row.points, row.entry, row.version) == (ItemState.OPEN, None, {}, 2)
    assert row.comment == "还在核对"


def test_the_same_save_sent_twice_is_one(desk):
    desk.save("B1.2", {"points": "5"})
    assert desk.save("B1.2", {"points": "５.0"}).version == 1
    assert desk.row("B1.2").version == 1
    assert AuditEntry.objects.filter(action="save_row").count() == 1


def test_a_stale_row_is_refused_with_both_values(desk):
    other = colleague(desk)
    desk.save("B1.2", {"points": "5"}, comment="甲", actor=other)
    with pytest.raises(StaleRow) as stale:
        desk.save("B1.2", {"points": "6"}, comment="乙")
    mine, theirs = stale.value.mine, stale.value.theirs
    assert (mine.entry, mine.points, mine.comment) == ({"points": "6"}, 6, "乙")
    assert (theirs.entry, theirs.points, theirs.comment) == ({"points": "5"}, 5, "甲")
    assert (theirs.version, theirs.edited_by_id) == (1, other.user_id)
    assert (desk.row("B1.2").points, stale.value.status) == (5, 409)
    assert desk.save("B1.2", {"points": "6"}, version=theirs.version).points == 6


def test_two_people_in_different_rows_do_not_meet(desk):
    desk.save("A1.1", {"passed": "yes"})
    desk.save("A1.2", {"count": "1"}, actor=colleague(desk))
    assert (desk.row("A1.1").version, desk.row("A1.2").version) == (1, 1)


def test_a_row_is_saved_in_six_queries_with_its_audit(desk, django_assert_num_queries):
    with acting_for(desk.assessment.association_id), django_assert_num_queries(6):
        desk.save("B1.2", {"points": "5"}, comment="说明")
    entry = AuditEntry.objects.get(action="save_row")
    assert (entry.user_id, entry.object_id) == (desk.admin.user_id, desk.row("B1.2").pk)
    assert entry.detail == {
        "indicator": desk.ids["B1.2"],
        "version": 1,
        "state": "scored",
        "points": "5",
    }


# ---------------------------------------------------------------- who, whose, when


def everything(desk, who):
    one = desk.assessment.pk
    return {
        "open": lambda: operations.open_self_assessment(actor=who, assessment_id=one),
        "save": lambda: desk.save("B1.2", {"points": "5"}, actor=who),
        "confirm": lambda: operations.confirm_carried(actor=who, assessment_id=one),
        "remove": lambda: operations.remove_evidence(actor=who, assessment_id=one, evidence_id=1),
        "add": lambda: operations.add_evidence(
            actor=who, assessment_id=one, indicator_id=desk.ids["A1.1"], upload=None
        ),
        "submit": lambda: desk.submit(who),
        "withdraw": lambda: operations.withdraw(actor=who, assessment_id=one),
    }


DEEDS = ["open", "save", "confirm", "remove", "add", "submit", "withdraw"]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_neighbour_institution_finds_nothing(desk, deed):
    neighbour = actor_with(Role.INSTITUTION_ADMIN)
    with pytest.raises(NotFound):
        everything(desk, neighbour)[deed]()


@pytest.mark.parametrize("deed", DEEDS)
def test_a_neighbour_association_finds_nothing(desk, deed):
    with acting_for(make_association().pk):
        stranger = actor_with(Role.INSTITUTION_ADMIN)
        with pytest.raises(NotFound):
            everything(desk, stranger)[deed]()


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.ASSESSOR, Role.COMMITTEE_CHAIR, Role.AUDITOR])
def test_nobody_else_fills_in_for_an_institution(desk, role, deed):
    with pytest.raises(Forbidden):
        everything(desk, actor_with(role))[deed]()


def test_other_roles_of_the_same_person_open_no_door(desk):
    """An administrator of one school who also sits on the committee sees the others, and fills in none of them."""
    user = make_user()
    appoint(user, Role.COMMITTEE)
    appoint(user, Role.INSTITUTION_ADMIN, institution=make_institution())
    both = actor_of(user, desk.assessment.association_id)
    for deed in DEEDS:
        with pytest.raises(NotFound):
            everything(desk, both)[deed]()


def test_the_system_never_fills_in(desk):
    with pytest.raises(NotFound):
        desk.save("B1.2", {"points": "5"}, actor=system(desk.assessment.association_id))


def test_staff_of_the_institution_fill_in_and_only_the_administrator_submits(here):
    desk = full()
    clerk = colleague(desk)
    assert desk.save("B1.2", {"points": "5"}, version=1, actor=clerk).points == 5
    for deed in (
        lambda: desk.submit(clerk),
        lambda: operations.withdraw(actor=clerk, assessment_id=desk.assessment.pk),
    ):
        with pytest.raises(Forbidden):
            deed()
    assert desk.submit().stage == Stage.SUBMITTED


def test_an_indicator_of_another_standard_is_not_found(desk):
    other = frozen_standard()
    with pytest.raises(NotFound):
        operations.save_row(
            actor=desk.admin,
            assessment_id=desk.assessment.pk,
            indicator_id=Indicator.objects.get(standard=other, code="B1.2").pk,
            version=0,
            raw={"points": "5"},
        )


def test_nothing_is_saved_after_the_closing_even_before_the_clock_came_round(here):
    desk = full()
    pass_days(here, 19)
    for deed in ("save", "confirm", "add", "remove", "submit"):
        with pytest.raises(Refused, match="截止"):
            everything(desk, desk.admin)[deed]()
    assert assessment_of(desk.assessment.round).stage == Stage.SELF_ASSESSING
    operations.keep_the_clock(actor=system(here.pk))
    assert assessment_of(desk.assessment.round).stage == Stage.NOT_FILED
    with pytest.raises(Refused, match="未申报"):
        desk.submit()


def test_a_submitted_row_does_not_change_in_the_database_either(here):
    desk = full()
    desk.submit()
    with pytest.raises(Refused, match="已自评"):
        desk.save("B1.2", {"points": "5"}, version=1)
    row = desk.row("B1.2")
    attempts = [
        lambda: OpinionItem.objects.filter(pk=row.pk).update(points=1),
        lambda: Opinion.objects.filter(pk=row.opinion_id).update(submitted_at=None),
        lambda: Evidence.objects.all().delete(),
    ]
    for attempt in attempts:
        with pytest.raises(Error, match="submitted opinion"), transaction.atomic():
            attempt()
