"""听取意见 from paper: never by whoever alleges or finds, never for whoever speaks itself; the term is waited for."""

import pytest
from django.db import IntegrityError, transaction

from association import clock
from association.choices import Role
from association.models import Notice
from common.errors import NotFound, Refused
from complaints.choices.complaints import Method
from complaints.choices.hearings import HearingStage, HearingState
from complaints.choices.leads import LeadState
from complaints.models import Lead, LeadFinding, LeadHearing
from complaints.operations import lead_hearings
from complaints.queries.hearings import hearing_of
from tests.complaints.test_operations_lead_hearings import (
    association,  # noqa: F401 - the fixture of the scope
    handle,
    later,
    own_of,
    say,
    serve,
    told,
)
from tests.factories import leads as some
from tests.factories.people import actor_with, make_institution

pytestmark = pytest.mark.django_db


def written(hearing):
    """By a colleague, from paper."""
    return say(hearing, None, some.officer())


def speak(hearing, own):
    return lead_hearings.state_hearing(actor=own, hearing_id=hearing.pk, statement="那不是我们写的。")


def test_whoever_is_in_charge_does_not_write_it_down():
    hearing, clerk, _own = told(account=False)
    serve(hearing, clerk)
    assert "paper_hearing" not in hearing_of(clerk, hearing.pk).deeds
    with pytest.raises(Refused, match="另一位同事登记"), transaction.atomic():
        say(hearing, None, clerk, writer=clerk)
    colleague = some.officer()
    assert "paper_hearing" in hearing_of(colleague, hearing.pk).deeds
    assert say(hearing, None, clerk, writer=colleague).method == Method.PAPER


def test_an_institution_with_an_administrator_speaks_for_itself():
    hearing, _clerk, own = told()
    colleague = some.officer()
    assert "paper_hearing" not in hearing_of(colleague, hearing.pk).deeds
    with pytest.raises(Refused, match="机构登录后自己办理"), transaction.atomic():
        written(hearing)
    assert say(hearing, own).method == Method.ACCOUNT


def test_the_finding_waits_for_the_term_where_the_word_came_from_paper(monkeypatch):
    hearing, clerk, _own = told(account=False)
    serve(hearing, clerk)
    written(hearing)
    with pytest.raises(Refused, match="期限届满以后"), transaction.atomic():
        handle(clerk, hearing.lead)
    with pytest.raises(IntegrityError, match="heard before"), transaction.atomic():
        LeadFinding.objects.create(
            lead=hearing.lead,
            basis="pledge",
            category="promise",
            facts="x",
            measure="x",
            found_on=clock.today(),
            found_by_id=clerk.user_id,
        )
    later(monkeypatch, 15)
    assert handle(clerk, hearing.lead).state == LeadState.HANDLED


def test_the_institution_hears_of_it_and_its_own_word_takes_the_place():
    hearing, clerk, _own = told(account=False)
    serve(hearing, clerk)
    staff = actor_with(Role.INSTITUTION_STAFF, Lead.objects.get(pk=hearing.lead_id).institution)
    written(hearing)
    assert Notice.objects.filter(user_id=staff.user_id, subject__contains="按书面意见登记").exists()
    own = own_of(hearing.lead)
    assert "state_hearing" in hearing_of(own, hearing.pk).deeds
    speak(hearing, own)
    after = LeadHearing.objects.get(pk=hearing.pk)
    assert (after.state, after.method, after.statement) == ("heard", "account", "那不是我们写的。")
    assert after.paper_id is not None
    assert Notice.objects.filter(user_id=clerk.user_id, subject__contains="取代").exists()
    with pytest.raises(Refused), transaction.atomic():
        speak(hearing, own)
    assert handle(clerk, hearing.lead).state == LeadState.HANDLED


def test_after_the_term_nothing_takes_its_place(monkeypatch):
    hearing, clerk, _own = told(account=False)
    serve(hearing, clerk)
    written(hearing)
    own = own_of(hearing.lead)
    neighbour = actor_with(Role.INSTITUTION_ADMIN, make_institution())
    with pytest.raises(NotFound), transaction.atomic():
        speak(hearing, neighbour)
    later(monkeypatch, 15)
    assert "state_hearing" not in hearing_of(own, hearing.pk).deeds
    with pytest.raises(Refused), transaction.atomic():
        speak(hearing, own)


def test_the_finder_writes_no_objection(monkeypatch):
    hearing, clerk, _own = told(account=False)
    serve(hearing, clerk)
    later(monkeypatch, 15)
    some.daily_round()
    handle(clerk, hearing.lead)
    after = LeadHearing.objects.get(stage=HearingStage.AFTER)
    serve(after, clerk)
    with pytest.raises(Refused, match="另一位同事登记"), transaction.atomic():
        say(after, None, clerk, writer=clerk)
    assert say(after, None, clerk).state == HearingState.HEARD
    assert speak(after, own_of(hearing.lead)).method == Method.ACCOUNT


def test_the_database_keeps_them_apart():
    hearing, clerk, _own = told(account=False)
    serve(hearing, clerk)
    paper = {"state": "heard", "statement": "x", "stated_at": clock.now(), "received_on": clock.today()}
    rows = LeadHearing.objects.filter(pk=hearing.pk)
    with pytest.raises(IntegrityError, match="who alleges or finds"), transaction.atomic():
        rows.update(method="paper", stated_by_id=clerk.user_id, paper=hearing.letter, **paper)
    written(hearing)
    for wrong in (
        {"statement": "别的"},
        {"stated_by_id": clerk.user_id},
        {"method": "account", "paper": None},
    ):
        with pytest.raises(IntegrityError, match="settled"), transaction.atomic():
            rows.update(**wrong)
