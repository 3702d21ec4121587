"""工作台 as whole requests: each role finds its own work, and the navigation costs one query."""

from datetime import timedelta

import pytest

from association import clock
from association.choices import JobState, Role
from association.models import Job, Notice
from association.notices import notify
from association.tenancy import acting_for
from credit_rating import operations
from credit_rating.choices import StageKind
from tests.credit_rating.desk_pages import Desk, statements
from tests.factories.people import actor_with, make_association
from tests.factories.rating import assessment_of, begun_assessment, open_round, reviewing_round
from tests.factories.review import assign, computed, move_clock, on_notice, reviewed

pytestmark = pytest.mark.django_db


@pytest.fixture
def association(settings):
    settings.PORTAL_DEMO = False
    found = make_association()
    with acting_for(found.pk):
        yield found


@pytest.mark.parametrize("role", [Role.INSTITUTION_ADMIN, Role.ASSESSOR, Role.COMMITTEE, Role.SECRETARIAT])
def test_desk_opens_for_every_role(association, role):
    answer = Desk(association, actor_with(role)).get("")
    assert answer.status_code == 200
    assert str(role.label) in answer.content.decode()


def test_institution_finds_its_sheet_and_how_far_it_is(association):
    assessment = assessment_of(open_round())
    admin = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    desk = Desk(association, admin)
    assert "开始自评" in desk.get("").content.decode()
    begun_assessment(assessment, admin)
    body = desk.get("").content.decode()
    assert "填写自评" in body
    assert "0 / 7" in body
    neighbour = Desk(association, actor_with(Role.INSTITUTION_ADMIN))
    assert "没有待办" in neighbour.get("").content.decode()


def test_reviewer_finds_the_declaration_then_the_scoring(association):
    assessment, reviewer = reviewing_round().assessments.get(), actor_with(Role.ASSESSOR)
    assign(assessment, reviewer, declared=False)
    desk = Desk(association, reviewer)
    assert "声明有无利害关系" in desk.get("").content.decode()


def test_committee_finds_the_proposal(association):
    computed()
    desk = Desk(association, actor_with(Role.COMMITTEE))
    body = desk.get("").content.decode()
    assert "确认评定" in body
    assert '<span class="count">1<' in body


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.COMMITTEE_CHAIR])
def test_committee_finds_the_round_that_waits_for_computing(association, role):
    round_ = reviewing_round()
    desk = Desk(association, actor_with(role))
    assert "没有待办" in desk.get("").content.decode()
    reviewed(round_.assessments.get())
    body = desk.get("").content.decode()
    assert "已复评1家，待计算与评定" in body
    assert f'/desk/committee/{round_.pk}/"' in body
    assert '<span class="count">1<' in body
    later = clock.now() + timedelta(days=1)
    round_.stages.filter(kind=StageKind.DETERMINATION).update(opens_at=later, closes_at=later + timedelta(9))
    assert "待计算与评定" not in desk.get("").content.decode()


def test_chair_finds_what_waits_for_approval(association, settings):
    settings.PORTAL_DEMO = True
    assessment = on_notice()
    move_clock(15)
    operations.propose_publication(actor=actor_with(Role.SECRETARIAT), round_id=assessment.round_id)
    body = Desk(association, actor_with(Role.COMMITTEE_CHAIR)).get("").content.decode()
    assert "批准公布" in body
    assert '<span class="count">1<' in body
    assert "批准公布" not in Desk(association, actor_with(Role.COMMITTEE)).get("").content.decode()


def test_auditor_finds_the_trail(association):
    body = Desk(association, actor_with(Role.AUDITOR)).get("").content.decode()
    assert "办理记录" in body
    assert f'href="/{association.slug}/admin/association/auditentry/"' in body


@pytest.mark.parametrize("count", [1, 3])
def test_desk_costs_the_same_for_one_task_and_for_three(association, count):
    institution = assessment_of(open_round()).institution
    for year in range(2030, 2030 + count - 1):
        open_round(institutions=[institution], year=year)
    desk = Desk(association, actor_with(Role.INSTITUTION_ADMIN, institution))
    with statements() as found:
        answer = desk.get("")
    assert answer.content.decode().count("开始自评") == count
    assert len(found) == 10, found


def test_notices_are_read_by_opening_the_page(association):
    desk = Desk(association, actor_with(Role.INSTITUTION_ADMIN))
    notify("trial", [desk.actor.user_id], subject="测试通知", body="正文", path="/desk/")
    body = desk.get("notices/").content.decode()
    assert "测试通知" in body
    assert f'href="/{association.slug}/desk/"' in body
    assert Notice.objects.filter(channel="desk", read_at__isnull=True).count() == 0


def test_job_page_polls_until_it_is_over(association):
    desk = Desk(association, actor_with(Role.COMMITTEE))
    job = Job.objects.create(kind="compute_round", title="计算", total=4, done=1, created_at=clock.now())
    assert "every 1s" in desk.get(f"jobs/{job.pk}/").content.decode()
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, done=4, finished_at=clock.now())
    part = desk.client.get(desk.path(f"jobs/{job.pk}/"), headers={"HX-Request": "true"}).content.decode()
    assert "every 1s" not in part
    assert "4 / 4" in part
    assert Desk(association, actor_with(Role.INSTITUTION_ADMIN)).get(f"jobs/{job.pk}/").status_code == 404
