"""代为登记: staff write down only what was signed, whoever complained is told, and may deny it; then it is undone."""

import pytest
from django.db import IntegrityError, transaction

from association import clock
from association.choices import Side
from association.clocks import deadlines_of
from association.models import Notice
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.choices.complaints import DecisionKind, FactKind, Outcome, State, Timeliness
from complaints.choices.telling import TellingSubject
from complaints.documents.tellings import telling_pdf
from complaints.models import (
    Complaint,
    Evidence,
    Fact,
    FollowUp,
    PaymentReport,
    Survey,
    Telling,
    WrittenDown,
)
from complaints.operations.filing import Exhibit
from complaints.queries.road import deeds_of_complainant, events_of
from complaints.queries.tracking import track
from tests.complaints.material import (
    DAY,
    accepted,
    again,
    agreed,
    applicant,
    filed,
    mediating,
    queued,
    scan,
    settled_by_both,
    state_of,
    tick,
)

pytestmark = pytest.mark.django_db
NO_MAIL = {"people": (applicant(email=""),)}
SUM = 8_000_00


def running(made):
    rows = deadlines_of("complaint", made.complaint.pk).filter(stopped_at__isnull=True)
    return set(rows.values_list("code", flat=True))


def as_staff(here, made, **more):
    return {"actor": here.officer, "complaint_id": made.complaint.pk, **more}


def withdrawn(here, made, side=40):
    return operations.withdraw(**as_staff(here, made, paper=scan(side)))


def deny(here, made, text="", written_id=None):
    """What the page names, or ``written_id``."""
    last = WrittenDown.objects.filter(complaint=made.complaint, denied_at__isnull=True).first()
    named = written_id if written_id is not None else last.pk if last else 0
    return operations.deny_written(
        actor=here.person, receipt_code=made.receipt_code, written_id=named, text=text
    )


def performed(here, **more):
    made = agreed(here, **more)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    return made


def written():
    """Mails that say that staff wrote something down."""
    return [job for job in queued("complaints.mail_complainant") if "written_id" in job.payload]


def standing(made, kind=FactKind.CONTESTED):
    return Fact.objects.filter(complaint=made.complaint, kind=kind, set_aside__isnull=True).count()


def told_school(here, words):
    """What the institution was told, each once however it was sent."""
    rows = Notice.objects.filter(subject__contains=words, user_id=here.school.user_id)
    return rows.values("event").distinct().count()


# -- without a paper ------------------------------------------------------------------------------------------


def test_nothing_is_written_down_without_a_paper(here, time):
    waits, paid = accepted(here), performed(here)
    row = PaymentReport.objects.get()
    refused = [
        lambda: operations.withdraw(**as_staff(here, waits)),
        lambda: operations.survey(**as_staff(here, paid, outcome=Outcome.RESOLVED)),
        lambda: operations.contest(**as_staff(here, paid, text="没有收到。")),
        lambda: operations.answer_payment(**as_staff(here, paid, payment_id=row.pk, came=True)),
        lambda: operations.answer_payment(**as_staff(here, paid, payment_id=row.pk, came=False)),
    ]
    for deed in refused:
        with pytest.raises(InvalidInput, match="签名的书面意见") as wrong, transaction.atomic():
            deed()
        assert set(wrong.value.fields) == {"paper"}
    assert (state_of(waits), state_of(paid)) == (State.AWAIT_REPLY, State.PERFORMED)
    assert not WrittenDown.objects.exists()
    operations.survey(**as_staff(here, paid, outcome=Outcome.RESOLVED, paper=scan()))
    time.pass_days(29)
    tick(here)
    with pytest.raises(InvalidInput, match="签名的书面意见"), transaction.atomic():
        operations.follow_up(**as_staff(here, paid, still_holds=True))
    operations.follow_up(**as_staff(here, paid, still_holds=True, paper=scan()))
    asked, said = FollowUp.objects.get(), Survey.objects.get()
    assert (asked.method, said.method) == ("paper", "paper")
    assert asked.written.paper == said.written.paper == Evidence.objects.get(kind="signed")


def test_no_due_payment_is_called_unpaid_without_a_paper(here, time):
    made = agreed(here)
    time.pass_days(15)
    with pytest.raises(InvalidInput, match="签名的书面意见"), transaction.atomic():
        operations.say_unpaid(**as_staff(here, made))
    operations.say_unpaid(**as_staff(here, made, paper=scan()))
    deny(here, made)
    assert told_school(here, "不作数") == 1


def test_another_file_of_the_case_is_no_signed_paper(here):
    made = accepted(here)
    operations.add_evidence(
        actor=here.person, receipt_code=made.receipt_code, exhibit=Exhibit("contract", scan())
    )
    with pytest.raises(InvalidInput, match="别的材料"), transaction.atomic():
        withdrawn(here, made)
    assert state_of(made) == State.AWAIT_REPLY


def test_the_institution_and_a_stranger_write_nothing_down(here):
    made = accepted(here)
    for actor in (here.school, here.auditor):
        with pytest.raises(Forbidden), transaction.atomic():
            operations.withdraw(actor=actor, complaint_id=made.complaint.pk, paper=scan())
    with pytest.raises(NotFound), transaction.atomic():
        operations.deny_written(actor=here.person, receipt_code="AAAA-AAAA-AAAA-AAAA", written_id=1)


# -- told -----------------------------------------------------------------------------------------------------


def test_whoever_complained_is_told_what_was_written_and_how_to_deny_it(here, mailoutbox):
    made = performed(here)
    operations.survey(
        **as_staff(here, made, outcome=Outcome.PARTLY, received_fen=SUM, paper=scan()), comment="态度不好"
    )
    (job,) = written()
    operations.mail_complainant(**job.payload)
    body = mailoutbox[-1].body
    assert "确认投诉的结果：部分解决；收到8,000元" in body
    assert "这不是我的意思" in body
    assert "态度不好" not in body
    seen = track(made.receipt_code)
    assert seen.written.until is not None
    assert deeds_of_complainant(seen)[0] == "deny_written"
    assert "工作人员按签名的书面意见代为登记：确认投诉的结果：部分解决；收到8,000元" in [
        event.title for event in events_of(seen)
    ]


def test_who_left_no_address_is_told_by_staff_and_the_term_begins_then(here, time):
    made = accepted(here, **NO_MAIL)
    withdrawn(here, made)
    row = Telling.objects.get(told_at=None)
    assert (row.subject, running(made)) == (TellingSubject.WRITTEN, {"CMP-TELL"})
    assert telling_pdf(row).startswith(b"%PDF")
    time.pass_days(70)
    assert track(made.receipt_code).written.until is None
    deny(here, made)
    assert state_of(made) == State.AWAIT_REPLY


def test_what_was_said_by_the_code_is_not_denied(here):
    made = accepted(here)
    operations.withdraw(actor=here.person, receipt_code=made.receipt_code)
    seen = track(made.receipt_code)
    assert (seen.written, written()) == (None, [])
    assert "deny_written" not in deeds_of_complainant(seen)
    with pytest.raises(Refused, match="没有可以否认"), transaction.atomic():
        deny(here, made)
    with pytest.raises(IntegrityError, match="was denied"), transaction.atomic():
        Complaint.objects.filter(pk=made.complaint.pk).update(state=State.RECEIVED, ended_at=None)


# -- denied ---------------------------------------------------------------------------------------------------


def test_a_denied_withdrawal_goes_on_where_it_was(here, time):
    new, waits, talks = filed(here), accepted(here), mediating(here)
    for made in (new, waits, talks):
        withdrawn(here, made)
        assert running(made) == set()
        time.pass_days(1)
        deny(here, made)
    states = [state_of(made) for made in (new, waits, talks)]
    assert states == [State.RECEIVED, State.AWAIT_REPLY, State.AWAIT_REPLY]
    assert [running(made) for made in (new, waits)] == [{"CMP-ACCEPT"}, {"CMP-REPLY", "MED-END"}]
    assert "MED-END" in running(talks)
    assert again(waits).timeliness == Timeliness.WAITING
    asked = deadlines_of("complaint", waits.complaint.pk).get(code="CMP-REPLY", stopped_at=None)
    assert (asked.owner_side, asked.start_on) == (Side.INSTITUTION, clock.today() - DAY)
    assert told_school(here, "不作数") == 2
    operations.withdraw(actor=here.person, receipt_code=waits.receipt_code)
    assert state_of(waits) == State.WITHDRAWN
    assert told_school(here, "已撤回") == 3


def test_it_is_denied_once_in_its_term_and_its_paper_carries_nothing_more(here, time):
    made, late = accepted(here), accepted(here)
    withdrawn(here, made)
    withdrawn(here, late)
    said = deny(here, made, "我没有签过字。")
    assert (said.kind, said.reason, said.decided_by) == (DecisionKind.DENY, "我没有签过字。", None)
    with pytest.raises(Refused, match="没有可以否认"), transaction.atomic():
        deny(here, made)
    with pytest.raises(InvalidInput, match="已经否认过"), transaction.atomic():
        withdrawn(here, made)
    withdrawn(here, made, side=50)
    assert state_of(made) == State.WITHDRAWN
    time.pass_days(70)
    assert track(late.receipt_code).written is None
    with pytest.raises(Refused, match="届满"), transaction.atomic():
        deny(here, late)
    assert state_of(late) == State.WITHDRAWN


def test_a_second_press_of_the_same_form_denies_nothing_else(here, time):
    made, other = performed(here), accepted(here)
    operations.survey(**as_staff(here, made, outcome=Outcome.RESOLVED, paper=scan(40)))
    time.pass_days(29)
    tick(here)
    operations.follow_up(**as_staff(here, made, still_holds=True, paper=scan(41)))
    withdrawn(here, other)
    said, asked, foreign = WrittenDown.objects.order_by("pk")
    for named, match in ((said.pk, "另一项"), (foreign.pk, "另一项"), (0, "另一项")):
        with pytest.raises(Refused, match=match), transaction.atomic():
            deny(here, made, written_id=named)
    deny(here, made, written_id=asked.pk)
    with pytest.raises(Refused, match="已经否认过"), transaction.atomic():
        deny(here, made, written_id=asked.pk)
    assert (state_of(made), again(made).outcome) == (State.CLOSED, Outcome.RESOLVED)
    said.refresh_from_db()
    assert said.denied_at is None
    assert track(made.receipt_code).written.row == said


def test_a_denied_result_is_asked_for_again(here):
    made = performed(here)
    operations.survey(**as_staff(here, made, outcome=Outcome.RESOLVED, satisfaction=5, paper=scan()))
    assert state_of(made) == State.CLOSED
    deny(here, made)
    case = again(made)
    assert (case.state, case.outcome, case.satisfaction, case.ended_at) == (
        State.PERFORMED,
        Outcome.UNKNOWN,
        None,
        None,
    )
    assert (running(made), FollowUp.objects.count()) == ({"CMP-CLOSE"}, 0)
    operations.survey(
        actor=here.person, receipt_code=made.receipt_code, outcome=Outcome.UNRESOLVED, received_fen=0
    )
    assert (state_of(made), again(made).returned_fen) == (State.AGREED, 0)


def test_a_result_of_a_breach_is_asked_for_again(here, time):
    made = agreed(here)
    time.pass_days(15)
    tick(here)
    operations.breach(actor=here.officer, complaint_id=made.complaint.pk, reason="没有付款。")
    operations.survey(**as_staff(here, made, outcome=Outcome.PARTLY, paper=scan()))
    deny(here, made)
    assert (state_of(made), running(made)) == (State.BREACHED, {"CMP-CLOSE"})
    assert standing(made, FactKind.BREACH) == 1


def test_a_denied_answer_to_the_follow_up_is_asked_for_again(here, time):
    made = performed(here)
    operations.survey(actor=here.person, receipt_code=made.receipt_code, outcome=Outcome.RESOLVED)
    time.pass_days(29)
    tick(here)
    operations.follow_up(**as_staff(here, made, still_holds=False, received_fen=SUM, paper=scan()))
    assert again(made).outcome == Outcome.UNRESOLVED
    deny(here, made)
    assert (state_of(made), again(made).outcome) == (State.CLOSED, Outcome.RESOLVED)
    assert track(made.receipt_code).waiting.follow_up
    operations.follow_up(actor=here.person, receipt_code=made.receipt_code, still_holds=True)
    assert list(FollowUp.objects.order_by("turn").values_list("method", flat=True)) == [
        "paper",
        "receipt_code",
    ]


@pytest.mark.parametrize("road", ["survey", "contest", "follow_up", "payment"])
def test_a_denied_objection_gives_back_what_it_took(here, time, road):
    made = performed(here)
    paper = {"received_fen": 1_000_00, "paper": scan()}
    if road == "survey":
        operations.survey(**as_staff(here, made, outcome=Outcome.UNRESOLVED, **paper))
    elif road == "payment":
        row = PaymentReport.objects.get()
        operations.answer_payment(**as_staff(here, made, payment_id=row.pk, came=False, **paper))
    else:
        operations.survey(actor=here.person, receipt_code=made.receipt_code, outcome=Outcome.RESOLVED)
        time.pass_days(29)
        tick(here)
        if road == "contest":
            operations.contest(**as_staff(here, made, text="没有收到。", **paper))
        else:
            operations.follow_up(**as_staff(here, made, still_holds=False, **paper))
    assert (state_of(made), again(made).returned_fen, standing(made)) == (State.AGREED, 1_000_00, 1)
    deny(here, made)
    assert (state_of(made), again(made).returned_fen, standing(made)) == (State.PERFORMED, SUM, 0)
    assert (running(made), track(made.receipt_code).waiting.survey) == ({"CMP-CLOSE"}, True)


def test_a_denied_objection_to_a_settlement_lets_it_stand(here, time):
    made = accepted(here)
    settled_by_both(here, made, 1_000_00)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    operations.contest(**as_staff(here, made, text="没有收到。", paper=scan()))
    assert (state_of(made), again(made).returned_fen) == (State.AWAIT_REPLY, 0)
    time.pass_days(20)
    tick(here)
    deny(here, made)
    assert (state_of(made), again(made).returned_fen) == (State.SETTLED, 1_000_00)
    assert (running(made), standing(made), standing(made, FactKind.REPLY_MISSED)) == ({"CMP-CLOSE"}, 0, 0)


def test_what_was_paid_again_meanwhile_is_not_counted_twice(here):
    made = performed(here)
    operations.contest(**as_staff(here, made, text="没有收到。", paper=scan()))
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    deny(here, made)
    assert (state_of(made), again(made).returned_fen, standing(made)) == (State.PERFORMED, SUM, 0)


def test_one_of_two_payments_stands_again_and_the_next_is_waited_for(here):
    made = performed(here, days=(10, 20))
    row = PaymentReport.objects.get()
    operations.answer_payment(**as_staff(here, made, payment_id=row.pk, came=False, paper=scan()))
    assert running(made) == {"CMP-REPLY", "CMP-PAY"}
    deny(here, made)
    assert (state_of(made), again(made).returned_fen) == (State.AGREED, SUM // 2)
    assert running(made) == {"CMP-PAY"}
    due = deadlines_of("complaint", made.complaint.pk).get(code="CMP-PAY", stopped_at=None)
    assert due.due_on == clock.today() + 20 * DAY
