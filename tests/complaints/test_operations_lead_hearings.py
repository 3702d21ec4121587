"""听取意见: nothing is found against an institution before it was heard, and what it objects to is decided by others."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, connection, transaction

from association import clock
from association.actors import system
from association.choices import Role, Side
from association.clocks import deadlines_of, whose_turn
from association.models import Notice
from association.tenancy import acting_for, current_association_id
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints.access.leads import hearings_visible_to
from complaints.choices.hearings import HearingStage, HearingState
from complaints.choices.leads import LeadState
from complaints.choices.telling import TellingWay
from complaints.documents.hearings import hearing_html
from complaints.models import Lead, LeadFinding, LeadFindingSetAside, LeadHearing
from complaints.operations import lead_handling, lead_hearings, lead_objections
from complaints.queries.hearings import hearing_of, review_shown
from complaints.queries.leads import proven_leads
from tests.common.files import picture
from tests.credit_rating.desk_pages import Desk
from tests.factories import leads as some
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    association = make_association()
    with acting_for(association.pk):
        yield association


WORDS = "宣传页写有“包过”字样，拟责令撤下。"


def own_of(lead, role=Role.INSTITUTION_ADMIN):
    return actor_with(role, Lead.objects.get(pk=lead.pk).institution)


def told(account=True, **values):
    """A lead whose institution was just told: the hearing, the officer and somebody of the institution."""
    lead, clerk, _code = some.verifying(**values)
    lead = some.named(lead, clerk)
    own = own_of(lead) if account else None
    hearing = lead_hearings.hear_institution(actor=clerk, lead_id=lead.pk, words=WORDS)
    return hearing, clerk, own


def handle(clerk, lead):
    words = {"grounds": "已到现场核对", "facts": "宣传页写有“包过”字样", "measure": "责令撤下宣传页"}
    return lead_handling.decide_lead(actor=clerk, lead_id=lead.pk, outcome=LeadState.HANDLED, **words)


def objected(account=True, monkeypatch=None, **values):
    """A finding to which the institution objected; where it did so on paper, its term before the finding was waited for."""
    hearing, clerk, own = told(account, **values)
    say(hearing, own, clerk)
    if not account:
        later(monkeypatch, 15)
    handle(clerk, hearing.lead)
    after = LeadHearing.objects.get(lead=hearing.lead, stage=HearingStage.AFTER)
    if not account:
        serve(after, clerk)
    say(after, own, clerk)
    return LeadHearing.objects.get(pk=after.pk), clerk, own


def serve(hearing, clerk, **more):
    given = {"way": TellingWay.HANDED, "served_on": clock.today()} | more
    return lead_hearings.serve_hearing(actor=clerk, hearing_id=hearing.pk, **given)


def say(hearing, own, clerk=None, **more):
    if own is not None:
        return lead_hearings.state_hearing(actor=own, hearing_id=hearing.pk, statement="页面是旧的，已撤下。")
    if LeadHearing.objects.get(pk=hearing.pk).state == HearingState.SERVING:
        serve(hearing, clerk)
    writer = more.pop("writer", None) or some.officer()
    given = {"paper": SimpleUploadedFile("意见.jpg", picture()), "received_on": clock.today()} | more
    return lead_hearings.state_hearing(actor=writer, hearing_id=hearing.pk, statement="已撤下。", **given)


def review(hearing, who, *, upheld=True):
    return lead_objections.review_hearing(
        actor=who,
        hearing_id=hearing.pk,
        upheld=upheld,
        decision="页面在核查以前已经撤下。",
        shown=review_shown(LeadHearing.objects.get(pk=hearing.pk)),
    )


def later(monkeypatch, days):
    moment = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_nothing_is_handled_before_the_institution_was_heard():
    lead, clerk, _code = some.verifying()
    with pytest.raises(Refused, match="认定机构"), transaction.atomic():
        handle(clerk, lead)
    lead = some.named(lead, clerk)
    with pytest.raises(Refused, match="先告知机构"), transaction.atomic():
        handle(clerk, lead)
    own_of(lead)
    hearing = lead_hearings.hear_institution(actor=clerk, lead_id=lead.pk, words=WORDS)
    with pytest.raises(Refused, match="先告知机构"), transaction.atomic():
        handle(clerk, lead)
    with pytest.raises(Refused, match="已经请机构陈述"), transaction.atomic():
        lead_hearings.hear_institution(actor=clerk, lead_id=lead.pk, words=WORDS)
    say(hearing, own_of(lead))
    assert handle(clerk, lead).state == LeadState.HANDLED


def test_the_institution_reads_what_is_alleged_and_never_who_told():
    hearing, _clerk, own = told(**some.NAMED)
    turn = whose_turn("hearing", hearing.pk)
    assert turn.owner == Side.INSTITUTION
    notice = Notice.objects.get(user_id=own.user_id, channel="desk")
    shown = hearing_of(own, hearing.pk)
    read = notice.subject + notice.body + notice.path + shown.hearing.words + turn.title
    for secret in (some.NAME, some.PHONE, some.MAIL, some.FACTS, hearing.lead.number):
        assert secret not in read
    assert shown.deeds == ["state_hearing"]
    other, clerk, _code = some.verifying(**some.NAMED)
    other = some.named(other, clerk)
    with pytest.raises(InvalidInput), transaction.atomic():
        lead_hearings.hear_institution(actor=clerk, lead_id=other.pk, words=f"据{some.NAME}反映")


def test_without_an_account_it_is_served_on_paper_and_the_term_begins_there(monkeypatch):
    hearing, clerk, _own = told(account=False, **some.NAMED)
    assert (hearing.state, whose_turn("hearing", hearing.pk).owner) == (HearingState.SERVING, Side.STAFF)
    letter = hearing_html(hearing)
    assert WORDS in letter
    for secret in (some.NAME, some.PHONE, some.FACTS, hearing.lead.number):
        assert secret not in letter
    assert hearing.letter.media_type == "application/pdf"
    for wrong in ({"way": TellingWay.PHONE}, {"served_on": clock.today() + timedelta(days=1)}):
        with pytest.raises(InvalidInput), transaction.atomic():
            serve(hearing, clerk, **wrong)
    later(monkeypatch, 2)
    serve(hearing, clerk)
    running = deadlines_of("hearing", hearing.pk).get(stopped_at=None)
    assert (running.code, running.start_on) == ("LEAD-HEARING", clock.today())
    with pytest.raises(InvalidInput, match="书面意见"), transaction.atomic():
        say(hearing, None, clerk, paper=None)
    with pytest.raises(InvalidInput, match="收到的日期"), transaction.atomic():
        say(hearing, None, clerk, received_on=clock.today() - timedelta(days=1))
    assert say(hearing, None, clerk).method == "paper"


def test_an_account_that_comes_while_service_waits_is_served_by_its_notice():
    hearing, _clerk, _own = told(account=False)
    own = own_of(hearing.lead)
    assert not hearings_visible_to(own).exists()
    some.daily_round()
    hearing.refresh_from_db()
    assert (hearing.state, hearing.way) == (HearingState.OPEN, TellingWay.NOTICE)
    assert Notice.objects.filter(user_id=own.user_id, channel="desk").count() == 1


def test_silence_ends_the_term_and_is_no_lateness(monkeypatch):
    hearing, clerk, own = told()
    later(monkeypatch, 15)
    with pytest.raises(Refused, match="届满"), transaction.atomic():
        say(hearing, own)
    some.daily_round()
    some.daily_round()
    hearing.refresh_from_db()
    assert (hearing.state, whose_turn("hearing", hearing.pk)) == (HearingState.SILENT, None)
    assert (
        Notice.objects.filter(user_id=clerk.user_id, subject__contains="没有陈述", channel="desk").count()
        == 1
    )
    handle(clerk, hearing.lead)
    later(monkeypatch, 30)
    some.daily_round()
    after = LeadHearing.objects.get(stage=HearingStage.AFTER)
    assert after.state == HearingState.SILENT
    assert len(proven_leads(after.institution_id, clock.today() - timedelta(days=60), clock.today())) == 1


def test_what_comes_to_nothing_is_called_off_and_told():
    hearing, clerk, own = told()
    lead_handling.decide_lead(actor=clerk, lead_id=hearing.lead_id, outcome="unfounded", grounds="查无此事")
    hearing.refresh_from_db()
    assert (hearing.state, whose_turn("hearing", hearing.pk)) == (HearingState.DROPPED, None)
    assert Notice.objects.filter(
        user_id=own.user_id, subject__contains="核查已经结束", channel="desk"
    ).exists()


@pytest.mark.parametrize("account", [True, False])
def test_an_upheld_objection_takes_two_and_sets_the_finding_aside(account, monkeypatch):
    hearing, finder, own = objected(account, monkeypatch)
    first, second = some.officer(), some.officer()
    assert whose_turn("hearing", hearing.pk).owner == Side.STAFF
    with pytest.raises(Refused, match="另一位同事复核"), transaction.atomic():
        review(hearing, finder)
    assert review(hearing, first).state == HearingState.PROPOSED
    days = clock.today(), clock.today()
    assert len(proven_leads(hearing.institution_id, *days)) == 1
    with pytest.raises(Refused, match="另一位同事确认"), transaction.atomic():
        review(hearing, first)
    assert review(hearing, second).state == HearingState.UPHELD
    gone = LeadFindingSetAside.objects.get()
    assert (gone.proposed_by_id, gone.by_id) == (first.user_id, second.user_id)
    assert LeadFinding.objects.count() == 1
    assert proven_leads(hearing.institution_id, *days) == []
    assert whose_turn("hearing", hearing.pk) is None
    if own is not None:
        assert Notice.objects.filter(user_id=own.user_id, body__contains="不再作数", channel="desk").exists()
    with pytest.raises(Refused), transaction.atomic():
        review(hearing, second)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM complaints_leadfindingsetaside")


def test_an_objection_that_is_not_upheld_leaves_the_finding():
    hearing, _finder, own = objected()
    assert review(hearing, some.officer(), upheld=False).state == HearingState.REJECTED
    assert Notice.objects.filter(user_id=own.user_id, body__contains="仍然作数", channel="desk").exists()
    assert len(proven_leads(hearing.institution_id, clock.today(), clock.today())) == 1


def test_neighbours_strangers_and_those_tied_learn_nothing():
    hearing, _clerk, _own = told()
    neighbour = actor_with(Role.INSTITUTION_ADMIN, make_institution())
    tied = actor_with(Role.SECRETARIAT, employer=hearing.lead.institution)
    for who in (neighbour, tied):
        assert not hearings_visible_to(who).exists()
        with pytest.raises(NotFound), transaction.atomic():
            lead_hearings.state_hearing(actor=who, hearing_id=hearing.pk, statement="x")
    for role in (Role.AUDITOR, Role.MEDIATOR, Role.ASSESSOR):
        with pytest.raises(Forbidden), transaction.atomic():
            lead_hearings.state_hearing(actor=actor_with(role), hearing_id=hearing.pk, statement="x")
    other = make_association("second")
    with acting_for(other.pk):
        assert not LeadHearing.objects.exists()
        assert not hearings_visible_to(system(current_association_id())).exists()


WRONG = (
    ("UPDATE complaints_leadhearing SET words = '别的'", "settled"),
    ("UPDATE complaints_leadhearing SET state = 'upheld'", "no step|decided"),
    ("UPDATE complaints_leadhearing SET served_on = '2020-01-01'", "settled"),
    ("UPDATE complaints_leadhearing SET statement = '承认'", "settled"),
    ("DELETE FROM complaints_leadhearing", "kept"),
)


@pytest.mark.parametrize(("sql", "match"), WRONG)
def test_the_database_keeps_what_was_told_and_said(sql, match):
    told()
    with pytest.raises(IntegrityError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_database_wants_the_hearing_before_the_finding():
    hearing, clerk, _own = told()
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


def test_the_finder_does_not_review_in_the_database_either():
    hearing, finder, _own = objected()
    with pytest.raises(IntegrityError, match="another than who found it"), transaction.atomic():
        LeadHearing.objects.filter(pk=hearing.pk).update(
            state="proposed", proposed_by_id=finder.user_id, proposed_at=clock.now(), decision="x"
        )
    with pytest.raises(IntegrityError, match="two people upheld"), transaction.atomic():
        LeadFindingSetAside.objects.create(
            finding=hearing.lead.finding,
            hearing=hearing,
            proposed_by_id=some.officer().user_id,
            by_id=some.officer().user_id,
            reason="x",
            at=clock.now(),
        )


@pytest.mark.usefixtures("counting")
def test_pages_of_the_institution_and_of_staff(association):
    hearing, clerk, own = told(**some.NAMED)
    desk, path = Desk(association, own), f"hearings/{hearing.pk}/"
    page = desk.client.get(desk.path(path)).content.decode()
    assert "包过" in page
    assert some.NAME not in page
    assert hearing.number in desk.client.get(desk.path("hearings/")).content.decode()
    empty = desk.client.post(desk.path(f"{path}do/"), {"deed": "state_hearing", "statement": ""})
    assert empty.status_code == 400
    done = desk.client.post(desk.path(f"{path}do/"), {"deed": "state_hearing", "statement": "已撤下。"})
    assert done.status_code == 302
    again = desk.client.post(desk.path(f"{path}do/"), {"deed": "state_hearing", "statement": "再说一次的话"})
    assert again.status_code == 409
    assert "再说一次的话" in again.content.decode()
    staff = Desk(association, clerk)
    assert "已撤下。" in staff.client.get(staff.path(path)).content.decode()
    stranger = Desk(association, actor_with(Role.INSTITUTION_ADMIN, make_institution()))
    assert stranger.client.get(stranger.path(path)).status_code == 404
    assert stranger.client.get(stranger.path(f"{path}files/1/")).status_code == 404
