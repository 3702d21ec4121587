"""申请回避 that nobody decided ends with the mediation, however it ends; the database holds it too."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from association import clock
from association.clocks import deadlines_of
from association.models import AuditEntry, Notice, OutboxJob
from common.errors import Refused
from complaints import operations
from complaints.choices.complaints import (
    Method,
    Party,
    Recusal,
    RecusalState,
    State,
    TerminationGround,
)
from complaints.models import Complaint, RecusalRequest
from complaints.queries.case import case_of
from complaints.queries.road import events_of
from complaints.queries.tracking import track
from tests.complaints.material import (
    accepted,
    mediating,
    settled_by_both,
    state_of,
    tick,
)

pytestmark = pytest.mark.django_db


def ask(here, made, party):
    values = {"party": party, "ground": Recusal.INTEREST, "reason": "他是学校的顾问。"}
    if party == Party.COMPLAINANT:
        return operations.ask_recusal(actor=here.person, receipt_code=made.receipt_code, **values)
    return operations.ask_recusal(actor=here.school, complaint_id=made.complaint.pk, **values)


def terminated(here, made, _time):
    operations.terminate(
        actor=here.officer,
        complaint_id=made.complaint.pk,
        ground=TerminationGround.NO_AGREEMENT,
        reason="分歧大。",
    )


def ended_by_the_clock(here, _made, time):
    time.pass_days(90)
    tick(here)


def withdrawn(here, made, _time):
    operations.withdraw(actor=here.person, receipt_code=made.receipt_code)


def settled(here, made, _time):
    settled_by_both(here, made, 800_00)


ENDS = {
    State.TERMINATED: [terminated, ended_by_the_clock],
    State.WITHDRAWN: [withdrawn],
    State.SETTLED: [settled],
}
WAYS = [(way, state) for state, ways in ENDS.items() for way in ways]


@pytest.mark.parametrize("party", list(Party))
@pytest.mark.parametrize(("way", "state"), WAYS, ids=[way.__name__ for way, _state in WAYS])
def test_an_open_request_ends_with_the_mediation(here, time, way, state, party):
    made = mediating(here)
    asked = ask(here, made, party)
    way(here, made, time)
    assert state_of(made) == state
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by_id, asked.decision) == (RecusalState.LAPSED, None, "")
    assert asked.decided_at is not None
    (clock_,) = deadlines_of("complaint", made.complaint.pk).filter(code="MED-RECUSAL")
    assert clock_.stopped_at is not None
    assert AuditEntry.objects.filter(action="end_recusal", object_id=asked.pk).exists()
    with pytest.raises(Refused, match="随之终止"):
        operations.decide_recusal(actor=here.officer, request_id=asked.pk, granted=True, decision="有关系。")


def test_each_side_is_told_of_its_own(here):
    made = mediating(here)
    asked = {party: ask(here, made, party) for party in Party}
    terminated(here, made, None)
    event = f"complaint-{made.complaint.pk}-recusal-%s-lapsed"
    told = Notice.objects.filter(event=event % asked[Party.INSTITUTION].pk)
    assert {row.user_id for row in told} == {here.school.user_id}
    assert not Notice.objects.filter(event=event % asked[Party.COMPLAINANT].pk).exists()
    key = event % asked[Party.COMPLAINANT].pk
    assert OutboxJob.objects.filter(task="complaints.mail_complainant", key=key).count() == 1
    assert "调解已结束，未作决定" in [event.title for event in events_of(track(made.receipt_code))]
    assert case_of(here.officer, made.complaint.pk).open_recusals == []


def test_a_request_that_was_decided_stays_decided(here):
    made = mediating(here)
    asked = ask(here, made, Party.COMPLAINANT)
    operations.decide_recusal(actor=here.officer, request_id=asked.pk, granted=False, decision="没有关系。")
    terminated(here, made, None)
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by_id) == (RecusalState.REFUSED, here.officer.user_id)


def test_the_database_keeps_no_open_request_without_a_mediation(here):
    waiting, made = accepted(here), mediating(here)
    asked = ask(here, made, Party.COMPLAINANT)
    row = {"state": State.TERMINATED, "told_complainant_at": None, "told_institution_at": None}
    with pytest.raises(IntegrityError, match="open request"), transaction.atomic():
        Complaint.objects.filter(pk=made.complaint.pk).update(**row)
    with pytest.raises(IntegrityError, match="while somebody mediates"), transaction.atomic():
        RecusalRequest.objects.create(
            complaint=waiting.complaint,
            party=Party.COMPLAINANT,
            against_id=here.mediator.user_id,
            ground=Recusal.OTHER,
            reason="有关系。",
            method=Method.RECEIPT_CODE,
            asked_at=clock.now(),
        )
    wrong = {"state": RecusalState.LAPSED, "decided_at": clock.now() + timedelta(days=1)}
    with pytest.raises(IntegrityError), transaction.atomic():
        RecusalRequest.objects.filter(pk=asked.pk).update(**wrong, decided_by_id=here.officer.user_id)
