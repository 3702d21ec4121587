"""未履行: every time that a breach is found is a fact, and the same money is owed once."""

from datetime import date

import pytest

from association import clock
from association.choices import Channel
from association.models import Notice
from common.errors import Refused
from complaints import operations
from complaints.choices.complaints import FactKind, State
from complaints.models import Fact
from complaints.queries.statistics import facts_for_rating
from tests.complaints.material import again, agreed, state_of


def breach_again(here, made, time):
    """Paid late, denied by the complainant, and found to be unpaid: the second breach of one agreement."""
    which = {"actor": here.officer, "complaint_id": made.complaint.pk}
    time.pass_days(12)
    operations.breach(**which, reason="核实未付款")
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    operations.contest(actor=here.person, text="没有到账。", receipt_code=made.receipt_code)
    operations.breach(**which, reason="转账被退回")


def test_a_second_breach_after_an_objection_is_a_second_fact(here, time):
    made = agreed(here)
    breach_again(here, made, time)
    facts = Fact.objects.filter(kind=FactKind.BREACH).order_by("turn")
    assert [(fact.turn, fact.amount_fen) for fact in facts] == [(1, 8_000_00), (2, 8_000_00)]
    assert (state_of(made), again(made).returned_fen) == (State.BREACHED, 0)
    told = Notice.objects.filter(
        event__contains="breached", user_id=here.school.user_id, channel=Channel.DESK
    )
    assert told.count() == 2
    with pytest.raises(Refused):
        operations.breach(actor=here.officer, complaint_id=made.complaint.pk, reason="再次")
    assert facts.count() == 2
    conduct = facts_for_rating(here.institution.pk, date(2026, 3, 1), date(2026, 3, 31))
    assert (conduct.breaches, conduct.breached_fen) == (2, 8_000_00)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    assert (state_of(made), again(made).returned_fen) == (State.PERFORMED, 8_000_00)
