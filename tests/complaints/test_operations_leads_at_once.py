"""两个人同时点: of two officers one decides, of two clicks one lead is there. Real commits, real threads."""

import pytest

from association.clocks import deadlines_of
from association.tenancy import acting_for
from common.errors import DomainError
from complaints.models import Lead, LeadAnchorConfirmation, LeadFinding, LeadMessage
from complaints.operations import lead_handling, lead_reports
from complaints.operations.lead_anchors import confirm_lead_anchor
from tests.at_once import at_once, winners
from tests.factories import leads as some

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_officers_screen_at_once(association):
    with acting_for(association.pk):
        lead, _code = some.submitted()
        clerks = [some.officer(), some.officer()]
    outcomes = at_once(
        association, *[lambda c=c: lead_handling.screen_lead(actor=c, lead_id=lead.pk) for c in clerks]
    )
    assert len(winners(outcomes)) == 1
    with acting_for(association.pk):
        assert deadlines_of("lead", lead.pk).filter(code="LEAD-CHECK").count() == 1


def test_one_lead_is_decided_twice_at_once(association):
    with acting_for(association.pk):
        lead, clerk, _code = some.verifying()
        some.heard(lead, clerk)
    words = {"grounds": "已核", "facts": "查实", "measure": "约谈"}
    outcomes = at_once(
        association,
        *[
            lambda o=o: lead_handling.decide_lead(actor=clerk, lead_id=lead.pk, outcome=o, **words)
            for o in ("handled", "unfounded")
        ],
    )
    assert len(winners(outcomes)) == 1
    with acting_for(association.pk):
        row = Lead.objects.get()
        assert LeadFinding.objects.exists() == (row.outcome == "handled")


def test_two_people_take_it_over_at_once(association):
    with acting_for(association.pk):
        lead, _code = some.submitted()
        clerks = [some.officer(), some.officer()]
        lead_handling.screen_lead(actor=clerks[0], lead_id=lead.pk)
    outcomes = at_once(
        association,
        *[
            lambda c=c: lead_handling.assign_lead_officer(actor=c, lead_id=lead.pk, officer_id=c.user_id)
            for c in clerks
        ],
    )
    assert not [one for one in outcomes if isinstance(one, DomainError)]
    with acting_for(association.pk):
        officer = Lead.objects.get().officer_id
        assert officer in {clerk.user_id for clerk in clerks}
        assert deadlines_of("lead", lead.pk).get(code="LEAD-CHECK").owner_user_id == officer


def test_the_send_button_pressed_twice_and_the_round_run_twice_at_once(association):
    with acting_for(association.pk):
        lead, code = some.draft()
        some.officer()
    at_once(
        association,
        *[lambda: lead_reports.submit_lead(actor=some.anybody(), code=code) for _ in range(2)],
    )
    at_once(association, *[some.daily_round for _ in range(2)])
    with acting_for(association.pk):
        assert Lead.objects.get(pk=lead.pk).state == "submitted"
        assert deadlines_of("lead", lead.pk).count() == 1


def test_two_answers_at_once_are_both_kept(association):
    with acting_for(association.pk):
        _lead, code = some.submitted()
    at_once(
        association,
        *[
            lambda n=n: lead_reports.answer_question(actor=some.anybody(), code=code, text=f"补充{n}")
            for n in range(2)
        ],
    )
    with acting_for(association.pk):
        assert LeadMessage.objects.count() == 2


def test_two_people_who_confirm_an_article_at_once_confirm_it_once(association):
    with acting_for(association.pk):
        leads = [some.submitted()[0] for _ in range(2)]
        clerks = [some.officer(), some.officer()]
    outcomes = at_once(
        association,
        *[
            lambda c=c, lead=lead: confirm_lead_anchor(actor=c, lead_id=lead.pk, reason="已核对原文")
            for c, lead in zip(clerks, leads, strict=True)
        ],
    )
    assert len(winners(outcomes)) == 1
    with acting_for(association.pk):
        assert LeadAnchorConfirmation.objects.count() == 1
        assert Lead.objects.filter(anchor="").count() == 0


def test_a_lead_sent_or_screened_while_its_article_is_confirmed_names_it(association):
    """Sent before the confirmation it is among those that wait, sent after it finds it there; never between."""
    with acting_for(association.pk):
        known, _code = some.submitted()
        drafts = [some.draft() for _ in range(3)]
        moved, _code = some.submitted(category="void_terms")
        clerk, other = some.officer(), some.officer()
    outcomes = at_once(
        association,
        lambda: confirm_lead_anchor(actor=clerk, lead_id=known.pk, reason="已核对原文"),
        lambda: lead_handling.screen_lead(actor=other, lead_id=moved.pk, category="promise"),
        *[
            lambda code=code: lead_reports.submit_lead(actor=some.anybody(), code=code)
            for _draft, code in drafts
        ],
    )
    assert len(winners(outcomes)) == len(outcomes)
    with acting_for(association.pk):
        assert set(Lead.objects.values_list("anchor", flat=True)) == {"《广告法》第二十四条"}
