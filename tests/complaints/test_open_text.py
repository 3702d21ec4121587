"""协议文本 ends with the charge of the mediator who drew it up: nobody signs what somebody wrote who had to stand aside."""

import pytest
from django.db import IntegrityError, transaction

from association import clock
from association.clocks import deadlines_of
from association.models import AuditEntry, Notice
from common.errors import Refused
from complaints import operations
from complaints.choices.complaints import MediatorState, Party, Recusal, State
from complaints.models import Agreement, MediatorAssignment, Signature
from tests.complaints.material import drawn_up, mediating, sign_both, state_of

pytestmark = pytest.mark.django_db
WHY = {"ground": Recusal.RELATIVE, "reason": "学校负责人是他的亲属。"}


def asked_and_granted(here, made):
    """A side asks for another mediator, and gets one."""
    asked = operations.ask_recusal(
        actor=here.person, party=Party.COMPLAINANT, receipt_code=made.receipt_code, **WHY
    )
    operations.decide_recusal(actor=here.officer, request_id=asked.pk, granted=True, decision="应当回避。")


def stood_aside(here, made):
    operations.recuse(actor=here.mediator, complaint_id=made.complaint.pk, **WHY)


def replaced(here, made):
    """Without a reason of theirs: the association gives the case to somebody else."""
    operations.assign_mediator(
        actor=here.officer, complaint_id=made.complaint.pk, mediator_id=here.colleague.user_id
    )


@pytest.mark.parametrize("leaves", [asked_and_granted, stood_aside, replaced])
def test_the_text_of_who_left_is_void_and_both_sides_are_told(here, leaves):
    made = mediating(here)
    text = drawn_up(here, made)
    leaves(here, made)
    text.refresh_from_db()
    assert text.superseded_at is not None
    assert not deadlines_of("complaint", made.complaint.pk).filter(code="MED-SIGN", stopped_at=None).exists()
    assert AuditEntry.objects.filter(action="void_agreement", object_id=text.pk).exists()
    assert Notice.objects.filter(
        event=f"complaint-{made.complaint.pk}-text-void-{text.pk}", user_id=here.school.user_id
    ).exists()
    if leaves is not replaced:
        replaced(here, made)
    with pytest.raises(Refused, match="没有等待签署的调解协议"):
        sign_both(here, made, text)
    assert state_of(made) == State.MEDIATING


def test_the_next_mediators_text_is_signed_as_ever(here):
    made = mediating(here)
    drawn_up(here, made)
    asked_and_granted(here, made)
    replaced(here, made)
    operations.agree(
        actor=here.colleague,
        complaint_id=made.complaint.pk,
        text="学校退还未上课程的费用。",
        amount_fen=0,
        payments=[],
        perform_by=clock.today(),
    )
    sign_both(here, made, Agreement.objects.get(complaint=made.complaint, superseded_at=None))
    assert state_of(made) == State.AGREED


def test_nothing_is_void_where_nobody_wrote_a_text(here):
    made = mediating(here)
    stood_aside(here, made)
    assert not AuditEntry.objects.filter(action="void_agreement").exists()


def test_the_database_takes_no_signature_without_its_mediator(here):
    made = mediating(here)
    text = drawn_up(here, made)
    gone = {"state": MediatorState.RELIEVED, "ended_at": clock.now()}
    MediatorAssignment.objects.filter(complaint=made.complaint).update(**gone)
    with pytest.raises(IntegrityError, match="drew it up has the case"), transaction.atomic():
        Signature.objects.create(
            agreement=text,
            party=Party.INSTITUTION,
            text_sha256=text.text_sha256,
            recorded_by_id=here.school.user_id,
            method="account",
            signed_at=clock.now(),
        )
