"""调解意愿和回避申请 from paper: on a scan, one hand for one side, told at once, and never for whoever speaks itself."""

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from association import clock
from association.choices import Role
from association.models import AuditEntry, Notice
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.choices.complaints import FactKind, Method, Party, Recusal, State
from complaints.forms.foretold import FORETOLD
from complaints.models import Consent, Evidence, Fact, RecusalRequest, Telling
from complaints.queries.case import case_of, deeds_of
from complaints.queries.road import events_of
from complaints.queries.tracking import track
from tests.complaints.material import accepted, filing, mediating, queued, scan, state_of
from tests.factories.people import actor_with, make_institution


@pytest.fixture
def on_paper(here):
    """Accepted, against an institution where nobody has an account."""
    made = operations.file_complaint(actor=here.person, filing=filing(make_institution()))
    operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    return made


def say(here, made, party, given=True, actor=None, **more):
    which = {"actor": actor or here.officer, "complaint_id": made.complaint.pk, "paper": scan(41)} | more
    return operations.consent(party=party, given=given, **which)


def by_both(here, made):
    say(here, made, Party.COMPLAINANT)
    return say(here, made, Party.INSTITUTION, actor=here.colleague, paper=scan(42))


def assign(here, made):
    return operations.assign_mediator(
        actor=here.officer, complaint_id=made.complaint.pk, mediator_id=here.mediator.user_id
    )


def own_of(made, role=Role.INSTITUTION_ADMIN):
    return actor_with(role, made.complaint.institution)


@pytest.mark.parametrize("party", list(Party))
def test_a_consent_from_paper_wants_the_paper(here, on_paper, party):
    with pytest.raises(InvalidInput, match="请上传"):
        say(here, on_paper, party, paper=None)
    assert not Consent.objects.exists()
    said = say(here, on_paper, party)
    assert (said.method, said.paper.kind, said.paper.source) == (Method.PAPER, "signed", "staff")
    assert AuditEntry.objects.filter(action="consent").latest("pk").detail["paper"] == said.paper_id


def test_nobody_writes_down_the_consent_of_both(here, on_paper):
    say(here, on_paper, Party.COMPLAINANT)
    with pytest.raises(Refused, match="另一位同事"), transaction.atomic():
        say(here, on_paper, Party.INSTITUTION, paper=scan(42))
    with pytest.raises(Refused, match="双方都同意"), transaction.atomic():
        assign(here, on_paper)
    say(here, on_paper, Party.INSTITUTION, actor=here.colleague, paper=scan(42))
    assign(here, on_paper)
    assert state_of(on_paper) == State.MEDIATING


def test_each_side_hears_at_once_what_was_written_for_it(here, on_paper):
    clerk = own_of(on_paper, Role.INSTITUTION_STAFF)
    mails = len(queued("complaints.mail_complainant"))
    said = say(here, on_paper, Party.COMPLAINANT)
    assert [job.key for job in queued("complaints.mail_complainant")][mails:] == [
        f"complaint-{on_paper.complaint.pk}-consent-paper-{said.pk}"
    ]
    assert "同意调解" in "".join(one.title for one in events_of(track(on_paper.receipt_code)))
    say(here, on_paper, Party.INSTITUTION, actor=here.colleague, paper=scan(42))
    assert Notice.objects.filter(user_id=clerk.user_id, body__contains="登记为同意调解").exists()


def test_whom_no_notice_reaches_is_told_on_paper(here, on_paper):
    said = say(here, on_paper, Party.INSTITUTION)
    assert Telling.objects.filter(party=Party.INSTITUTION, event=f"consent-paper-{said.pk}").exists()


@pytest.mark.parametrize("given", [True, False])
def test_an_institution_with_an_administrator_speaks_for_itself(here, given):
    made = accepted(here)
    with pytest.raises(Refused, match="机构登录后自己办理"):
        say(here, made, Party.INSTITUTION, given=given)
    assert not Consent.objects.exists()
    assert not Fact.objects.exists()
    assert not Evidence.objects.exists()
    operations.consent(
        actor=here.school, party=Party.INSTITUTION, given=given, complaint_id=made.complaint.pk
    )
    assert Consent.objects.get().method == Method.ACCOUNT


def test_a_refusal_from_paper_is_a_fact_until_the_institution_denies_it(here, on_paper):
    say(here, on_paper, Party.INSTITUTION, given=False)
    fact = Fact.objects.get(kind=FactKind.REFUSED_MEDIATION)
    own = own_of(on_paper)
    pk = on_paper.complaint.pk
    assert "deny_consent" in deeds_of(own, case_of(own, pk))
    operations.deny_consent(actor=own, complaint_id=pk)
    fact.refresh_from_db()
    assert "否认" in fact.set_aside.reason
    assert Notice.objects.filter(user_id=here.officer.user_id, event__contains="consent-denied").exists()
    assert "deny_consent" not in deeds_of(own, case_of(own, pk))
    with pytest.raises(Refused, match="没有可以否认"), transaction.atomic():
        operations.deny_consent(actor=own, complaint_id=pk)
    operations.consent(actor=own, party=Party.INSTITUTION, given=False, complaint_id=pk)
    assert Fact.objects.filter(set_aside__isnull=True).get().turn == 2
    with pytest.raises(Refused, match="没有可以否认"), transaction.atomic():
        operations.deny_consent(actor=own, complaint_id=pk)


def test_a_consent_that_was_denied_carries_no_mediation(here, on_paper):
    by_both(here, on_paper)
    operations.deny_consent(actor=own_of(on_paper), complaint_id=on_paper.complaint.pk)
    with pytest.raises(Refused, match="双方都同意"), transaction.atomic():
        assign(here, on_paper)
    with (
        pytest.raises((IntegrityError, InternalError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE complaints_complaint SET state = 'mediating' WHERE id = %s", [on_paper.complaint.pk]
        )


def test_denied_while_mediating_nothing_goes_on(here, on_paper):
    by_both(here, on_paper)
    assign(here, on_paper)
    operations.deny_consent(actor=own_of(on_paper), complaint_id=on_paper.complaint.pk)
    with pytest.raises(Refused, match="不再同意调解"):
        operations.plan_session(
            actor=here.mediator,
            complaint_id=on_paper.complaint.pk,
            mode="phone",
            place="电话",
            planned_at=clock.now(),
        )
    told = Notice.objects.filter(event__contains="consent-denied").values_list("user_id", flat=True)
    assert here.mediator.user_id in set(told)


def test_only_the_institution_denies_and_only_its_own(here, on_paper):
    say(here, on_paper, Party.INSTITUTION)
    pk = on_paper.complaint.pk
    for actor, wrong in ((here.officer, Forbidden), (here.mediator, Forbidden), (here.school, NotFound)):
        with pytest.raises(wrong), transaction.atomic():
            operations.deny_consent(actor=actor, complaint_id=pk)
    assert Consent.objects.get().denied_at is None


def test_the_database_keeps_the_paper_and_the_two_hands(here, on_paper):
    said = say(here, on_paper, Party.COMPLAINANT)
    elsewhere = operations.file_complaint(actor=here.person, filing=filing(make_institution()))
    values = {"party": Party.INSTITUTION, "given": True, "method": Method.PAPER, "at": clock.now()}
    mine, theirs = here.officer.user_id, here.colleague.user_id
    for wrong in (
        {"complaint": on_paper.complaint, "recorded_by_id": theirs},
        {"complaint": on_paper.complaint, "recorded_by_id": mine, "paper": said.paper},
        {"complaint": elsewhere.complaint, "recorded_by_id": theirs, "paper": said.paper},
        {
            "complaint": on_paper.complaint,
            "recorded_by_id": theirs,
            "paper": said.paper,
            "method": Method.ACCOUNT,
        },
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            Consent.objects.create(**(values | wrong))
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.filter(pk=said.pk).update(denied_at=clock.now())
    assert Consent.objects.count() == 1


def test_a_request_for_another_mediator_stands_on_a_paper_too(here):
    made = mediating(here)
    which = {
        "actor": here.officer,
        "complaint_id": made.complaint.pk,
        "ground": Recusal.OTHER,
        "reason": "同学",
    }
    with pytest.raises(InvalidInput, match="请上传"):
        operations.ask_recusal(**which, party=Party.COMPLAINANT)
    with pytest.raises(Refused, match="机构登录后自己办理"), transaction.atomic():
        operations.ask_recusal(**which, party=Party.INSTITUTION, paper=scan(41))
    mails = len(queued("complaints.mail_complainant"))
    asked = operations.ask_recusal(**which, party=Party.COMPLAINANT, paper=scan(41))
    assert [job.key for job in queued("complaints.mail_complainant")][mails:] == [
        f"complaint-{made.complaint.pk}-recusal-paper-{asked.pk}"
    ]
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        RecusalRequest.objects.create(
            complaint=made.complaint,
            party=Party.INSTITUTION,
            against_id=here.mediator.user_id,
            ground=Recusal.OTHER,
            reason="x",
            method=Method.PAPER,
            recorded_by_id=here.colleague.user_id,
            asked_at=clock.now(),
        )


def test_the_page_foretells_the_fact_and_the_telling():
    assert "作为事实计入" in str(FORETOLD["paper_consent"])
    assert "告知这一方" in str(FORETOLD["paper_consent"])
