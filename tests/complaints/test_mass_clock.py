"""合并协商的钟表: whose turn and until when follow the joined complaints, and one of fewer than two is over by itself."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from association import clock
from association.choices import QueuePart, Role, Side
from association.clock_queue import Asked, queue
from association.clocks import pause_deadline, whose_turn
from association.models import Deadline, Notice
from association.tenancy import acting_for
from common.errors import Refused
from complaints import operations
from complaints.choices.complaints import MassState, ReplyKind, State
from complaints.models import Complaint
from complaints.operations.cases import case_of
from complaints.queries.mass import mass_page
from tests.complaints.material import Time, accepted, tick, world
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def time(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return Time(monkeypatch)


@pytest.fixture
def association(time):
    return make_association("first")


@pytest.fixture
def here(association):
    with acting_for(association.pk):
        yield world()


def opened(here, time, many=2):
    """Each accepted a day after the one before, so that their terms differ."""
    made = []
    for _ in range(many):
        made.append(accepted(here))
        time.pass_days(1)
    case = operations.open_mass_case(
        actor=here.officer, title="演示停课退费", complaint_ids=[one.complaint.pk for one in made]
    )
    return case, made


def turn(case):
    return whose_turn("mass", case.pk)


def term(made, code):
    return Deadline.objects.get(
        case_kind="complaint", case_id=made.complaint.pk, code=code, stopped_at__isnull=True
    )


def answered(here, made):
    operations.answer(
        actor=here.school, complaint_id=made.complaint.pk, kind=ReplyKind.DISPUTED, text="已按合同安排。"
    )


def offered(here, case, made, days=10):
    """To each of these, until as many days from now; a single one outside of the joint form has its own day."""
    day = clock.today() + timedelta(days=days)
    return operations.offer_to_all(
        actor=here.school,
        mass_case_id=case.pk,
        amounts_fen={one.complaint.pk: 3_000_00 for one in made},
        pay_by=day,
        open_until=day,
    )


def replied(here, offer, made, *, accepts):
    operations.answer_offer(
        actor=here.person, offer_id=offer.pk, accepted=accepts, receipt_code=made.receipt_code
    )


def test_the_institution_has_until_the_first_answer_is_due_and_then_until_the_first_mediation_ends(
    here, time
):
    case, made = opened(here, time)
    first, second = (term(one, "CMP-REPLY") for one in made)
    assert (turn(case).owner, turn(case).due_on) == (Side.INSTITUTION, first.due_on)
    answered(here, made[0])
    assert (turn(case).owner, turn(case).due_on) == (Side.INSTITUTION, second.due_on)
    answered(here, made[1])
    assert turn(case).due_on == term(made[0], "MED-END").due_on


def test_the_arithmetic_is_that_of_the_complaint_it_names(here, time):
    case, made = opened(here, time)
    told = turn(case).explanation
    for words in (made[0].complaint.number, "机构对投诉的答复", "起算", "工作日"):
        assert words in told
    assert "由文件确定" not in told


def test_while_an_offer_waits_it_is_the_complainants_turn(here, time):
    case, made = opened(here, time, 3)
    offered(here, case, made[:1], days=12)
    offered(here, case, made[1:2], days=8)
    now = turn(case)
    assert (now.owner, now.due_on, now.action) == (
        Side.COMPLAINANT,
        clock.today() + timedelta(days=8),
        "各自答复机构提出的方案",
    )
    assert made[1].complaint.number in now.explanation


def test_the_institution_reads_in_its_queue_that_it_waits(here, time):
    case, made = opened(here, time)
    for one in made:
        answered(here, one)
    offered(here, case, made)
    (row,) = [
        one
        for one in queue(here.school, Asked(part=QueuePart.WAITING)).rows
        if one.deadline.code == "MASS-TALK"
    ]
    assert row.href == f"/desk/complaints/mass/{case.pk}/"
    neighbour = actor_with(Role.INSTITUTION_ADMIN, make_institution())
    assert not [one for part in QueuePart for one in queue(neighbour, Asked(part=part)).rows]


def test_an_offer_that_nobody_answered_gives_the_turn_back_and_nobody_was_late(here, time):
    case, made = opened(here, time)
    offered(here, case, made, days=3)
    time.pass_days(4)
    tick(here)
    assert turn(case).owner == Side.INSTITUTION
    over = Deadline.objects.filter(case_kind="mass", case_id=case.pk, stopped_at__isnull=False)
    assert not over.filter(was_late=True).exists()


def test_settled_but_for_one_it_is_over_by_itself_and_never_overdue(here, time):
    case, made = opened(here, time, 3)
    offers = offered(here, case, made)
    replied(here, offers[0], made[0], accepts=True)
    assert turn(case).owner == Side.COMPLAINANT
    replied(here, offers[1], made[1], accepts=True)
    case.refresh_from_db()
    assert (case.state, turn(case)) == (MassState.ENDED, None)
    assert Notice.objects.filter(event=f"mass-case-{case.pk}-ended", user_id=here.school.user_id).exists()
    made[2].complaint.refresh_from_db()
    assert made[2].complaint.state == State.AWAIT_REPLY


@pytest.mark.parametrize("how", ["withdraw", "terminate", "leave_mass_case"])
def test_a_complaint_that_ends_or_leaves_ends_a_negotiation_of_two(here, time, how):
    case, made = opened(here, time)
    if how == "terminate":
        operations.terminate(
            actor=here.officer,
            complaint_id=made[0].complaint.pk,
            ground="no_agreement",
            reason="双方无法达成协议。",
        )
    else:
        getattr(operations, how)(actor=here.person, receipt_code=made[0].receipt_code)
    case.refresh_from_db()
    assert (case.state, turn(case)) == (MassState.ENDED, None)


def test_who_is_left_of_one_that_is_over_is_joined_to_the_next(association, here, time):
    first, made = opened(here, time)
    offered(here, first, made)
    operations.withdraw(actor=here.person, receipt_code=made[0].receipt_code)
    left, later = made[1], accepted(here)
    page = Desk(association, here.officer).get("complaints/mass/new/", institution=here.institution.pk)
    assert left.complaint.number in page.content.decode()
    both = [left.complaint.pk, later.complaint.pk]
    second = operations.open_mass_case(actor=here.officer, title="演示再次停课", complaint_ids=both)
    left.complaint.refresh_from_db()
    assert left.complaint.mass_case_id == second.pk
    shown = mass_page(here.officer, first.pk)
    assert [row.complaint.pk for row in shown.rows] == [one.complaint.pk for one in made]
    assert {row.offer.mass_case_id for row in shown.rows} == {first.pk}
    with pytest.raises(Refused, match="不在其他群体性投诉中"):
        operations.open_mass_case(actor=here.officer, title="演示三次", complaint_ids=both)


def test_the_database_joins_nobody_who_is_negotiated_jointly(here, time):
    first, made = opened(here, time)
    second, _others = opened(here, time)
    with pytest.raises(IntegrityError, match="joins no other case"), transaction.atomic():
        Complaint.objects.filter(pk=made[0].complaint.pk).update(mass_case=second)
    operations.end_mass_case(actor=here.officer, mass_case_id=first.pk, notes="已分别提出方案。")
    assert Complaint.objects.filter(pk=made[0].complaint.pk).update(mass_case=second) == 1


def test_whatever_moved_a_term_without_a_word_is_followed_within_a_minute(here, time):
    case, made = opened(here, time)
    pause_deadline(
        actor=here.officer, case=case_of(made[0].complaint), code="CMP-REPLY", reason="演示：补充送达。"
    )
    tick(here)
    assert turn(case).due_on == term(made[1], "CMP-REPLY").due_on
    before = Deadline.objects.filter(case_kind="mass").count()
    tick(here)
    assert Deadline.objects.filter(case_kind="mass").count() == before


def test_the_page_says_whose_turn_and_why_and_who_is_told(association, here, time):
    case, made = opened(here, time)
    officer = Desk(association, here.officer)
    page = officer.get(f"complaints/mass/{case.pk}/").content.decode()
    assert "现在轮到" in page
    assert made[0].complaint.number in page
    chooser = [accepted(here) for _ in range(2)]
    page = officer.get("complaints/mass/new/", institution=here.institution.pk).content.decode()
    assert chooser[0].complaint.number in page
    assert "通知机构和这些投诉的投诉人" in page


def test_what_happens_in_a_case_that_is_over_moves_nothing(here, time):
    case, made = opened(here, time)
    operations.end_mass_case(actor=here.officer, mass_case_id=case.pk, notes="已分别提出方案。")
    kept = Deadline.objects.filter(case_kind="mass").count()
    answered(here, made[0])
    tick(here)
    assert (turn(case), Deadline.objects.filter(case_kind="mass").count()) == (None, kept)
