"""补记期限: rows older than the clocks stand in the list again, with the ends that their people were told."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from association import clock
from association.actors import system
from association.choices import Role, Side
from association.clock_queue import Asked, queue
from association.clocks import Case, stop_all, whose_turn
from association.models import AuditEntry, Deadline, OutboxJob
from association.tenancy import acting_for, current_association_id
from common.errors import Forbidden
from credit_rating import operations
from credit_rating.models import Objection, PriorNotice, PublicNotice, Supplement
from tests.credit_rating.test_operations_terms import holiday_inside, noticed, objected, supplemented
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import assessment_of, close_windows, open_round
from tests.factories.review import move_clock, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    association = make_association()
    with acting_for(association.pk):
        yield association


def robot():
    return system(current_association_id())


def of_before():
    """Not one term runs, as before there were clocks. (A term is never deleted, so these are stopped.)"""
    for kind, case_id in Deadline.objects.values_list("case_kind", "case_id").distinct():
        stop_all(actor=robot(), case=Case(kind, case_id, "", ""), outcome="before")


def catch_up():
    return operations.open_missing_terms(actor=robot())


def ends():
    rows = Deadline.objects.filter(stopped_at__isnull=True).order_by("code", "case_id")
    return [(row.code, row.case_kind, row.case_id, row.owner_side, row.ends_at, row.set_on) for row in rows]


def of_all_kinds():
    """A round that is filled in, a supplement, a defence, a notice with an objection, and a published grade."""
    for begin in (published, objected, supplemented, noticed):
        begin()
    open_round(institutions=[make_institution(), make_institution()])


def test_every_term_comes_back_as_it_was_told(here):
    of_all_kinds()
    before = ends()
    assert {code for code, *_rest in before} == {
        "ROUND-SELF-ASSESSMENT",
        "ROUND-SUPPLEMENT",
        "ROUND-DEFENCE",
        "ROUND-OBJECTION",
        "ROUND-PUBLIC-NOTICE",
        "ROUND-VALIDITY",
    }
    of_before()
    assert not queue(actor_with(Role.SECRETARIAT), Asked()).rows
    assert catch_up() == len(before)
    assert ends() == before
    assert catch_up() == 0
    assert AuditEntry.objects.filter(action="open_missing_terms").count() == 1


@pytest.mark.parametrize(
    ("begin", "model", "code"),
    [
        (supplemented, Supplement, "ROUND-SUPPLEMENT"),
        (noticed, PriorNotice, "ROUND-DEFENCE"),
        (objected, Objection, "ROUND-OBJECTION"),
    ],
)
def test_what_people_were_told_stands_though_the_calendar_is_another_now(here, begin, model, code):
    begin()
    told = model.objects.get().due_at
    of_before()
    holiday_inside(Deadline.objects.get(code=code))
    catch_up()
    term = Deadline.objects.get(code=code, stopped_at__isnull=True)
    assert (term.ends_at, term.set_on) == (told, term.due_on)


def test_an_answer_that_is_overdue_is_in_the_list_and_overdue(here):
    objection = objected()
    of_before()
    move_clock(200)
    catch_up()
    assert whose_turn("objection", objection.pk).owner == Side.COMMITTEE
    (row,) = [row for row in queue(actor_with(Role.SECRETARIAT), Asked()).rows if row.kind == "异议"]
    assert (row.part, row.action) == ("overdue", "核查并答复异议")


def test_what_ran_out_in_silence_does_not_begin_again(here):
    noticed()
    objected()
    of_before()
    move_clock(200)
    assert PriorNotice.objects.get().due_at < clock.now() > PublicNotice.objects.get().closes_at
    catch_up()
    assert {code for code, *_rest in ends()} == {"ROUND-OBJECTION"}


def test_a_window_that_has_closed_is_nobodys_turn(here):
    silent = make_institution()
    round_ = open_round(institutions=[silent])
    close_windows(round_)
    of_before()
    assert (catch_up(), whose_turn("rating", assessment_of(round_, silent).pk)) == (0, None)


def test_only_the_machine_catches_up_and_only_here(here):
    supplemented()
    of_before()
    with acting_for(make_association().pk):
        assert catch_up() == 0
    with pytest.raises(Forbidden):
        operations.open_missing_terms(actor=actor_with(Role.SECRETARIAT))
    assert ends() == []


def test_loading_the_reference_data_asks_every_association_for_it(here):
    call_command("load_reference_data")
    jobs = OutboxJob.objects.filter(task="credit_rating.open_missing_terms", association_id=here.pk)
    assert jobs.count() == 1
    assert jobs.get().due_at <= clock.now() + timedelta(minutes=1)
