"""书面答复与已付金额: a letter of an institution without an account counts by its day; what was paid is found out once."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from association import clock
from association.choices import Role
from association.models import Notice
from common.errors import Forbidden, InvalidInput, Refused
from complaints import operations
from complaints.choices.complaints import FactKind, Method, Party, ReplyKind, State, Timeliness
from complaints.documents.tellings import _telling, telling_pdf
from complaints.models import Complaint, Evidence, Fact, PaidAmount, Reply, Session, Telling
from complaints.queries.case import case_of, deeds_of
from tests.common.files import picture
from tests.complaints.material import (
    CLAIMED,
    NAME,
    PAID,
    PHONE,
    accepted,
    again,
    consented,
    filed,
    filing,
    mediating,
    queued,
    state_of,
    tick,
)
from tests.factories.people import actor_with, make_institution

SOON = timedelta(days=10)


def scan():
    return SimpleUploadedFile("答复.jpg", picture())


@pytest.fixture
def on_paper(here, time):
    """The complaint of an institution where nobody has an account, served on the Monday."""
    institution = make_institution()
    made = operations.file_complaint(actor=here.person, filing=filing(institution))
    operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    operations.tell_parties(
        actor=here.officer, complaint_id=made.complaint.pk, party=Party.INSTITUTION, way="handed"
    )
    return made


def letter(here, made, **more):
    values = {
        "kind": ReplyKind.DISPUTED,
        "text": "没有停课，课程照常。",
        "received_on": clock.today(),
        "paper": scan(),
    } | more
    return operations.answer_on_paper(actor=here.officer, complaint_id=made.complaint.pk, **values)


# -- 书面答复 -------------------------------------------------------------------------------------------------


def test_a_letter_that_came_in_time_and_was_entered_late_is_in_time(here, time, on_paper):
    last = clock.today() + timedelta(days=7)
    time.pass_days(10)
    tick(here)
    assert again(on_paper).timeliness == Timeliness.MISSED
    reply = letter(here, on_paper, received_on=last)
    assert (reply.was_late, reply.method) == (False, Method.PAPER)
    assert again(on_paper).timeliness == Timeliness.ON_TIME
    fact = Fact.objects.get()
    assert fact.kind == FactKind.REPLY_MISSED
    assert "期限内已经收到" in fact.set_aside.reason
    assert Evidence.objects.get().source == "staff"


def test_a_letter_that_came_late_is_late(here, time, on_paper):
    time.pass_days(10)
    tick(here)
    assert letter(here, on_paper).was_late
    assert again(on_paper).timeliness == Timeliness.LATE
    assert not Fact.objects.filter(set_aside__isnull=False).exists()


def test_a_letter_wants_its_scan_and_a_day_on_which_it_can_have_come(here, time, on_paper):
    for wrong in (
        {"paper": None},
        {"received_on": clock.today() - timedelta(days=1)},
        {"received_on": clock.today() + timedelta(days=1)},
    ):
        with pytest.raises(InvalidInput):
            letter(here, on_paper, **wrong)
    assert not Reply.objects.exists()
    assert not Evidence.objects.exists()
    with pytest.raises(Forbidden):
        operations.answer_on_paper(
            actor=here.school,
            complaint_id=on_paper.complaint.pk,
            kind="disputed",
            text="x",
            received_on=clock.today(),
            paper=scan(),
        )


def test_an_offer_by_letter_is_answered_like_any_other(here, time, on_paper):
    made = operations.offer_on_paper(
        actor=here.officer,
        complaint_id=on_paper.complaint.pk,
        amount_fen=5_000_00,
        pay_by=clock.today() + SOON,
        open_until=clock.today() + SOON,
        received_on=clock.today(),
        paper=scan(),
    )
    assert made.method == Method.PAPER
    operations.answer_offer(
        actor=here.person, offer_id=made.pk, accepted=True, receipt_code=on_paper.receipt_code
    )
    assert state_of(on_paper) == State.SETTLED


def test_the_paper_that_serves_names_whom_the_institution_must_find(here, time):
    institution = make_institution()
    filed_ = operations.file_complaint(actor=here.person, filing=filing(institution))
    operations.accept(actor=here.officer, complaint_id=filed_.complaint.pk)
    row = Telling.objects.get(subject="served")
    shown = _telling(row, "送达通知书")
    assert shown["complainants"] == NAME
    assert NAME in "".join(shown["facts"])
    assert PHONE not in "".join(shown["facts"])
    assert telling_pdf(row)


def by_letter(here, made, **more):
    days = {"pay_by": clock.today() + SOON, "open_until": clock.today() + SOON, "received_on": clock.today()}
    which = {"actor": here.officer, "complaint_id": made.complaint.pk, "amount_fen": 9_000_00}
    return operations.offer_on_paper(**which, **days, paper=scan(), **more)


def test_an_institution_with_an_administrator_answers_and_offers_itself(here, time):
    made = accepted(here)
    for deed in (letter, by_letter):
        with pytest.raises(Refused, match="机构登录后自己办理"), transaction.atomic():
            deed(here, made)
    assert not Reply.objects.exists()
    assert not Evidence.objects.exists()
    offered_ = deeds_of(here.officer, case_of(here.officer, made.complaint.pk))
    assert not {"paper_answer", "paper_make_offer"} & set(offered_)


def test_whom_it_has_at_the_desk_hears_of_a_letter_when_it_is_entered(here, time, on_paper):
    clerk = actor_with(Role.INSTITUTION_STAFF, on_paper.complaint.institution)
    neighbour = actor_with(Role.INSTITUTION_STAFF, make_institution())
    letter(here, on_paper)
    by_letter(here, on_paper)
    told = Notice.objects.filter(subject__contains="为贵机构登记", channel="desk")
    assert told.filter(user_id=clerk.user_id).count() == 2
    assert told.filter(body__contains="9,000").exists()
    assert not told.filter(user_id=neighbour.user_id).exists()
    assert "paper_answer" in deeds_of(here.officer, case_of(here.officer, on_paper.complaint.pk))


# -- 谁的答复 -------------------------------------------------------------------------------------------------


def test_only_its_own_answer_is_an_answer(here, time):
    made = consented(here)
    operations.offer(
        actor=here.school,
        complaint_id=made.complaint.pk,
        amount_fen=1_000_00,
        pay_by=clock.today() + SOON,
        open_until=clock.today() + SOON,
    )
    operations.assign_mediator(
        actor=here.officer, complaint_id=made.complaint.pk, mediator_id=here.mediator.user_id
    )
    assert again(made).timeliness == Timeliness.WAITING
    operations.answer(
        actor=here.school, complaint_id=made.complaint.pk, kind=ReplyKind.DISPUTED, text="没有停课。"
    )
    assert again(made).timeliness == Timeliness.ON_TIME


def test_who_never_answers_missed_it_in_mediation_too(here, time):
    made = mediating(here)
    time.pass_days(10)
    tick(here)
    assert again(made).timeliness == Timeliness.MISSED
    assert not Fact.objects.filter(kind=FactKind.REPLY_LATE).exists()


def test_the_whole_is_no_less_than_what_is_asked_for(here, time):
    made = accepted(here)
    whole = {"actor": here.school, "complaint_id": made.complaint.pk, "kind": "refund_whole", "text": "同意"}
    with pytest.raises(InvalidInput, match="部分退还"):
        operations.answer(**whole, offered_fen=100)
    assert operations.answer(**whole, offered_fen=CLAIMED).offered_fen == CLAIMED


# -- 已付金额 -------------------------------------------------------------------------------------------------


def register(here, made, **more):
    values = {"paid_fen": PAID, "reason": "合同第3条和银行转账记录"} | more
    return operations.register_paid(actor=here.officer, complaint_id=made.complaint.pk, **values)


def offered(here, made):
    return operations.offer(
        actor=here.school,
        complaint_id=made.complaint.pk,
        amount_fen=5_000_00,
        pay_by=clock.today() + SOON,
        open_until=clock.today() + SOON,
    )


def test_what_was_paid_is_registered_with_its_proof_and_offers_are_made(here, time):
    made = accepted(here, paid_fen=None)
    with pytest.raises(InvalidInput, match="尚未登记已付金额"):
        offered(here, made)
    row = register(here, made, proof=scan())
    assert (again(made).paid_fen, row.evidence.kind, row.by_id) == (PAID, "payment", here.officer.user_id)
    assert Notice.objects.filter(subject__contains="已登记已付金额").exists()
    assert queued("complaints.mail_complainant")
    assert offered(here, made).paid_fen == PAID
    with pytest.raises(Refused):
        register(here, made)
    assert PaidAmount.objects.count() == 1


def test_what_was_paid_is_staffs_to_find_and_names_nobody(here, time):
    made = accepted(here, paid_fen=None)
    for wrong in ({"paid_fen": 0}, {"reason": ""}, {"reason": f"{NAME}的收据"}):
        with pytest.raises(InvalidInput):
            register(here, made, **wrong)
    for actor in (here.school, here.mediator, here.auditor, actor_with(Role.DISTRICT_REVIEWER)):
        with pytest.raises(Forbidden):
            operations.register_paid(actor=actor, complaint_id=made.complaint.pk, paid_fen=1, reason="合同")
    known = filed(here)
    with pytest.raises(Refused):
        register(here, known)


def test_the_database_wants_the_record_too(here, time):
    made = accepted(here, paid_fen=None)
    with pytest.raises(IntegrityError, match="registered"), transaction.atomic():
        Complaint.objects.filter(pk=made.complaint.pk).update(paid_fen=PAID)
    register(here, made)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaidAmount.objects.update(amount_fen=1)


# -- 调解会的地点 ---------------------------------------------------------------------------------------------


def plan(here, made, place):
    return operations.plan_session(
        actor=here.mediator,
        complaint_id=made.complaint.pk,
        mode="phone",
        place=place,
        planned_at=clock.now() + timedelta(days=3),
    )


@pytest.mark.parametrize("place", [f"由调解员拨打{PHONE}", f"{NAME}家中", "拨打 010-6555 1234"])
def test_a_place_names_nobody_and_no_number(here, time, place):
    made = mediating(here)
    with pytest.raises(InvalidInput, match="由调解员拨打登记的电话"):
        plan(here, made, place)
    assert not Session.objects.exists()


def test_a_place_stands_on_the_page_alone_and_goes_with_the_case(here, time):
    made = mediating(here)
    session = plan(here, made, "协会三层调解室")
    assert not Notice.objects.filter(body__contains="三层调解室").exists()
    time.pass_days(4)
    operations.record_session(
        actor=here.mediator, session_id=session.pk, complainant_came=True, institution_came=True, minutes="谈"
    )
    operations.withdraw(actor=here.person, receipt_code=made.receipt_code)
    time.pass_days(1200)
    operations.retire_personal_data(actor=here.system)
    assert Session.objects.get().place == ""
