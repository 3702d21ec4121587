"""From 评审 to 公布 by the buttons of the staff desk: each does what it says, once, and says what was done."""

import pytest

from association.choices import JobState, Role
from association.models import AuditEntry, Job, Notice
from association.tenancy import acting_for
from credit_rating import operations
from credit_rating.choices import Stage
from credit_rating.models import Assessment, Determination, Objection, PriorNotice, Publication, PublicNotice
from tests.credit_rating.desk import Desk
from tests.factories.people import actor_with, make_association
from tests.factories.rating import reviewing_round
from tests.factories.review import determined, move_clock, on_notice, reviewed, run_jobs

pytestmark = pytest.mark.django_db
POOR = {"B1.2": {"points": "0"}, "B1.1": {"mean": "1", "responses": "10"}}


@pytest.fixture
def here():
    return Desk(make_association("here"))


@pytest.fixture
def inside(here):
    with acting_for(here.association.pk):
        yield here


def press(desk, kind, pk, name, **fields):
    """The page of the button opens, the button is pressed, and the next page says what was done."""
    place = f"credit_rating/{kind}/{pk}/do/{name}/"
    opened = desk.get(place)
    assert opened.status_code == 200
    answer = desk.post(place, **fields)
    assert answer.status_code == 302, answer.content.decode()
    return opened.content.decode(), desk.client.get(answer["Location"]).content.decode()


def is_on_record(desk, action):
    return AuditEntry.objects.filter(action=action, user=desk.user).count() == 1


def test_one_assessment_is_computed(inside):
    assessment = reviewed(Assessment.objects.get(round=reviewing_round()))
    _before, after = press(inside, "assessment", assessment.pk, "compute")
    decided = Determination.objects.get(assessment=assessment)
    assert f"已计算：{decided.computation.grade}。" in after
    assert is_on_record(inside, "compute_assessment")


def test_the_whole_round_is_computed_by_the_worker(inside):
    assessment = reviewed(Assessment.objects.get(round=reviewing_round()))
    before, after = press(inside, "round", assessment.round_id, "compute")
    assert "计算1家已完成评审的机构" in before
    assert "计算" in after
    assert run_jobs("credit_rating.compute_chunk", operations.compute_chunk) > 0
    assert Job.objects.get().state == JobState.DONE
    assert Determination.objects.filter(assessment=assessment).exists()


def test_an_adverse_grade_is_told_with_its_term(inside):
    assessment = determined(answers=POOR)
    before, after = press(inside, "assessment", assessment.pk, "prior-notice")
    assert f"拟定等级为不利等级“{assessment.grade}”" in before
    notice = PriorNotice.objects.get(assessment=assessment)
    assert f"已告知。{notice.explanation}" in after
    assert Notice.objects.filter(user__appointments__institution=assessment.institution).exists()


def test_the_notice_begins_an_objection_is_written_in_and_the_result_proposed(inside):
    assessment = determined()
    before, after = press(inside, "round", assessment.round_id, "notice")
    assert "1家的拟定结果进入公示" in before
    assert f"公示已开始。{PublicNotice.objects.get().explanation}" in after
    _before, after = press(
        inside,
        "assessment",
        assessment.pk,
        "objection",
        text="请复核第2项",
        document_number="异议〔2026〕1号",
    )
    assert "异议已登记" in after
    objection = Objection.objects.get()
    assert (objection.text, objection.document_number) == ("请复核第2项", "异议〔2026〕1号")
    chair = actor_with(Role.COMMITTEE_CHAIR)
    operations.decide_objection(actor=chair, objection_id=objection.pk, upheld=False, decision="已核，维持")
    move_clock(15)
    before, after = press(inside, "round", assessment.round_id, "propose")
    assert "公示期满且无异议的1家提请公布" in before
    assert "已提请公布1家" in after
    publication = Publication.objects.get()
    assert (publication.proposed_by, publication.published_at) == (inside.user, None)


def test_what_was_pressed_twice_is_done_once(inside):
    assessment = on_notice()
    move_clock(15)
    place = f"credit_rating/round/{assessment.round_id}/do/propose/"
    assert inside.post(place).status_code == 302
    proposed = Publication.objects.get()
    assert inside.post(place).status_code == 409
    assert Publication.objects.get() == proposed


def test_an_assessment_ends_with_a_reason(inside):
    assessment = Assessment.objects.get(round=reviewing_round())
    _before, after = press(inside, "assessment", assessment.pk, "discontinue", reason="机构停办")
    assert "评估已终止" in after
    assessment.refresh_from_db()
    assert assessment.stage not in {Stage.SUBMITTED, Stage.REVIEWED}
    assert is_on_record(inside, "discontinue_assessment")
