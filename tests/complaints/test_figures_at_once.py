"""两个人同时办: the same session, redaction, figure, calculation and breach, twice at one moment. Real commits."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association import clock
from association.clocks import deadlines_of
from association.models import AuditEntry
from association.tenancy import acting_for
from common.errors import Refused
from complaints import operations
from complaints.choices.complaints import OfferState, RedactionState, State
from complaints.models import (
    Decision,
    Enrolment,
    Fact,
    FactSetAside,
    Lead,
    Offer,
    Redaction,
    Session,
    YearFigures,
)
from disclosure.models import PublicationLog
from prepaid_escrow.models import RefundCalculation
from tests.at_once import at_once, losers
from tests.common.files import picture
from tests.complaints.material import accepted, agreed, mediating, state_of, tick, world
from tests.complaints.test_operations_sessions import plan
from tests.factories.figures import waiting
from tests.prepaid_escrow.material import lessons
from tests.prepaid_escrow.test_pages import load_terms

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_moves_a_session_while_another_cancels_it(association, apart, made_in):
    made = made_in(mediating, apart)
    session = made_in(plan, apart, made)
    outcomes = at_once(
        association,
        lambda: operations.move_session(
            actor=apart.mediator,
            session_id=session.pk,
            planned_at=clock.now() + timedelta(days=5),
            reason="改期",
        ),
        lambda: operations.cancel_session(actor=apart.officer, session_id=session.pk, reason="取消"),
    )
    assert [type(one) for one in losers(outcomes)] == [Refused]
    with acting_for(association.pk):
        planned = [row for row in Session.objects.all() if row.is_planned]
        clocks = deadlines_of("complaint", made.complaint.pk).filter(code="MED-SESSION", stopped_at=None)
        assert len(planned) == clocks.count()
        assert Session.objects.count() - len(planned) == 1


def test_two_review_the_same_redaction(association, apart, made_in):
    made = made_in(accepted, apart)
    with acting_for(association.pk):
        hidden = operations.redact(
            actor=apart.officer,
            complaint_id=made.complaint.pk,
            target="facts",
            first=0,
            last=3,
            reason="他人",
        )
        third = world().officer
    outcomes = at_once(
        association,
        *(
            lambda actor=actor: operations.review_redaction(
                actor=actor, redaction_id=hidden.pk, confirmed=False, decision="应当显示"
            )
            for actor in (apart.colleague, third)
        ),
    )
    assert len(losers(outcomes)) == 1
    with acting_for(association.pk):
        assert Redaction.objects.get().state == RedactionState.LIFTED
        assert AuditEntry.objects.filter(action="review_redaction").count() == 1


def test_the_same_figure_and_file_by_two(association, apart):
    table = f"机构名称,年度,招生人次,来源\n{apart.institution.name},2025,1200,年报\n".encode()
    outcomes = at_once(
        association,
        *(
            lambda actor=actor: operations.import_enrolments(actor=actor, data=table, filename="人次.csv")
            for actor in (apart.officer, apart.colleague)
        ),
    )
    assert losers(outcomes) == []
    with acting_for(association.pk):
        assert [row.learners for row in Enrolment.objects.all()] == [1200]


def test_two_confirm_the_same_figures_of_a_year(association, apart, made_in):
    proposal = made_in(waiting)
    outcomes = at_once(
        association,
        *(
            lambda actor=actor: operations.confirm_figures(actor=actor, proposal_id=proposal.pk)
            for actor in (apart.officer, apart.colleague)
        ),
    )
    assert [type(one) for one in losers(outcomes)] == [Refused]
    with acting_for(association.pk):
        assert [row.version for row in YearFigures.objects.all()] == [1]
        assert PublicationLog.objects.filter(association=association, kind="complaint_figures").count() == 1


def test_one_calculation_kept_by_two_is_one(association, apart, made_in):
    made = made_in(mediating, apart)
    made_in(load_terms)
    outcomes = at_once(
        association,
        *(
            lambda actor=actor: operations.save_refund(
                actor=actor, complaint_id=made.complaint.pk, asked=lessons()
            )
            for actor in (apart.mediator, apart.officer)
        ),
    )
    assert losers(outcomes) == []
    with acting_for(association.pk):
        assert RefundCalculation.objects.count() == 1


def test_a_breach_found_by_two_is_one(association, apart, monkeypatch, made_in):
    made = made_in(agreed, apart)
    later = clock.now() + timedelta(days=12)
    monkeypatch.setattr(clock, "now", lambda: later)
    with acting_for(association.pk):
        tick(apart)
    outcomes = at_once(
        association,
        *(
            lambda actor=actor: operations.breach(actor=actor, complaint_id=made.complaint.pk, reason="未付")
            for actor in (apart.officer, apart.colleague)
        ),
    )
    assert len(losers(outcomes)) == 1
    with acting_for(association.pk):
        assert Fact.objects.count() == 1


def test_a_fact_is_set_aside_once_and_one_lead_opened_by_two(association, apart, monkeypatch, made_in):
    made = made_in(agreed, apart)
    later = clock.now() + timedelta(days=12)
    monkeypatch.setattr(clock, "now", lambda: later)
    with acting_for(association.pk):
        tick(apart)
        operations.breach(actor=apart.officer, complaint_id=made.complaint.pk, reason="未付")
        fact, third = Fact.objects.get(), world().officer
    which = {"complaint_id": made.complaint.pk}
    found = at_once(
        association,
        *(
            lambda actor=actor: operations.open_lead_from_complaint(actor=actor, **which)
            for actor in (apart.officer, apart.colleague)
        ),
    )
    assert len(losers(found)) == 1
    asked = made_in(
        operations.propose_set_aside, actor=apart.officer, fact_id=fact.pk, reason="款项已付", **which
    )
    decided = at_once(
        association,
        *(
            lambda actor=actor: operations.decide_set_aside(
                actor=actor, review_id=asked.pk, granted=True, decision="已核对", **which
            )
            for actor in (apart.colleague, third)
        ),
    )
    assert len(losers(decided)) == 1
    with acting_for(association.pk):
        assert (FactSetAside.objects.count(), Lead.objects.count()) == (1, 1)


def test_the_offer_is_answered_on_paper_and_by_code_at_once(association, apart, made_in):
    made = made_in(accepted, apart)
    soon = clock.today() + timedelta(days=9)
    offer = made_in(
        operations.offer,
        actor=apart.school,
        complaint_id=made.complaint.pk,
        amount_fen=1_000_00,
        pay_by=soon,
        open_until=soon,
    )
    paper = SimpleUploadedFile("意见.jpg", picture())
    outcomes = at_once(
        association,
        lambda: operations.answer_offer(
            actor=apart.officer, offer_id=offer.pk, accepted=True, complaint_id=made.complaint.pk, paper=paper
        ),
        lambda: operations.answer_offer(
            actor=apart.person, offer_id=offer.pk, accepted=False, receipt_code=made.receipt_code
        ),
    )
    assert len(losers(outcomes)) == 1
    with acting_for(association.pk):
        answered = Offer.objects.get().state
        assert (answered == OfferState.ACCEPTED) == (state_of(made) == State.SETTLED)
        assert Decision.objects.filter(kind="settle").count() == (answered == OfferState.ACCEPTED)
