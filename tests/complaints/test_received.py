"""实际收到多少: one meaning and one consequence, by the survey, the follow-up, an objection, a single payment, or staff."""

import json

import pytest

from association import clock
from association.choices import Side
from association.models import Notice
from association.tenancy import acting_for
from common.errors import InvalidInput
from complaints import operations
from complaints.choices.complaints import FactKind, Outcome, ReportState, State
from complaints.models import Decision, PaymentReport
from complaints.queries.tracking import InQuestion, track
from tests.complaints.material import again, agreed, mediating, scan, state_of, tick, world
from tests.complaints.test_operations_money import (
    breach,
    deny,
    facts,
    pay,
    reply,
    reports,
    running,
    settled,
)
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import make_association

SUM = 8_000_00
CONTESTED = (FactKind.CONTESTED, 0)
OWED = [("CMP-PAY", Side.INSTITUTION), ("CMP-REPLY", Side.INSTITUTION)]
REOPENED = [("CMP-REPLY", Side.INSTITUTION), ("MED-END", Side.STAFF)]


def survey(here, made, outcome, **more):
    return operations.survey(actor=here.person, receipt_code=made.receipt_code, outcome=outcome, **more)


def by_survey(here, time, made, fen):
    survey(here, made, Outcome.UNRESOLVED, received_fen=fen)


def by_survey_in_part(here, time, made, fen):
    survey(here, made, Outcome.PARTLY, received_fen=fen)


def by_objection(here, time, made, fen):
    deny(here, made, received_fen=fen)


def by_staff(here, time, made, fen):
    operations.survey(
        actor=here.officer,
        complaint_id=made.complaint.pk,
        outcome=Outcome.UNRESOLVED,
        received_fen=fen,
        paper=scan(),
    )


def by_follow_up(here, time, made, fen):
    survey(here, made, Outcome.RESOLVED)
    time.pass_days(31)
    tick(here)
    operations.follow_up(
        actor=here.person, still_holds=False, receipt_code=made.receipt_code, received_fen=fen
    )


ROADS = [by_survey, by_survey_in_part, by_objection, by_staff, by_follow_up]


@pytest.mark.parametrize("say", ROADS)
@pytest.mark.parametrize("came", [0, 3_000_00])
def test_what_did_not_come_of_an_agreement_has_one_consequence_by_every_road(here, time, say, came):
    made = agreed(here)
    pay(here, made)
    before = set(Notice.objects.values_list("pk", flat=True))
    say(here, time, made, came)
    assert (state_of(made), again(made).outcome) == (State.AGREED, Outcome.UNKNOWN)
    assert (reports(made), again(made).returned_fen) == ([(SUM, ReportState.DENIED)], came)
    assert facts(made) == [CONTESTED]
    assert running(made) == OWED
    assert Decision.objects.filter(complaint=made.complaint, kind="contest").count() == 1
    new = Notice.objects.exclude(pk__in=before)
    assert new.filter(user_id=here.school.user_id, subject__contains="否认已解决").exists()
    assert new.filter(user_id=here.officer.user_id, subject__contains="提出异议").exists()
    # The rest is reported, and only the rest.
    pay(here, made)
    assert (state_of(made), again(made).returned_fen) == (State.PERFORMED, SUM)


@pytest.mark.parametrize("say", ROADS)
def test_the_same_of_a_settlement(here, time, say):
    made = settled(here)
    pay(here, made)
    say(here, time, made, 1_00)
    assert (state_of(made), again(made).returned_fen, facts(made)) == (State.AWAIT_REPLY, 1_00, [CONTESTED])
    assert running(made) == REOPENED


@pytest.mark.parametrize("say", ROADS)
def test_where_all_came_nobody_has_to_answer_or_pay_again(here, time, say):
    made = agreed(here)
    pay(here, made)
    say(here, time, made, SUM)
    assert (state_of(made), again(made).outcome in {Outcome.UNRESOLVED, Outcome.PARTLY}) == (
        State.CLOSED,
        True,
    )
    assert reports(made) == [(SUM, ReportState.CONFIRMED)]
    assert (again(made).returned_fen, facts(made), running(made)) == (SUM, [], [])


def test_an_objection_while_more_is_to_come_leaves_the_clock_of_the_next(here, time):
    made = agreed(here, days=(10, 40))
    pay(here, made)
    deny(here, made, received_fen=4_000_00)
    assert (state_of(made), reports(made)) == (State.AGREED, [(4_000_00, ReportState.CONFIRMED)])
    assert (running(made), facts(made)) == ([("CMP-PAY", Side.INSTITUTION)], [])
    told = Notice.objects.filter(user_id=here.school.user_id, subject__contains="对结果有异议")
    assert told.filter(channel="desk").count() == 1


def test_a_sum_means_all_that_came_and_not_what_came_of_the_last_payment(here, time):
    """8,000 agreed on, 3,000 came; 5,000 reported, of which 2,000 came: 5,000 in all."""
    made = agreed(here)
    pay(here, made)
    deny(here, made, received_fen=3_000_00)
    pay(here, made)
    assert track(made.receipt_code).waiting.money == InQuestion(SUM, 3_000_00)
    with pytest.raises(InvalidInput, match=r"其中3,000元以前已经说明收到"):
        deny(here, made, received_fen=2_000_00)
    deny(here, made, received_fen=5_000_00)
    assert again(made).returned_fen == 5_000_00
    pay(here, made)
    assert reports(made)[-1] == (3_000_00, ReportState.REPORTED)


def test_what_came_of_a_settlement_that_nobody_reported_is_counted(here, time):
    made = settled(here)
    time.pass_days(7)
    tick(here)
    assert track(made.receipt_code).waiting.money == InQuestion(6_000_00, 0)
    survey(here, made, Outcome.PARTLY, received_fen=2_000_00)
    assert (state_of(made), again(made).returned_fen) == (State.AWAIT_REPLY, 2_000_00)
    assert reports(made) == [(2_000_00, ReportState.CONFIRMED)]
    assert (facts(made), running(made)) == ([CONTESTED], REOPENED)


@pytest.mark.parametrize("outcome", [Outcome.PARTLY, Outcome.UNRESOLVED])
@pytest.mark.parametrize("fen", [None, SUM + 1, -1])
def test_without_a_sum_that_can_be_nothing_is_written(here, outcome, fen):
    made = agreed(here)
    pay(here, made)
    with pytest.raises(InvalidInput) as wrong:
        survey(here, made, outcome, received_fen=fen)
    assert set(wrong.value.fields) == {"received_fen"}
    assert (state_of(made), reports(made)) == (State.PERFORMED, [(SUM, ReportState.REPORTED)])


def test_resolved_and_less_than_all_do_not_go_together(here):
    made = agreed(here)
    pay(here, made)
    with pytest.raises(InvalidInput, match="部分解决"):
        survey(here, made, Outcome.RESOLVED, received_fen=5_000_00)
    survey(here, made, Outcome.RESOLVED, received_fen=SUM)
    assert state_of(made) == State.CLOSED


def test_after_the_days_of_objecting_the_follow_up_asks_no_money(here, time):
    made = agreed(here)
    pay(here, made)
    survey(here, made, Outcome.RESOLVED)
    time.pass_days(31)
    tick(here)
    time.pass_days(90)
    assert track(made.receipt_code).waiting.money is None
    operations.follow_up(actor=here.person, still_holds=False, receipt_code=made.receipt_code)
    assert (state_of(made), again(made).outcome) == (State.CLOSED, Outcome.UNRESOLVED)
    assert again(made).returned_fen == SUM


def test_no_money_is_asked_after_a_mediation_that_ended(here):
    made = mediating(here)
    operations.terminate(
        actor=here.mediator, complaint_id=made.complaint.pk, ground="no_agreement", reason="双方差距过大。"
    )
    for amount in (5_00, -1):
        with pytest.raises(InvalidInput, match="不用填"):
            survey(here, made, Outcome.UNRESOLVED, received_fen=amount)
    survey(here, made, Outcome.UNRESOLVED)
    assert (state_of(made), facts(made)) == (State.CLOSED, [])


@pytest.mark.parametrize("answers", [True, False])
@pytest.mark.parametrize("by_code", [True, False])
def test_a_payment_denied_in_a_breach_is_answered_for_and_then_asked_after(here, time, answers, by_code):
    made = agreed(here, days=(5, 8))
    time.pass_days(20)
    breach(here, made)
    pay(here, made)
    assert (state_of(made), reports(made)) == (State.BREACHED, [(4_000_00, ReportState.REPORTED)])
    if by_code:
        survey(here, made, Outcome.UNRESOLVED, received_fen=0)
    else:
        deny(here, made)
    assert (state_of(made), again(made).returned_fen, facts(made)[-1]) == (State.BREACHED, 0, CONTESTED)
    assert ("CMP-REPLY", Side.INSTITUTION) in running(made)
    assert not track(made.receipt_code).waiting.survey
    if answers:
        reply(here, made)
    else:
        time.pass_days(12)
        tick(here)
        assert FactKind.REPLY_MISSED in {kind for kind, _fen in facts(made)}
    # What was denied is over: the question is put again, and silence or an answer closes the file.
    assert track(made.receipt_code).waiting.survey
    survey(here, made, Outcome.UNRESOLVED)
    assert (state_of(made), running(made)) == (State.CLOSED, [])


# -- the pages ------------------------------------------------------------------------------------------------


@pytest.fixture
def first(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.fixture
def those(first):
    with acting_for(first.pk):
        yield world()


def words(response):
    return response.content.decode().replace(".00", "")


@pytest.mark.django_db
@pytest.mark.usefixtures("counting")
def test_both_pages_show_the_sum_and_refuse_a_survey_without_it(first, those, client):
    made = agreed(those)
    operations.perform(actor=those.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    track_page = "/first/complaints/track/"
    assert "约定或者机构报告退还的合计：8,000元" in words(
        client.post(track_page, {"code": made.receipt_code})
    )
    said = {"code": made.receipt_code, "deed": "survey", "outcome": "partly", "comment": "只收到一半"}
    refused = client.post(f"{track_page}do/", said)
    assert refused.status_code == 400
    assert "请填写到现在为止一共实际收到多少" in words(refused)
    assert "只收到一半" in words(refused)
    answer = client.post(f"{track_page}do/", said | {"received_fen": "4000"})
    assert answer.status_code == 200
    assert (state_of(made), again(made).returned_fen) == (State.AGREED, 4_000_00)
    desk = Desk(first, those.officer)
    page = f"complaints/{made.complaint.pk}/"
    operations.perform(actor=those.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    assert "其中4,000元以前已经说明收到" in words(desk.get(page))
    said = {"deed": "survey", "outcome": "unresolved"}
    for fen, paper, status in (("3000", scan(), 400), ("4000", None, 400), ("4000", scan(), 302)):
        signed = {"paper": paper} if paper else {}
        assert desk.post(f"{page}do/", **said, received_fen=fen, **signed).status_code == status
    assert PaymentReport.objects.filter(state=ReportState.DENIED).count() == 2
    shown = client.post(
        "/first/api/v1/complaints/track/",
        json.dumps({"receipt_code": made.receipt_code}),
        content_type="application/json",
    )
    assert shown.status_code == 200
    assert shown.json()["money_in_question"] is None
