"""事先告知 reaches somebody or is none: refused where nobody is left, told and answered on paper with proof."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from association import clock
from association.choices import Role
from association.models import Appointment, Attachment, AuditEntry, Deadline, Notice, User
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import Stage
from credit_rating.models import Assessment, PriorNotice
from credit_rating.queries.staff_queue import QUEUE
from tests.credit_rating.desk import Desk
from tests.factories.people import actor_with, make_association, make_user
from tests.factories.rating import reviewing_round
from tests.factories.review import determined, move_clock
from tests.members.joining import upload

pytestmark = pytest.mark.django_db
POOR = {"B1.2": {"points": "0"}, "B1.1": {"mean": "1", "responses": "10"}}


@pytest.fixture
def here():
    return Desk(make_association("here"))


@pytest.fixture
def inside(here):
    with acting_for(here.association.pk):
        yield here


@pytest.fixture
def clerk(inside):
    return actor_with(Role.SECRETARIAT)


@pytest.fixture
def left(inside):
    """An adverse grade of an institution whose people have left."""
    assessment = determined(answers=POOR)
    leave(assessment)
    return assessment


def leave(assessment):
    posts = Appointment.objects.filter(institution_id=assessment.institution_id)
    posts.update(until_on=clock.today() - timedelta(days=1), ended_by=F("user"))


def deliver(clerk, assessment, days_ago=0, **more):
    given = {"delivered_on": clock.today() - timedelta(days=days_ago), "proof": upload("回证.jpg")} | more
    return operations.deliver_prior_notice(actor=clerk, assessment_id=assessment.pk, **given)


def register(clerk, assessment, **more):
    given = {"text": "已整改", "received_on": clock.today(), "paper": upload("申辩.jpg")} | more
    return operations.register_defence(actor=clerk, assessment_id=assessment.pk, **given)


def test_a_notice_to_nobody_is_not_sent(left, clerk):
    with pytest.raises(Refused, match="没有可以收到告知的人员"):
        operations.send_prior_notice(actor=clerk, assessment_id=left.pk)
    left.refresh_from_db()
    assert (
        left.stage,
        PriorNotice.objects.count(),
        Deadline.objects.filter(code="ROUND-DEFENCE").count(),
    ) == (
        Stage.DETERMINED,
        0,
        0,
    )


def test_the_database_refuses_a_stage_of_told_without_anybody_told(left):
    with pytest.raises(IntegrityError, match="reached nobody"), transaction.atomic():
        Assessment.objects.filter(pk=left.pk).update(stage=Stage.NOTICED)


def test_many_at_once_skip_those_whom_nobody_answers_for(inside, left):
    data = {"action": "prior_notice", "_selected_action": [left.pk], "index": "0", "select_across": "0"}
    page = inside.post("credit_rating/assessment/", **data).content.decode()
    assert f"{left.institution}没有可以收到告知的人员" in page
    assert "现在不适用，跳过" in page


def test_the_queue_of_the_staff_names_them(left):
    assert list(QUEUE["unreached"](Assessment.objects.all())) == [left]


def test_a_supplement_is_asked_of_somebody(inside, clerk):
    assessment = Assessment.objects.get(round=reviewing_round())
    leave(assessment)
    leaf = assessment.round.standard.indicators.exclude(method="").first()
    with pytest.raises(Refused, match="没有可以收到补正要求的人员"):
        operations.request_supplement(actor=clerk, assessment_id=assessment.pk, items={leaf.pk: "补一份合同"})


def test_delivered_on_paper_the_term_runs_from_that_day(left, clerk):
    move_clock(3, clerk)
    notice = deliver(clerk, left, days_ago=2)
    left.refresh_from_db()
    term = Deadline.objects.get(code="ROUND-DEFENCE", case_id=left.pk)
    assert left.stage == Stage.NOTICED
    assert (term.start_on, term.ends_at) == (notice.delivered_on, notice.due_at)
    assert "自送达之日起" in notice.text
    assert Notice.objects.filter(event=f"prior-notice-delivered-{notice.pk}", user=clerk.user_id).exists()
    with pytest.raises(Refused):
        deliver(clerk, left)


def test_the_day_of_delivery_is_between_the_grade_and_today(left, clerk):
    for days in (-1, 400):
        with pytest.raises(InvalidInput, match="送达的日期"):
            deliver(clerk, left, days_ago=days)
    with pytest.raises(InvalidInput):
        deliver(clerk, left, proof=None)


def test_paper_is_for_those_whom_nothing_else_reaches(inside, clerk):
    assessment = determined(answers=POOR)
    with pytest.raises(Refused, match="直接发出"):
        deliver(clerk, assessment)
    leave(assessment)
    with pytest.raises(Forbidden):
        deliver(actor_with(Role.AUDITOR), assessment)


def test_the_neighbour_delivers_nothing_here(left):
    with acting_for(make_association("there").pk):
        stranger = actor_with(Role.SECRETARIAT)
        with pytest.raises(NotFound):
            deliver(stranger, left)


def test_a_defence_on_paper_is_written_down_told_and_kept(left, clerk):
    notice = deliver(clerk, left)
    manager = actor_with(Role.INSTITUTION_ADMIN, institution=left.institution)
    register(clerk, left)
    notice.refresh_from_db()
    assert (notice.defence, notice.received_on) == ("已整改", clock.today())
    assert Notice.objects.filter(event=f"defence-registered-{notice.pk}", user=manager.user_id).exists()
    assert AuditEntry.objects.filter(action="register_rating_defence", user=clerk.user_id).exists()
    with pytest.raises(Refused, match="已经提交过申辩"):
        register(clerk, left)
    other = Attachment.objects.exclude(pk=notice.defence_paper_id).first()
    for change in (
        {"received_on": clock.today() - timedelta(days=1)},
        {"defence_paper": other},
        {"proof": other},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            PriorNotice.objects.filter(pk=notice.pk).update(**change)


def test_what_came_in_time_counts_and_what_came_late_does_not(left, clerk):
    notice = deliver(clerk, left)
    last = Deadline.objects.get(code="ROUND-DEFENCE", case_id=left.pk).due_on
    move_clock((last - clock.today()).days + 2, clerk)
    with pytest.raises(InvalidInput, match="届满"):
        register(clerk, left, received_on=last + timedelta(days=1))
    with pytest.raises(InvalidInput, match="收到的日期"):
        register(clerk, left, received_on=notice.delivered_on - timedelta(days=1))
    assert register(clerk, left, received_on=last).defence == "已整改"


def test_who_decided_writes_no_defence_down(left, clerk):
    notice = deliver(clerk, left)
    decider = notice.determination.decided_by or make_user()
    both = actor_with(Role.SECRETARIAT, user=decider)
    with pytest.raises(Refused, match="没有参与"):
        register(both, left)


def test_a_row_of_paper_is_whole(left, clerk):
    deliver(clerk, left)
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("UPDATE credit_rating_priornotice SET received_on = '2026-01-01'")


def test_by_the_buttons_of_the_desk(inside, left):
    place = f"credit_rating/assessment/{left.pk}/do/"
    assert "/do/prior-notice/" not in inside.get(f"credit_rating/assessment/{left.pk}/").content.decode()
    sent = inside.post(f"{place}prior-notice/")
    assert (sent.status_code, "没有可以收到告知的人员，没有发出" in sent.content.decode()) == (409, True)
    printed = inside.get(f"{place}print-notice/")
    assert (printed["Content-Type"], printed.content[:4]) == ("application/pdf", b"%PDF")
    page = inside.get(f"{place}deliver/").content.decode()
    assert "凭签收的回证登记" in page
    refused = inside.post(f"{place}deliver/", delivered_on="2001-01-01", proof=upload("回证.jpg"))
    assert refused.status_code == 400
    assert "送达的日期不能早于评定确认之日" in refused.content.decode()
    day = clock.today().isoformat()
    assert inside.post(f"{place}deliver/", delivered_on=day, proof=upload("回证.jpg")).status_code == 302
    sent = inside.post(f"{place}paper-defence/", text="已整改", received_on=day, paper=upload("申辩.jpg"))
    assert sent.status_code == 302
    assert inside.get(f"{place}receipt/").status_code == 200
    assert inside.get(f"{place}defence-file/").status_code == 200
    assert AuditEntry.objects.filter(action="read_notice_paper").count() == 2


def test_handling_staff_of_the_school_are_told_who_answers(inside, client):
    assessment = determined(answers=POOR)
    operations.send_prior_notice(actor=actor_with(Role.SECRETARIAT), assessment_id=assessment.pk)
    handler = actor_with(Role.INSTITUTION_STAFF, institution=assessment.institution)
    client.force_login(User.objects.get(pk=handler.user_id))
    page = client.get(f"/{inside.association.slug}/desk/rating/{assessment.pk}/").content.decode()
    assert "申辩由机构管理员提交" in page
    assert "提交申辩</button>" not in page
