"""和解由双方说了算, and terms that nobody had: an offer that waits, a signature, an appraisal, the limit of an order."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from association import clock
from association.choices import Role, Side
from association.clocks import deadlines_of
from association.models import Notice
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from common.spreadsheet import write_csv
from complaints import operations
from complaints.choices.complaints import OfferState, Party, State
from complaints.choices.settlement import SettlementState
from complaints.models import Complaint, Offer, SettlementReport, Telling
from complaints.queries.turns import turns_of
from tests.common.files import picture
from tests.complaints.material import (
    NAME,
    PHONE,
    accepted,
    again,
    appraised,
    drawn_up,
    given_anew,
    mediating,
    queued,
    state_of,
    tick,
)
from tests.factories.people import actor_with, make_institution

SOON = timedelta(days=10)


def told(here, made, **more):
    values = {"amount_fen": 3_000_00, "pay_by": clock.today() + SOON} | more
    return operations.settle(actor=here.person, receipt_code=made.receipt_code, **values)


def confirm(here, made, *, confirmed=True, actor=None, **more):
    return operations.confirm_settlement(
        actor=actor or here.school, complaint_id=made.complaint.pk, confirmed=confirmed, **more
    )


def turn_of(made):
    return turns_of(again(made)).first


def running(made, code):
    return deadlines_of("complaint", made.complaint.pk).filter(code=code, stopped_at__isnull=True).first()


# -- 和解 -----------------------------------------------------------------------------------------------------


def test_what_one_side_says_ends_nothing_until_the_other_confirms_it(here, time):
    made = mediating(here)
    agreement = drawn_up(here, made)
    told(here, made)
    agreement.refresh_from_db()
    assert (state_of(made), agreement.superseded_at) == (State.MEDIATING, None)
    assert running(made, "CMP-SETTLE").owner_side == Side.INSTITUTION
    assert running(made, "CMP-PAY") is None
    assert Notice.objects.filter(subject__contains="请核对").exists()
    confirm(here, made)
    assert (state_of(made), again(made).settled_fen) == (State.SETTLED, 3_000_00)
    assert running(made, "CMP-SETTLE") is None


def test_denied_the_case_goes_on_and_the_complainant_is_told(here, time):
    made = mediating(here)
    told(here, made)
    before = len(queued("complaints.mail_complainant"))
    confirm(here, made, confirmed=False)
    assert (state_of(made), SettlementReport.objects.get().state) == (State.MEDIATING, SettlementState.DENIED)
    assert len(queued("complaints.mail_complainant")) == before + 1
    with pytest.raises(Refused):
        confirm(here, made)
    told(here, made, amount_fen=2_000_00)


def test_silence_does_not_bind_the_institution(here, time):
    made = mediating(here)
    told(here, made)
    time.pass_days(2)
    tick(here)
    assert SettlementReport.objects.get().state == SettlementState.REPORTED
    time.pass_days(3)
    tick(here)
    tick(here)
    assert (state_of(made), SettlementReport.objects.get().state) == (State.MEDIATING, SettlementState.LAPSED)
    assert Notice.objects.filter(subject__contains="和解没有成立").exists()
    with pytest.raises(Refused):
        confirm(here, made)


def test_staff_confirm_from_the_letter_alone_and_neighbours_not_at_all(here, time):
    made = accepted(here)
    told(here, made)
    neighbour = actor_with(Role.INSTITUTION_ADMIN, institution=make_institution())
    with pytest.raises(NotFound):
        confirm(here, made, actor=neighbour)
    with pytest.raises(Forbidden):
        confirm(here, made, actor=here.auditor)
    with pytest.raises(InvalidInput, match="机构书面意见"):
        confirm(here, made, actor=here.officer)
    confirm(here, made, actor=here.officer, paper=SimpleUploadedFile("x.jpg", picture()))
    assert state_of(made) == State.SETTLED


def test_a_day_of_payment_that_passed_meanwhile_is_today(here, time):
    made = accepted(here)
    told(here, made, pay_by=clock.today())
    time.pass_days(1)
    confirm(here, made)
    assert running(made, "CMP-PAY").due_on == clock.today()


def test_the_database_keeps_what_was_answered(here, time):
    made = accepted(here)
    told(here, made)
    confirm(here, made, confirmed=False)
    for change in ({"amount_fen": 1}, {"state": "confirmed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SettlementReport.objects.update(**change)


# -- 方案、签署、鉴定 -----------------------------------------------------------------------------------------


def offered(here, made, days=10):
    return operations.offer(
        actor=here.school,
        complaint_id=made.complaint.pk,
        amount_fen=5_000_00,
        pay_by=clock.today() + SOON,
        open_until=clock.today() + timedelta(days=days),
    )


def test_an_offer_is_the_complainants_turn_and_its_lapse_is_told(here, time):
    made = mediating(here)
    operations.answer(actor=here.school, complaint_id=made.complaint.pk, kind="disputed", text="没有停课。")
    offered(here, made)
    assert turn_of(made).owner == Side.COMPLAINANT
    before = len(queued("complaints.mail_complainant"))
    time.pass_days(11)
    tick(here)
    assert Offer.objects.get().state == OfferState.LAPSED
    assert running(made, "CMP-OFFER") is None
    assert len(queued("complaints.mail_complainant")) == before + 1
    assert Notice.objects.filter(subject__contains="方案已失效").exists()


def test_an_offer_does_not_stand_longer_than_the_mediation(here, time):
    made = mediating(here)
    with pytest.raises(InvalidInput, match="有效期不能晚于"):
        offered(here, made, days=120)


def test_a_text_waits_for_one_side_after_the_other(here, time):
    made = mediating(here)
    operations.answer(actor=here.school, complaint_id=made.complaint.pk, kind="disputed", text="没有停课。")
    agreement = drawn_up(here, made)
    assert turn_of(made).owner == Side.INSTITUTION
    operations.sign(
        actor=here.school,
        party=Party.INSTITUTION,
        text_sha256=agreement.text_sha256,
        complaint_id=made.complaint.pk,
    )
    assert turn_of(made).owner == Side.COMPLAINANT
    operations.sign(
        actor=here.person,
        party=Party.COMPLAINANT,
        text_sha256=agreement.text_sha256,
        receipt_code=made.receipt_code,
    )
    assert running(made, "MED-SIGN") is None


def test_an_appraisal_is_looked_after(here, time):
    made = mediating(here)
    case = {"actor": here.mediator, "complaint_id": made.complaint.pk}
    operations.pause_for_appraisal(**case, **appraised(expected_on=clock.today() + SOON))
    row = running(made, "MED-APPRAISAL")
    assert (row.owner_user_id, row.due_on) == (here.mediator.user_id, clock.today() + SOON)
    operations.resume(**case)
    assert running(made, "MED-APPRAISAL") is None


# -- 工单时限 -------------------------------------------------------------------------------------------------


def imported(here, due_on):
    """One order of the hotline, with a code that staff gave to the caller."""
    today = clock.today().isoformat()
    row = [
        "BJ2026000001",
        today,
        due_on.isoformat(),
        NAME,
        PHONE,
        here.institution.name,
        "停课后不退费，请协调。",
    ]
    headings = ["工单编号", "来电日期", "办理时限", "诉求人", "联系电话", "被反映单位", "诉求内容"]
    data = write_csv(headings, [row])
    operations.import_orders(actor=here.officer, data=data, filename="工单.csv", dry_run=False)
    complaint = Complaint.objects.get(order_number="BJ2026000001")
    code = given_anew(here, complaint, reason="来电补领")
    return SimpleNamespace(complaint=complaint, receipt_code=code)


@pytest.fixture
def order(here, time):
    made = imported(here, clock.today() + timedelta(days=2))
    operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    return made


def test_the_limit_of_an_order_is_no_turn_while_somebody_else_must_act(here, order):
    assert turn_of(order).owner == Side.INSTITUTION


def test_a_longer_limit_wants_its_reason_and_is_told(here, order):
    later = clock.today() + SOON
    case = {"actor": here.officer, "complaint_id": order.complaint.pk}
    for wrong in ({"due_on": clock.today(), "reason": "x"}, {"due_on": later, "reason": ""}):
        with pytest.raises(InvalidInput):
            operations.extend_order(**case, **wrong)
    before = Telling.objects.filter(told_at__isnull=True).count()
    operations.extend_order(**case, due_on=later, reason="派单单位同意延期")
    assert (again(order).order_due_on, running(order, "CMP-ORDER").due_on) == (later, later)
    # Without an address it is a task of the staff to tell it.
    assert Telling.objects.filter(told_at__isnull=True).count() == before + 1
    with pytest.raises(Forbidden):
        operations.extend_order(
            actor=here.school, complaint_id=order.complaint.pk, due_on=later + SOON, reason="x"
        )


def test_the_limit_runs_again_when_a_refusal_is_looked_at_again(here, time):
    made = imported(here, clock.today() + SOON)
    operations.refuse(
        actor=here.officer, complaint_id=made.complaint.pk, ground="not_competent", reason="不属于"
    )
    assert running(made, "CMP-ORDER") is None
    operations.contest(actor=here.person, receipt_code=made.receipt_code, text="请再看一次。")
    assert running(made, "CMP-ORDER").due_on == clock.today() + SOON
