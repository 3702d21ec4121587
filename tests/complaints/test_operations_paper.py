"""纸质登记: what the complainant signed on paper is written down by staff, and never without its scan."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association import clock
from association.choices import Role
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.access.complaints import evidence_visible_to
from complaints.choices.complaints import EvidenceKind, Method, OfferState, Party, State
from complaints.models import Evidence, Offer, SettlementReport, Signature
from tests.common.files import picture
from tests.complaints.material import PAID, accepted, again, drawn_up, mediating, state_of
from tests.factories.people import actor_with

SOON = timedelta(days=10)


def scan(name="意见.jpg"):
    return SimpleUploadedFile(name, picture())


def offered(here, amount=5_000_00):
    made = accepted(here)
    row = operations.offer(
        actor=here.school,
        complaint_id=made.complaint.pk,
        amount_fen=amount,
        pay_by=clock.today() + SOON,
        open_until=clock.today() + SOON,
    )
    return made, row


def settle(here, made, **more):
    values = {"amount_fen": 3_000_00, "pay_by": clock.today() + SOON, "paper": scan()} | more
    return operations.settle(actor=here.officer, complaint_id=made.complaint.pk, **values)


@pytest.mark.parametrize("accepted_", [True, False])
def test_an_answer_on_paper_is_kept_with_its_scan(here, accepted_):
    made, row = offered(here)
    answer = {"actor": here.officer, "offer_id": row.pk, "complaint_id": made.complaint.pk}
    with pytest.raises(InvalidInput, match="书面意见"):
        operations.answer_offer(**answer, accepted=accepted_)
    assert Offer.objects.get().state == OfferState.MADE
    operations.answer_offer(**answer, accepted=accepted_, paper=scan())
    assert state_of(made) == (State.SETTLED if accepted_ else State.AWAIT_REPLY)
    paper = Evidence.objects.get()
    assert (paper.kind, paper.source, paper.added_by_id) == ("signed", "staff", here.officer.user_id)
    assert not evidence_visible_to(here.school).exists()
    with pytest.raises(Refused):
        operations.answer_offer(**answer, accepted=accepted_, paper=scan())


def test_a_settlement_is_written_down_once(here):
    made = accepted(here)
    with pytest.raises(InvalidInput, match="书面意见"):
        settle(here, made, paper=None)
    with pytest.raises(InvalidInput, match="超过了已付金额"):
        settle(here, made, amount_fen=PAID + 1)
    with pytest.raises(InvalidInput, match="早于今天"):
        settle(here, made, pay_by=clock.today() - SOON)
    assert not Evidence.objects.exists()
    settle(here, made)
    assert state_of(made) == State.AWAIT_REPLY
    with pytest.raises(Refused, match="正在请机构核对"):
        settle(here, made)
    operations.confirm_settlement(actor=here.school, complaint_id=made.complaint.pk, confirmed=True)
    assert (state_of(made), again(made).settled_fen) == (State.SETTLED, 3_000_00)
    with pytest.raises(Refused):
        settle(here, made)


def test_the_code_needs_no_paper(here):
    made = accepted(here)
    operations.settle(
        actor=here.person, receipt_code=made.receipt_code, amount_fen=0, pay_by=clock.today() + SOON
    )
    assert SettlementReport.objects.get().method == Method.RECEIPT_CODE
    assert not Evidence.objects.exists()


def test_a_paper_agreement_is_signed_with_its_scan(here):
    made = mediating(here)
    agreement = drawn_up(here, made)
    which = {"actor": here.officer, "complaint_id": made.complaint.pk, "party": Party.COMPLAINANT}
    signed = {"text_sha256": agreement.text_sha256, "printed": agreement.check_code}
    with pytest.raises(InvalidInput, match="书面意见"):
        operations.sign(**which, **signed)
    operations.sign(**which, **signed, paper=scan())
    assert Signature.objects.get().method == Method.PAPER
    assert Evidence.objects.get().kind == EvidenceKind.SIGNED


def test_only_staff_write_it_down_and_only_of_their_own(here):
    made, row = offered(here)
    answer = {"offer_id": row.pk, "accepted": True, "complaint_id": made.complaint.pk, "paper": scan()}
    for actor in (here.school, here.mediator, here.auditor, actor_with(Role.INSTITUTION_ADMIN)):
        with pytest.raises(Forbidden):
            operations.answer_offer(actor=actor, **answer)
    other, _row = offered(here)
    with pytest.raises(NotFound):
        operations.answer_offer(actor=here.officer, **(answer | {"complaint_id": other.complaint.pk}))
    assert state_of(made) == State.AWAIT_REPLY


def test_a_signed_paper_comes_with_its_deed_only(here):
    made = accepted(here)
    with pytest.raises(InvalidInput, match="请在登记时上传"):
        operations.add_evidence(
            actor=here.officer,
            complaint_id=made.complaint.pk,
            exhibit=operations.Exhibit(EvidenceKind.SIGNED, scan()),
        )
