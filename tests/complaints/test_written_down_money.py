"""代为登记 of money that is denied: nobody counts it, and the term of payment runs again, so that silence closes nothing."""

import pytest

from association import clock
from association.choices import Side
from association.clocks import deadlines_of
from complaints import operations
from complaints.choices.complaints import FactKind, Outcome, ReportState, State
from complaints.models import PaymentReport
from complaints.queries.tracking import track
from tests.complaints.material import accepted, again, agreed, scan, settled_by_both, state_of, tick
from tests.complaints.test_written_down import SUM, as_staff, deny, running, standing

pytestmark = pytest.mark.django_db


def unpaid(here, time):
    """Settled, the day is over, and nobody reported anything."""
    made = accepted(here)
    settled_by_both(here, made, SUM)
    time.pass_days(3)
    tick(here)
    return made


def term_of(made):
    row = deadlines_of("complaint", made.complaint.pk).get(code="CMP-PAY", stopped_at=None)
    return row.owner_side, row.due_on, row.action


@pytest.mark.parametrize("outcome", [Outcome.RESOLVED, Outcome.PARTLY])
def test_a_term_of_payment_that_a_false_word_stopped_runs_again(here, time, outcome):
    made = unpaid(here, time)
    term = term_of(made)
    assert term[0] == Side.STAFF
    said = {} if outcome == Outcome.RESOLVED else {"received_fen": SUM}
    operations.survey(**as_staff(here, made, outcome=outcome, paper=scan(), **said))
    assert (state_of(made), again(made).returned_fen) == (State.CLOSED, SUM)
    time.pass_days(1)
    deny(here, made)
    assert (state_of(made), again(made).returned_fen) == (State.SETTLED, 0)
    assert (running(made), term_of(made)) == ({"CMP-PAY", "CMP-CLOSE"}, term)
    seen = track(made.receipt_code)
    assert (seen.payments, seen.settlement.is_reported) == ([], False)
    time.pass_days(40)
    tick(here)
    tick(here)
    assert (state_of(made), again(made).returned_fen) == (State.SETTLED, 0)
    assert "CMP-PAY" in running(made)
    operations.breach(actor=here.officer, complaint_id=made.complaint.pk, reason="没有付款。")
    assert standing(made, FactKind.BREACH) == 1


def test_the_institution_may_report_what_it_pays_after_the_denial(here, time):
    made = unpaid(here, time)
    operations.survey(**as_staff(here, made, outcome=Outcome.RESOLVED, paper=scan()))
    time.pass_days(1)
    deny(here, made)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    assert (again(made).returned_fen, "CMP-PAY" in running(made)) == (SUM, False)
    assert track(made.receipt_code).settlement.is_reported
    operations.survey(actor=here.person, receipt_code=made.receipt_code, outcome=Outcome.RESOLVED)
    assert (state_of(made), again(made).returned_fen, standing(made)) == (State.CLOSED, SUM, 0)


def test_a_part_that_nobody_reported_goes_with_the_word(here, time):
    made = unpaid(here, time)
    operations.survey(**as_staff(here, made, outcome=Outcome.PARTLY, received_fen=1_000_00, paper=scan()))
    assert (state_of(made), standing(made)) == (State.AWAIT_REPLY, 1)
    time.pass_days(1)
    deny(here, made)
    assert (state_of(made), again(made).returned_fen, standing(made)) == (State.SETTLED, 0, 0)
    assert PaymentReport.objects.get().state == ReportState.DENIED
    assert "CMP-PAY" in running(made)


def test_a_term_that_had_ended_before_the_word_stays_ended(here, time):
    made = agreed(here)
    time.pass_days(15)
    tick(here)
    operations.breach(actor=here.officer, complaint_id=made.complaint.pk, reason="没有付款。")
    operations.survey(**as_staff(here, made, outcome=Outcome.PARTLY, paper=scan()))
    deny(here, made)
    assert (state_of(made), running(made)) == (State.BREACHED, {"CMP-CLOSE"})
