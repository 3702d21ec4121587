"""告知: who has no account or left no address is told on paper or by phone, and no term runs before."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, models, transaction

from association import clock
from association.choices import Role, Side
from association.clock_queue import part_counts
from association.clocks import deadlines_of, whose_turn
from association.models import Appointment, Notice
from association.rules.clock import beijing
from common.errors import Forbidden, InvalidInput, Refused
from complaints import operations
from complaints.choices.complaints import (
    FactKind,
    Outcome,
    Party,
    Recusal,
    RefusalGround,
    State,
    TerminationGround,
    Timeliness,
)
from complaints.choices.telling import TellingSubject, TellingWay
from complaints.documents import letters
from complaints.models import Complaint, Fact, FollowUp, Telling
from complaints.queries.case import case_of, deeds_of
from tests.complaints.material import (
    NAME,
    PLANTED,
    accepted,
    again,
    agreed,
    applicant,
    drawn_up,
    filed,
    mediating,
    queued,
    scan,
    settled_by_both,
    state_of,
    tick,
)
from tests.factories.people import FROM as ENDED
from tests.factories.people import actor_with, make_institution

pytestmark = pytest.mark.django_db
NO_MAIL = {"people": (applicant(email=""),)}


@pytest.fixture
def unheard(here):
    """The institution has nobody with an account."""
    Appointment.objects.filter(institution=here.institution).update(until_on=ENDED, ended_by=models.F("user"))
    return here


def running(made):
    rows = deadlines_of("complaint", made.complaint.pk).filter(stopped_at=None)
    return set(rows.values_list("code", flat=True))


def tell(here, made, party, way=TellingWay.LETTER, **more):
    return operations.tell_parties(
        actor=here.officer, complaint_id=made.complaint.pk, party=party, way=way, **more
    )


# -- the institution ------------------------------------------------------------------------------------------


def test_an_institution_without_an_account_is_not_served_by_the_acceptance(unheard):
    here, made = unheard, accepted(unheard)
    complaint = again(made)
    assert (complaint.state, complaint.served_at) == (State.ACCEPTED, None)
    assert complaint.timeliness == Timeliness.NOT_ASKED
    assert running(made) == {"MED-END", "CMP-SERVE"}
    assert whose_turn("complaint", complaint.pk).owner == Side.STAFF
    assert Notice.objects.filter(user_id=here.officer.user_id, event__contains="-tell-").exists()
    assert "tell_parties" in deeds_of(here.officer, case_of(here.officer, complaint.pk))


def test_no_answer_is_missed_that_was_never_asked_for(unheard, time):
    made = accepted(unheard)
    time.pass_days(20)
    tick(unheard)
    assert not Fact.objects.filter(kind=FactKind.REPLY_MISSED).exists()
    assert again(made).timeliness == Timeliness.NOT_ASKED


def test_the_term_of_the_answer_begins_on_the_day_of_service(unheard, time):
    here, made = unheard, accepted(unheard)
    time.pass_days(3)
    tell(here, made, Party.INSTITUTION, TellingWay.HANDED, told_on=clock.today() - timedelta(days=1))
    complaint = again(made)
    assert complaint.state == State.AWAIT_REPLY
    assert beijing(complaint.served_at).date() == clock.today() - timedelta(days=1)
    reply = deadlines_of("complaint", complaint.pk).get(code="CMP-REPLY")
    assert reply.start_on == clock.today() - timedelta(days=1)
    row = Telling.objects.get(party=Party.INSTITUTION)
    assert (row.subject, row.way, row.told_by_id) == ("served", "handed", here.officer.user_id)
    assert "CMP-SERVE" not in running(made)
    with pytest.raises(Refused):
        tell(here, made, Party.INSTITUTION)


@pytest.mark.parametrize("day", [-1, 1])
def test_a_day_before_the_decision_or_ahead_is_refused(unheard, day):
    made = accepted(unheard)
    with pytest.raises(InvalidInput, match="日期"):
        tell(unheard, made, Party.INSTITUTION, told_on=clock.today() + timedelta(days=day))
    assert state_of(made) == State.ACCEPTED


def test_a_complaint_is_not_served_by_telephone(unheard):
    made = accepted(unheard)
    with pytest.raises(InvalidInput, match="书面"):
        tell(unheard, made, Party.INSTITUTION, TellingWay.PHONE)
    assert running(made) == {"MED-END", "CMP-SERVE"}


def test_the_letter_to_be_served_is_made_and_names_whom_the_institution_must_find_alone(unheard, monkeypatch):
    seen = []
    monkeypatch.setattr(letters, "render_pdf", lambda html, *_rest, **_more: seen.append(html) or b"%PDF-")
    made = accepted(unheard)
    job = queued("complaints.render_telling")[0]
    row = operations.render_telling(actor=unheard.system, **job.payload)
    assert row.document is not None
    assert operations.render_telling(actor=unheard.system, **job.payload).document_id == row.document_id
    shown = case_of(unheard.officer, made.complaint.pk)
    assert [one.document_id for one in shown.tellings] == [row.document_id]
    assert [planted for planted in PLANTED if planted in seen[0]] == [NAME]
    assert "5个工作日" in seen[0]


# -- the complainant ------------------------------------------------------------------------------------------


def test_a_refusal_is_told_when_somebody_tells_it_and_in_the_term_of_the_law(here):
    made = filed(here, **NO_MAIL)
    term = deadlines_of("complaint", made.complaint.pk).get(code="CMP-ACCEPT")
    operations.refuse(
        actor=here.officer,
        complaint_id=made.complaint.pk,
        ground=RefusalGround.NOT_COMPETENT,
        reason="归其他部门管理。",
    )
    assert again(made).told_complainant_at is None
    task = deadlines_of("complaint", made.complaint.pk).get(code="CMP-TELL", stopped_at=None)
    assert (task.due_on, task.owner_side) == (term.due_on, Side.STAFF)
    tell(here, made, Party.COMPLAINANT, TellingWay.PHONE)
    assert again(made).told_complainant_at == clock.now()
    assert running(made) == set()


def test_a_transfer_by_mail_is_told_at_once_and_nothing_is_left_to_do(here):
    made = filed(here)
    operations.transfer(
        actor=here.officer, complaint_id=made.complaint.pk, to="演示部门", reason="归其管理。"
    )
    assert again(made).told_complainant_at == clock.now()
    assert (running(made), Telling.objects.count()) == (set(), 0)


def test_who_objects_to_the_refusal_has_heard_of_it(here):
    made = filed(here, **NO_MAIL)
    operations.refuse(
        actor=here.officer, complaint_id=made.complaint.pk, ground=RefusalGround.OTHER_RULE, reason="不属于。"
    )
    operations.contest(actor=here.person, text="请再看一次。", receipt_code=made.receipt_code)
    row = Telling.objects.get()
    assert (row.way, row.told_by_id) == (TellingWay.OWN, None)
    assert running(made) == {"CMP-ACCEPT"}


def ended(here):
    made = mediating(here, **NO_MAIL)
    operations.terminate(
        actor=here.mediator,
        complaint_id=made.complaint.pk,
        ground=TerminationGround.NO_AGREEMENT,
        reason="双方分歧过大。",
    )
    return made


def test_the_end_of_the_mediation_and_the_question_for_the_outcome_are_told_in_one_breath(here):
    made = ended(here)
    tell(here, made, Party.COMPLAINANT, TellingWay.PHONE)
    assert running(made) == {"CMP-CLOSE"}
    assert set(Telling.objects.exclude(way="own").values_list("way", flat=True)) == {"phone"}


def test_who_was_not_asked_is_not_silent(here, time):
    made = agreed(here, **NO_MAIL)
    tell(here, made, Party.COMPLAINANT)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    time.pass_days(20)
    tick(here)
    assert (state_of(made), again(made).outcome) == (State.PERFORMED, Outcome.UNKNOWN)
    tell(here, made, Party.COMPLAINANT, TellingWay.PHONE)
    time.pass_days(5)
    tick(here)
    assert (state_of(made), again(made).outcome) == (State.CLOSED, Outcome.NO_ANSWER)


def closed(here):
    made = agreed(here, **NO_MAIL)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    operations.survey(actor=here.person, receipt_code=made.receipt_code, outcome=Outcome.RESOLVED)
    return made


def test_the_follow_up_is_a_task_with_a_term_and_its_answer_is_written_down(here, time):
    made = closed(here)
    assert running(made) == set()
    time.pass_days(29)
    tick(here)
    assert running(made) == {"CMP-TELL"}
    page = case_of(here.officer, made.complaint.pk)
    assert {"follow_up", "contest", "tell_parties"} <= set(deeds_of(here.officer, page))
    said = {"still_holds": False, "received_fen": again(made).returned_fen}
    operations.follow_up(actor=here.officer, complaint_id=made.complaint.pk, paper=scan(), **said)
    assert FollowUp.objects.get().still_holds is False
    assert (again(made).outcome, running(made)) == (Outcome.UNRESOLVED, {"CMP-TELL"})


def test_what_was_told_stays_as_it_was_told(here):
    made = closed(here)
    row = Telling.objects.filter(complaint=made.complaint).first()
    for change in ({"way": TellingWay.PHONE}, {"told_on": clock.today() - timedelta(days=9)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Telling.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Telling.objects.create(
            complaint=made.complaint,
            party=Party.COMPLAINANT,
            subject=TellingSubject.PROGRESS,
            event="x",
            asked_at=clock.now(),
            told_at=clock.now(),
            told_on=clock.today(),
            way=TellingWay.PHONE,
        )


def test_nobody_else_may_say_that_somebody_was_told(here):
    made = ended(here)
    for actor in (here.school, here.mediator, here.person):
        with pytest.raises(Forbidden):
            operations.tell_parties(
                actor=actor, complaint_id=made.complaint.pk, party=Party.COMPLAINANT, way=TellingWay.PHONE
            )


def test_a_withdrawn_complaint_leaves_nothing_to_tell(unheard):
    made = accepted(unheard, **NO_MAIL)
    assert running(made) == {"MED-END", "CMP-SERVE", "CMP-TELL"}
    operations.withdraw(actor=unheard.person, receipt_code=made.receipt_code)
    assert (running(made), Telling.objects.filter(told_at=None).count()) == (set(), 0)


# -- the mediator ---------------------------------------------------------------------------------------------


def test_the_term_of_the_mediation_is_the_mediators_until_somebody_else_has_the_case(here):
    made = mediating(here)
    term = deadlines_of("complaint", made.complaint.pk).filter(code="MED-END")
    assert term.get().owner_user_id == here.mediator.user_id
    assert any(part_counts(here.mediator).values())
    operations.recuse(
        actor=here.mediator, complaint_id=made.complaint.pk, ground=Recusal.OTHER, reason="有其他关系"
    )
    assert (term.get().owner_user_id, term.get().owner_side) == (None, Side.STAFF)
    other = actor_with(Role.MEDIATOR)
    operations.assign_mediator(actor=here.officer, complaint_id=made.complaint.pk, mediator_id=other.user_id)
    assert term.get().owner_user_id == other.user_id


def test_an_institution_signs_on_paper_only_with_the_paper(here):
    made = mediating(here)
    drawn = drawn_up(here, made)
    with pytest.raises(InvalidInput, match="扫描件"):
        operations.sign(
            actor=here.officer,
            party=Party.INSTITUTION,
            text_sha256=drawn.text_sha256,
            printed=drawn.check_code,
            complaint_id=made.complaint.pk,
        )
    assert not drawn.signatures.exists()


# -- after an objection, and when an account comes ------------------------------------------------------------


def settled_without_account(here):
    """Settled while the institution had an account; then the complainant denies it, and nobody is there any more."""
    made = accepted(here)
    settled_by_both(here, made, 100_00)
    Appointment.objects.filter(institution=here.institution).update(until_on=ENDED, ended_by=models.F("user"))
    operations.contest(actor=here.person, text="没有退款。", receipt_code=made.receipt_code)
    return made


def test_after_an_objection_the_second_answer_is_due_from_service_too(here, time):
    made = settled_without_account(here)
    assert state_of(made) == State.AWAIT_REPLY
    assert {"CMP-SERVE", "MED-END"} <= running(made)
    assert "CMP-REPLY" not in running(made)
    assert case_of(here.officer, made.complaint.pk).turn.code == "CMP-SERVE"
    time.pass_days(20)
    tick(here)
    assert not Fact.objects.filter(kind=FactKind.REPLY_MISSED).exists()
    with pytest.raises(InvalidInput, match="书面"):
        tell(here, made, Party.INSTITUTION, TellingWay.PHONE)
    tell(here, made, Party.INSTITUTION, TellingWay.HANDED, told_on=clock.today() - timedelta(days=1))
    reply = deadlines_of("complaint", made.complaint.pk).get(code="CMP-REPLY", stopped_at=None)
    assert (reply.start_on, reply.owner_side) == (clock.today() - timedelta(days=1), Side.INSTITUTION)
    assert "CMP-SERVE" not in running(made)


def test_what_an_agreement_still_owes_is_watched_from_service_on(here, time):
    made = agreed(here)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    Appointment.objects.filter(institution=here.institution).update(until_on=ENDED, ended_by=models.F("user"))
    operations.contest(actor=here.person, text="没有到账。", receipt_code=made.receipt_code)
    assert (state_of(made), running(made)) == (State.AGREED, {"CMP-SERVE"})
    time.pass_days(30)
    tell(here, made, Party.INSTITUTION)
    assert running(made) == {"CMP-REPLY", "CMP-PAY"}
    reply, pay = (
        deadlines_of("complaint", made.complaint.pk).get(code=code, stopped_at=None)
        for code in ("CMP-REPLY", "CMP-PAY")
    )
    assert pay.due_on == reply.due_on


def test_a_case_that_went_on_meanwhile_asks_for_no_second_answer(here):
    made = settled_without_account(here)
    operations.withdraw(actor=here.person, receipt_code=made.receipt_code)
    tell(here, made, Party.INSTITUTION)
    assert running(made) == set()
    made = settled_without_account(here)
    settled_by_both(here, made, 50_00)
    tell(here, made, Party.INSTITUTION)
    assert "CMP-REPLY" not in running(made)


def test_what_was_settled_before_service_is_served_with_the_objection(unheard):
    here, made = unheard, settled_without_account(unheard)
    complaint = again(made)
    assert (complaint.state, complaint.served_at) == (State.AWAIT_REPLY, None)
    assert complaint.timeliness == Timeliness.NOT_ASKED
    tell(here, made, Party.INSTITUTION)
    complaint = again(made)
    assert (complaint.served_at, complaint.timeliness) == (clock.now(), Timeliness.WAITING)
    assert running(made) == {"MED-END", "CMP-REPLY"}
    with pytest.raises(IntegrityError, match="complaint_served"), transaction.atomic():
        Complaint.objects.filter(pk=complaint.pk).update(served_at=None)


def test_an_account_that_comes_while_service_waits_is_served_by_its_notice(unheard, time):
    here, made = unheard, accepted(unheard)
    tick(here)
    assert state_of(made) == State.ACCEPTED  # nobody there yet
    time.pass_days(1)
    school = actor_with(Role.INSTITUTION_ADMIN, institution=here.institution)
    neighbour = accepted(here, institution_id=unaccounted().pk)
    tick(here)
    tick(here)
    complaint = again(made)
    assert (complaint.state, beijing(complaint.served_at).date()) == (State.AWAIT_REPLY, clock.today())
    row = Telling.objects.get(complaint=complaint, party=Party.INSTITUTION)
    assert (row.way, row.told_by_id, row.told_on) == (TellingWay.NOTICE, None, clock.today())
    assert running(made) == {"MED-END", "CMP-REPLY"}
    reply = deadlines_of("complaint", complaint.pk).get(code="CMP-REPLY")
    assert reply.start_on == clock.today()
    assert (
        Notice.objects.filter(user_id=school.user_id, event__contains="-account-", channel="desk").count()
        == 1
    )
    assert state_of(neighbour) == State.ACCEPTED
    with pytest.raises(Refused):
        tell(here, made, Party.INSTITUTION)


def unaccounted():
    institution = make_institution()
    Appointment.objects.filter(institution=institution).update(until_on=ENDED, ended_by=models.F("user"))
    return institution


def test_nobody_writes_down_that_a_notice_told_it(unheard):
    made = accepted(unheard)
    for way in (TellingWay.NOTICE, TellingWay.OWN):
        with pytest.raises(InvalidInput, match="方式"):
            tell(unheard, made, Party.INSTITUTION, way)
