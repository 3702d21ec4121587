"""付款日已过: whatever was agreed on or settled, the institution and the staff are told, and silence leaves a trace."""

from datetime import timedelta

import pytest

from association import clock
from association.choices import Side
from association.models import Notice
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, Refused
from complaints import operations
from complaints.choices.complaints import FactKind, Outcome, State
from complaints.models import Decision, Fact, FactSetAside, Survey
from complaints.queries.tracking import track
from tests.complaints.material import accepted, again, agreed, queued, scan, state_of, tick, world
from tests.complaints.test_operations_money import (
    breach,
    conduct,
    deeds,
    deny,
    facts,
    pay,
    running,
    settled,
)
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import make_association

OWED = 6_000_00
BREACH = (FactKind.BREACH, OWED)


def told(user, subject):
    return Notice.objects.filter(user_id=user.user_id, subject__contains=subject, channel="desk").count()


def over(here, time):
    """A settlement whose day has passed, and nobody reported anything."""
    made = settled(here)
    time.pass_days(7)
    tick(here)
    return made


def test_before_and_after_the_day_of_a_settlement_both_hear_of_it(here, time):
    made = settled(here)
    time.pass_days(4)
    for _twice in range(2):
        tick(here)
    assert told(here.officer, "付款日将至") == 1
    assert told(here.officer, "付款日已过") == 0
    time.pass_days(3)
    for _twice in range(2):
        tick(here)
    assert (told(here.school, "付款日已过"), told(here.officer, "付款日已过")) == (1, 1)
    assert state_of(made) == State.SETTLED
    assert running(made) == [("CMP-CLOSE", Side.COMPLAINANT), ("CMP-PAY", Side.STAFF)]
    assert track(made.receipt_code).waiting.survey
    assert "breach" in deeds(made, here.officer)


def test_the_silence_of_the_complainant_closes_nothing_that_is_unpaid(here, time):
    made = over(here, time)
    time.pass_days(7)
    tick(here)
    assert Survey.objects.get().outcome == Outcome.NO_ANSWER
    assert (state_of(made), running(made)) == (State.SETTLED, [("CMP-PAY", Side.STAFF)])
    breach(here, made)
    assert (facts(made), state_of(made)) == ([BREACH], State.SETTLED)
    assert running(made) == [("CMP-CLOSE", Side.COMPLAINANT)]
    assert (conduct(here).breaches, conduct(here).breached_fen) == (1, OWED)
    with pytest.raises(Refused):
        breach(here, made)
    time.pass_days(7)
    tick(here)
    assert (state_of(made), again(made).outcome) == (State.CLOSED, Outcome.NO_ANSWER)
    assert (again(made).returned_fen, facts(made)) == (0, [BREACH])


def test_staff_who_see_that_it_was_paid_write_it_down_and_the_question_is_put_again(here, time):
    made = over(here, time)
    time.pass_days(7)
    tick(here)
    pay(here, made, by=here.officer)
    assert running(made) == [("CMP-CLOSE", Side.COMPLAINANT)]
    assert again(made).returned_fen == OWED
    time.pass_days(7)
    tick(here)
    assert (state_of(made), facts(made)) == (State.CLOSED, [])


@pytest.mark.parametrize("by_survey", [True, False])
def test_a_settlement_that_did_not_come_may_be_found_broken_after_it_was_contested(here, time, by_survey):
    made = over(here, time)
    if by_survey:
        operations.survey(
            actor=here.person,
            outcome=Outcome.UNRESOLVED,
            received_fen=1_000_00,
            receipt_code=made.receipt_code,
        )
    else:
        deny(here, made, received_fen=1_000_00)
    assert (state_of(made), facts(made)) == (State.AWAIT_REPLY, [(FactKind.CONTESTED, 0)])
    assert told(here.school, "否认已解决") == 1
    clocks = running(made)
    assert "breach" in deeds(made, here.officer)
    breach(here, made)
    assert facts(made)[-1] == (FactKind.BREACH, OWED - 1_000_00)
    assert (state_of(made), running(made)) == (State.AWAIT_REPLY, clocks)
    assert "breach" not in deeds(made, here.officer)


@pytest.mark.parametrize("paid", [True, False])
def test_nothing_is_broken_before_the_day_or_when_it_is_reported(here, time, paid):
    made = settled(here)
    if paid:
        pay(here, made)
        time.pass_days(7)
        tick(here)
    with pytest.raises(Refused):
        breach(here, made)
    assert "breach" not in deeds(made, here.officer)
    assert facts(made) == []


def test_a_settlement_without_money_is_only_asked_after(here, time):
    made = settled(here, 0)
    time.pass_days(7)
    tick(here)
    assert running(made) == [("CMP-CLOSE", Side.COMPLAINANT)]
    time.pass_days(7)
    tick(here)
    assert (state_of(made), facts(made)) == (State.CLOSED, [])


# -- 没有收到 of an agreement ---------------------------------------------------------------------------------


def test_whoever_was_not_paid_says_so_where_nothing_was_reported(here, time):
    made = agreed(here, days=(5, 40))
    say = {"actor": here.person, "receipt_code": made.receipt_code}
    with pytest.raises(Refused, match="没有到期未付"):
        operations.say_unpaid(**say)
    time.pass_days(7)
    tick(here)
    assert len([job for job in queued("complaints.mail_complainant") if "payment-" in job.key]) == 1
    assert track(made.receipt_code).waiting.unpaid
    with pytest.raises(InvalidInput, match="内容过长"):
        operations.say_unpaid(**say, text="钱" * 2_001)
    operations.say_unpaid(**say)
    assert Decision.objects.get(kind="unpaid").reason == "投诉人说到期的款项没有收到。"
    assert (told(here.school, "没有收到款项"), told(here.officer, "没有收到款项")) == (1, 1)
    # It denies nothing and ends nothing: staff have the clock and look.
    assert (running(made), facts(made)) == ([("CMP-PAY", Side.STAFF)], [])
    with pytest.raises(Refused, match="已经登记过"):
        operations.say_unpaid(**say)
    breach(here, made)
    assert len([job for job in queued("complaints.mail_complainant") if "breached-" in job.key]) == 1
    assert not track(made.receipt_code).waiting.unpaid
    time.pass_days(40)
    tick(here)
    # The next payment has a day of its own.
    assert track(made.receipt_code).waiting.unpaid
    for actor in (here.school, here.mediator, here.auditor):
        with pytest.raises(Forbidden):
            operations.say_unpaid(actor=actor, complaint_id=made.complaint.pk)
    operations.say_unpaid(
        actor=here.officer, complaint_id=made.complaint.pk, text="第二期没有到账。", paper=scan()
    )
    assert Decision.objects.filter(kind="unpaid").count() == 2
    assert not FactSetAside.objects.exists()


def test_nothing_is_said_unpaid_where_nothing_was_agreed_on(here):
    made = accepted(here)
    with pytest.raises(Refused):
        operations.say_unpaid(actor=here.person, receipt_code=made.receipt_code)
    assert not Fact.objects.exists()


@pytest.fixture
def first(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.mark.django_db
@pytest.mark.usefixtures("counting")
def test_both_pages_offer_it(first, time, client):
    with acting_for(first.pk):
        here = world()
        made = agreed(here)
        time.to(clock.today() + timedelta(days=12))
        tick(here)
        address = "/first/complaints/track/"
        code = {"code": made.receipt_code}
        assert "付款日已过，我没有收到钱" in client.post(address, code).content.decode()
        page = client.post(f"{address}do/", code | {"deed": "say_unpaid", "text": "账户没有变动"})
        assert page.status_code == 200
        assert "账户没有变动" in page.content.decode()
        again_said = client.post(f"{address}do/", code | {"deed": "say_unpaid", "text": "还是没有"})
        assert again_said.status_code == 409 or "已经登记过" in again_said.content.decode()
        assert "还是没有" in again_said.content.decode()
        desk = Desk(first, here.officer)
        place = f"complaints/{made.complaint.pk}/"
        assert "登记投诉人没有收到到期的款项" not in desk.get(place).content.decode()
        assert "账户没有变动" in desk.get(place).content.decode()
        school = Desk(first, here.school)
        assert school.post(f"{place}do/", deed="say_unpaid", paper=scan()).status_code == 403
