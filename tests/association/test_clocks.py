"""钟表: started, paused, handed over and stopped; the database itself keeps what was counted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from association import clock, clocks, operations
from association.actors import system, visitor
from association.choices import Certainty, Role, Side, Unit
from association.clocks import Case, Owner
from association.models import AuditEntry, Deadline, DeadlinePause, DeadlineRule
from association.tenancy import acting_for, current_association_id
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.django_db
CASE = Case("complaint", 7, "投诉 T2026-000007 · 演示培训学校", "desk/complaints/7/")
STAFF = Owner(Side.STAFF)
START = datetime(2026, 11, 23, 2, tzinfo=UTC)  # a Monday morning in Beijing


@pytest.fixture(autouse=True)
def scope():
    with acting_for(make_association().pk):
        yield


@pytest.fixture
def at(settings, monkeypatch):
    """Moves the wall clock of the test."""

    def move(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    move(START)
    return move


def actor():
    return system(current_association_id())


def start(code="CMP-ACCEPT", case=CASE, owner=STAFF, **more):
    return clocks.start_deadline(
        actor=actor(), code=code, case=case, owner=owner, action="决定是否受理", **more
    )


def stop(code="CMP-ACCEPT", **more):
    return clocks.stop_deadline(actor=actor(), case=CASE, code=code, **more)


def kept(deadline):
    return Deadline.objects.get(pk=deadline.pk)


# -- start ----------------------------------------------------------------------------------------------------


def test_a_term_keeps_rule_owner_and_arithmetic(at):
    deadline = kept(start())
    assert (deadline.due_on, deadline.ends_at) == (date(2026, 12, 2), datetime(2026, 12, 2, 16, tzinfo=UTC))
    assert (deadline.rule.code, deadline.title, deadline.provisional) == (
        "CMP-ACCEPT",
        "投诉的受理决定与告知",
        False,
    )
    assert (
        clocks.whose_turn("complaint", 7).explanation
        == "自2026年11月23日起算7个工作日（当日不计）：截至12月2日24:00"
    )
    entry = AuditEntry.objects.get(action="start_deadline")
    assert entry.detail == {
        "case": "complaint-7",
        "code": "CMP-ACCEPT",
        "rule": deadline.rule_id,
        "due": "2026-12-02",
    }


def test_an_english_page_tells_the_same_arithmetic(at):
    start("CMP-CLOSE", start=datetime(2026, 9, 28, 2, tzinfo=UTC))
    start("CMP-REPLY", start=datetime(2026, 9, 30, 2, tzinfo=UTC))
    with translation.override("en"):
        told = [clocks.explained(row.reckoning) for row in clocks.deadlines_of("complaint", 7)]
    assert told == [
        (
            "28 September 2026 plus 3 days (first day not counted): the last day 1 October is a day off (National Day), "
            "so the next working day counts, until 24:00 on 8 October"
        ),
        (
            "30 September 2026 plus 5 working days (first day not counted): 1–7 October off (National Day), "
            "10 October (Saturday) is a make-up working day, until 24:00 on 13 October"
        ),
    ]


def test_an_english_page_names_the_shipped_terms_in_english(at):
    start()
    with translation.override("en"):
        assert clocks.whose_turn("complaint", 7).title == "Decision whether to accept the complaint"


def test_a_visitor_starts_a_clock_with_the_complaint():
    deadline = clocks.start_deadline(
        actor=visitor(current_association_id()), code="CMP-ACCEPT", case=CASE, owner=STAFF, action="决定"
    )
    assert AuditEntry.objects.get(object_id=deadline.pk, action="start_deadline").user_id is None


def test_a_document_sets_the_day_and_no_holiday_moves_it(at):
    deadline = start("CMP-ACCEPT", ends_on=date(2026, 11, 28))  # a Saturday
    assert (deadline.due_on, deadline.set_on) == (date(2026, 11, 28), date(2026, 11, 28))
    assert clocks.whose_turn("complaint", 7).explanation == "截止时间由文件确定：2026年11月28日24:00"
    with pytest.raises(Refused, match="文件确定"):
        clocks.pause_deadline(actor=actor(), case=CASE, code="CMP-ACCEPT", reason="鉴定")


def test_a_document_may_set_a_day_for_which_there_is_no_rule(at):
    assert start("ORDER-12345", ends_on=date(2026, 11, 30), title="12345工单").rule is None
    with pytest.raises(InvalidInput, match="早于"):
        start("ORDER-OLD", ends_on=date(2026, 11, 1))


def test_the_same_term_runs_once_and_may_begin_again_after_its_end(at):
    start()
    with pytest.raises(Refused, match="不能重复起算"):
        start()
    stop()
    assert start().pk
    assert start(case=Case("lead", 7, "线索", "")).pk


# -- rules that are not certain -------------------------------------------------------------------------------


def test_an_uncertain_rule_counts_only_after_a_person_has_answered_for_it(at):
    for code in ("PUBLICITY-5WD", "REP-DECIDE-NATIONAL"):
        with pytest.raises(Refused, match="尚未核实"):
            start(code)
    rule = DeadlineRule.objects.get(code="PUBLICITY-5WD")
    clerk = actor_with(Role.SECRETARIAT)
    with pytest.raises(InvalidInput):
        operations.confirm_deadline_rule(actor=clerk, rule_id=rule.pk, reason=" ")
    operations.confirm_deadline_rule(actor=clerk, rule_id=rule.pk, reason="理事会决议")
    assert start("PUBLICITY-5WD").rule == rule
    rule.refresh_from_db()
    assert (rule.confirmed_by_id, rule.confirmation) == (clerk.user_id, "理事会决议")
    assert AuditEntry.objects.get(action="confirm_deadline_rule").reason == "理事会决议"
    with pytest.raises(Refused, match="无须核实"):
        operations.confirm_deadline_rule(actor=clerk, rule_id=rule.pk, reason="再核实")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.INSTITUTION_ADMIN, Role.COMMITTEE])
def test_only_the_secretariat_confirms(role):
    rule = DeadlineRule.objects.get(code="PUBLICITY-5WD")
    with pytest.raises(Forbidden):
        operations.confirm_deadline_rule(actor=actor_with(role), rule_id=rule.pk, reason="理事会决议")
    assert not DeadlineRule.objects.get(pk=rule.pk).may_count


def test_a_neighbours_rule_is_not_confirmed_from_here():
    with acting_for(make_association().pk):
        foreign = DeadlineRule.objects.get(code="PUBLICITY-5WD")
    with pytest.raises(NotFound):
        operations.confirm_deadline_rule(
            actor=actor_with(Role.SECRETARIAT), rule_id=foreign.pk, reason="理事会决议"
        )


def test_a_case_keeps_the_rule_it_began_under(at):
    deadline = start("CMP-REPLY")
    rule = deadline.rule
    operations.set_deadline_rule(
        actor=actor_with(Role.SECRETARIAT), rule_id=rule.pk, number=2, unit=Unit.WORKING_DAY, citation="协会自定",
        certainty=Certainty.CHARTER, valid_from=date(2026, 11, 24),
    )  # fmt: skip
    assert not clocks.recount(kept(deadline))
    at(START + timedelta(days=1))
    assert start("CMP-REPLY", case=Case("complaint", 8, "投诉", "")).due_on == date(2026, 11, 26)
    assert kept(deadline).due_on == date(2026, 11, 30)


# -- stop -----------------------------------------------------------------------------------------------------


def test_stopping_is_done_once_and_says_whether_it_was_late(at):
    deadline = start()
    at(deadline.ends_at - timedelta(microseconds=1))
    assert stop().was_late is False
    assert stop() is None
    assert AuditEntry.objects.filter(action="stop_deadline").count() == 1
    again = start("CMP-REPLY")
    at(again.ends_at)
    assert stop("CMP-REPLY", outcome="answered").was_late is True


def test_all_terms_of_a_case_end_with_it(at):
    start()
    start("MED-END")
    other = start(case=Case("complaint", 8, "投诉", ""))
    clocks.stop_all(actor=actor(), case=CASE, outcome="withdrawn")
    assert set(clocks.deadlines_of("complaint", 7).values_list("outcome", flat=True)) == {"withdrawn"}
    assert kept(other).stopped_at is None
    assert clocks.whose_turn("complaint", 7) is None


def test_expired_are_the_open_ones_whose_last_day_is_over(at):
    deadline = start()
    at(deadline.ends_at - timedelta(seconds=1))
    assert not clocks.expired("complaint", "CMP-ACCEPT").exists()
    at(deadline.ends_at)
    assert list(clocks.expired("complaint", "CMP-ACCEPT")) == [deadline]
    stop()
    assert not clocks.expired("complaint", "CMP-ACCEPT").exists()


# -- pauses ---------------------------------------------------------------------------------------------------


def test_paused_days_are_not_counted_and_the_day_of_resuming_is(at):
    """Paused on Wednesday, resumed on Friday: two working days later."""
    start()
    at(START + timedelta(days=2))
    clocks.pause_deadline(actor=actor(), case=CASE, code="CMP-ACCEPT", reason="委托鉴定")
    with pytest.raises(Refused, match="已经中止"):
        clocks.pause_deadline(actor=actor(), case=CASE, code="CMP-ACCEPT", reason="委托鉴定")
    assert clocks.whose_turn("complaint", 7).paused
    at(START + timedelta(days=30))
    assert not clocks.expired("complaint", "CMP-ACCEPT").exists()
    at(START + timedelta(days=4))
    deadline = clocks.resume_deadline(actor=actor(), case=CASE, code="CMP-ACCEPT")
    assert (deadline.due_on, deadline.counted_times) == (date(2026, 12, 4), 2)
    assert "中止期间2个工作日不计入" in clocks.whose_turn("complaint", 7).explanation
    with pytest.raises(Refused, match="没有中止"):
        clocks.resume_deadline(actor=actor(), case=CASE, code="CMP-ACCEPT")


def test_resumed_on_the_same_day_nothing_was_lost(at):
    start()
    clocks.pause_deadline(actor=actor(), case=CASE, code="CMP-ACCEPT", reason="误点")
    deadline = clocks.resume_deadline(actor=actor(), case=CASE, code="CMP-ACCEPT")
    assert (deadline.due_on, deadline.counted_times) == (date(2026, 12, 2), 1)


def test_stopping_a_paused_clock_counts_its_pause_first(at):
    start()
    clocks.pause_deadline(actor=actor(), case=CASE, code="CMP-ACCEPT", reason="委托鉴定")
    at(START + timedelta(days=60))
    assert stop().was_late is False


def test_a_term_that_is_over_is_not_revived_by_a_pause(at):
    start()
    at(START + timedelta(days=20))
    with pytest.raises(Refused, match="期限之内"):
        clocks.pause_deadline(actor=actor(), case=CASE, code="CMP-ACCEPT", reason="委托鉴定")
    clocks.pause_deadline(
        actor=actor(), case=CASE, code="CMP-ACCEPT", reason="委托鉴定", on=date(2026, 11, 30)
    )


def test_a_pause_has_a_reason(at):
    start()
    with pytest.raises(InvalidInput):
        clocks.pause_deadline(actor=actor(), case=CASE, code="CMP-ACCEPT", reason=" ")
    assert not DeadlinePause.objects.exists()


# -- turns ----------------------------------------------------------------------------------------------------


def test_the_turn_goes_over_and_the_clock_runs_on(at):
    deadline, institution = start(), make_institution()
    clocks.hand_over(
        actor=actor(), case=CASE, code="CMP-ACCEPT", owner=Owner(Side.INSTITUTION, institution_id=institution.pk), action="答复投诉"
    )  # fmt: skip
    turn = clocks.whose_turn("complaint", 7)
    assert (turn.owner, turn.action, turn.due_on) == (Side.INSTITUTION, "答复投诉", deadline.due_on)


def test_the_turn_is_of_the_term_that_ends_first(at):
    start("MED-END")
    start()
    assert clocks.whose_turn("complaint", 7).title == "投诉的受理决定与告知"


def test_a_neighbour_sees_and_stops_nothing(at):
    start()
    here = current_association_id()
    with acting_for(make_association().pk):
        assert clocks.whose_turn("complaint", 7) is None
        assert stop() is None
        with pytest.raises(NotFound):
            clocks.hand_over(actor=actor(), case=CASE, code="CMP-ACCEPT", owner=STAFF)
        assert start().association_id != here
    assert stop() is not None


# -- the database ---------------------------------------------------------------------------------------------


def refused(statement, *values):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    "change",
    [
        "due_on = due_on + 1",
        "ends_at = ends_at + interval '1 day'",
        "due_on = due_on + 1, counted_times = counted_times + 2",
        "counted_times = counted_times + 1",
        "started_at = started_at - interval '1 day'",
        "start_on = start_on - 1",
        "code = 'MED-END'",
        "case_id = 8",
        "set_on = due_on",
        "rule_id = NULL",
        "ends_at = started_at, counted_times = counted_times + 1",
        "owner_side = 'institution', owner_institution_id = NULL",
        "was_late = true",
        "stopped_at = now()",
        "stopped_at = ends_at, outcome = 'x', was_late = false",
        "stopped_at = ends_at - interval '1 s', outcome = 'x', was_late = true",
        "paused_on = start_on - 1",
        "action = ''",
    ],
)
def test_what_was_counted_is_not_edited(at, change):
    deadline = start()
    refused(f"UPDATE association_deadline SET {change} WHERE id = %s", deadline.pk)


def test_a_stopped_deadline_never_changes_and_none_is_deleted(at):
    deadline = start()
    refused("DELETE FROM association_deadline WHERE id = %s", deadline.pk)
    stop()
    refused("UPDATE association_deadline SET action = '改' WHERE id = %s", deadline.pk)
    refused("UPDATE association_deadline SET stopped_at = NULL WHERE id = %s", deadline.pk)


def test_an_uncertain_or_foreign_rule_cannot_drive_a_row(at):
    deadline = start()
    for other in (
        DeadlineRule.objects.get(code="PUBLICITY-5WD"),
        DeadlineRule.objects.get(code="MED-END"),
    ):
        copy = Deadline.objects.get(pk=deadline.pk)
        copy.pk, copy.case_id, copy.rule = None, 99, other
        copy.code = "PUBLICITY-5WD"
        if other.code == "MED-END":
            copy.code = "CMP-ACCEPT"
        with pytest.raises(IntegrityError), transaction.atomic():
            copy.save()


def test_pauses_lie_inside_do_not_overlap_and_stay(at):
    deadline = start()

    def pause(first, resumed=None, **more):
        values = {"deadline": deadline, "first_on": first, "resumed_on": resumed, "reason": "鉴定"} | more
        return DeadlinePause.objects.create(**values)

    row = pause(date(2026, 11, 25), date(2026, 11, 27))
    for first, resumed in (
        (date(2026, 11, 22), date(2026, 11, 24)),  # before the start
        (date(2026, 12, 3), None),  # after the end
        (date(2026, 11, 26), date(2026, 11, 28)),  # overlapping
        (date(2026, 11, 24), None),  # open, over the first
        (date(2026, 11, 28), date(2026, 11, 27)),  # backwards
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            pause(first, resumed)
    with pytest.raises(IntegrityError), transaction.atomic():
        pause(date(2026, 11, 27), date(2026, 11, 28), reason="")
    refused("DELETE FROM association_deadlinepause WHERE id = %s", row.pk)
    refused("UPDATE association_deadlinepause SET resumed_on = '2026-11-26' WHERE id = %s", row.pk)


def test_a_rule_changes_by_a_new_row_only():
    rule = DeadlineRule.objects.get(code="CMP-ACCEPT")
    for change in ("number = 8", "unit = 'day'", "certainty = 'charter'", "citation = '改'", "code = 'X'"):
        refused(f"UPDATE association_deadlinerule SET {change} WHERE id = %s", rule.pk)
    refused("UPDATE association_deadlinerule SET confirmed_at = now() WHERE id = %s", rule.pk)
