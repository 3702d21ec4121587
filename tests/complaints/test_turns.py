"""轮到谁: the case itself before what has only to be told, each term with its arithmetic, and what silence means."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F
from django.utils.translation import gettext, override

from association import clock
from association.choices import Side
from association.clock_queue import Asked, queue
from association.clocks import open_turns
from association.deadlines import shipped_rules
from association.models import Appointment
from complaints import operations
from complaints.access.complaints import complaints_visible_to
from complaints.choices.complaints import ReplyKind
from complaints.queries.case import case_of
from complaints.queries.desk import with_turns
from complaints.queries.tracking import progress_of
from tests.complaints.material import accepted, again, applicant, filed, mediating
from tests.credit_rating.desk_pages import Desk

pytestmark = pytest.mark.django_db
NO_MAIL = {"people": (applicant(email=""),)}
OF_CASES = ("CMP-", "MED-", "LEAD-", "ROUND-")
ANSWER, NOT_ANSWERED = "机构对投诉的答复", "记为未在期限内答复"
IN_ENGLISH = "recorded as not answered in time"


@pytest.fixture
def unheard(here):
    """The institution has nobody with an account."""
    Appointment.objects.filter(institution=here.institution).update(until_on=F("from_on"), ended_by=F("user"))
    return here


def page_of(actor, made):
    return case_of(actor, made.complaint.pk)


def term_of(actor, made, title=ANSWER):
    return next(term for term in page_of(actor, made).terms if term.title == title)


def test_what_has_only_to_be_told_stands_beside_the_turn_of_the_case(here, time):
    made = filed(here, **NO_MAIL)
    time.pass_days(7)  # told in what is left of the term of acceptance, so before the institution must answer
    operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    assert open_turns("complaint", made.complaint.pk)[0].code == "CMP-TELL"
    shown, theirs = page_of(here.officer, made), page_of(here.school, made)
    assert (shown.turn.code, shown.turn.owner) == ("CMP-REPLY", Side.INSTITUTION)
    assert [task.code for task in shown.tasks] == ["CMP-TELL"]
    # The other side has nothing to do with it, nor learns that the complainant left no address.
    assert (theirs.turn.code, theirs.tasks) == ("CMP-REPLY", [])
    assert len(shown.terms) == len(theirs.terms) + 1
    assert progress_of(again(made)).turn.code == "CMP-REPLY"


def test_an_institution_that_is_not_served_yet_makes_service_the_turn(unheard):
    made = accepted(unheard, **NO_MAIL)
    shown = page_of(unheard.officer, made)
    assert (shown.turn.code, [task.code for task in shown.tasks]) == ("CMP-SERVE", ["CMP-TELL"])
    assert progress_of(again(made)).turn.code == "CMP-SERVE"


def test_what_silence_means_is_said_wherever_the_turn_is(here):
    made = accepted(here)
    for turn in (page_of(here.school, made).turn, progress_of(again(made)).turn):
        assert turn.silence == NOT_ANSWERED
    assert [row.silence for row in queue(here.school, Asked()).rows] == [NOT_ANSWERED]
    with override("en"):
        assert progress_of(again(made)).turn.silence == IN_ENGLISH
        assert [row.silence for row in queue(here.school, Asked()).rows] == [IN_ENGLISH]


def test_a_rule_that_draws_no_consequence_lets_nobody_read_one_into_it(here):
    made = filed(here)
    turn = progress_of(made.complaint).turn
    assert (turn.code, turn.silence) == ("CMP-ACCEPT", "记为逾期，仍须办理")
    assert [row.silence for row in queue(here.officer, Asked()).rows] == [""]


def test_a_day_that_a_document_set_has_no_rule_to_quote(here):
    made = mediating(here)
    operations.plan_session(
        actor=here.mediator,
        complaint_id=made.complaint.pk,
        planned_at=datetime(2026, 3, 10, 6, tzinfo=UTC),
        mode="on_site",
        place="演示调解室",
    )
    shown = page_of(here.officer, made)
    session = next(row for row in shown.clocks if row.code == "MED-SESSION")
    term = next(term for term in shown.terms if term.title == session.title)
    assert (session.rule_id, term.silence) == (None, "")


def test_terms_tell_owner_state_and_arithmetic(here, time):
    made = accepted(here)
    asked = term_of(here.officer, made)
    assert (asked.owner, asked.state, asked.is_late) == ("机构", "计期中", False)
    assert "5个工作日" in asked.explanation
    over = term_of(here.officer, made, "投诉的受理决定与告知")
    assert (over.state, over.is_open, over.silence) == ("按期办结", False, "")
    time.pass_days(20)
    late = term_of(here.officer, made)
    assert (late.state, late.is_late, late.silence) == ("已逾期", True, NOT_ANSWERED)
    operations.answer(
        actor=here.school, complaint_id=made.complaint.pk, kind=ReplyKind.DISPUTED, text="情况说明"
    )
    late = term_of(here.officer, made)
    assert (late.state, late.is_late, late.is_open, late.silence) == ("逾期办结", True, False, "")


def test_the_page_shows_turn_tasks_and_provisional_terms(here, association, time):
    time.at(datetime(2026, 11, 23, 2, tzinfo=UTC))  # 45 working days reach into a year that nobody announced
    made = accepted(here, **NO_MAIL)
    text = Desk(association, here.officer).get(f"complaints/{made.complaint.pk}/").content.decode()
    assert text.index("现在轮到：机构") < text.index("另外还要告知") < text.index("投诉内容")
    assert "暂定" in text
    assert f"到期仍未办理：{NOT_ANSWERED}" in text
    assert text.count("怎么算的") > len(page_of(here.officer, made).terms)


def test_every_rule_of_a_case_has_its_words_in_english():
    rows = [row for row in shipped_rules() if row.code.startswith(OF_CASES)]
    words = ({row.title for row in rows} | {row.silence_means for row in rows}) - {""}
    with override("en"):
        assert {word for word in words if gettext(word) == word} == set()


def tracked(client, association, made):
    code = {"code": made.receipt_code}
    return client.post(f"/{association.slug}/complaints/track/", code).content.decode()


@pytest.mark.usefixtures("counting")
def test_after_an_offer_was_accepted_the_tracked_page_says_what_and_until_when(
    here, association, client, time
):
    made = accepted(here)
    day = clock.today() + timedelta(days=8)
    offer = operations.offer(
        actor=here.school, complaint_id=made.complaint.pk, amount_fen=500_000, pay_by=day, open_until=day
    )
    operations.answer_offer(
        actor=here.person, offer_id=offer.pk, accepted=True, receipt_code=made.receipt_code
    )
    seen = progress_of(again(made))
    assert (seen.settlement.amount_fen, seen.settlement.pay_by) == (500_000, day)
    assert (seen.turn.code, seen.turn.owner) == ("CMP-PAY", Side.INSTITUTION)
    page = tracked(client, association, made)
    assert "双方约定的退款" in page
    assert "5,000.00" in page
    assert day.isoformat() in page
    assert "机构还没有报告付款" in page
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    page = tracked(client, association, made)
    assert "机构还没有报告付款" not in page
    assert "待确认" in page
    assert progress_of(again(made)).turn.owner == Side.COMPLAINANT
    operations.contest(actor=here.person, text="没有到账。", receipt_code=made.receipt_code)
    assert progress_of(again(made)).settlement is None
    page = tracked(client, association, made)
    assert "双方约定的退款" not in page
    assert "否认到账" in page


def test_a_mediator_finds_the_own_terms_on_the_first_page(here, association):
    made = mediating(here)
    page = Desk(association, here.mediator).get("").content.decode()
    assert "调解待办" in page
    assert f"complaints/{made.complaint.pk}/" in page
    assert "调解待办" not in Desk(association, here.school).get("").content.decode()


def test_the_register_names_state_and_end_of_each_term(here, association):
    accepted(here)
    text = Desk(association, here.officer).client.get(f"/{association.slug}/admin/association/deadline/")
    page = text.content.decode()
    assert "计期中" in page
    assert "按期办结" in page


def test_the_list_of_complaints_puts_the_case_before_what_is_only_to_be_told(here):
    made = filed(here, **NO_MAIL)
    operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    shown = with_turns(complaints_visible_to(here.officer)).get(pk=made.complaint.pk)
    assert shown.turn_side == Side.INSTITUTION
