"""综合评定 as whole requests: the round's table, decisions by one and by two, objections, publication."""

import re

import pytest

from association.choices import Role
from association.operations import advance_job, fail_job, start_job
from association.tenancy import acting_for
from credit_rating import operations
from credit_rating.choices import DeterminationState, Stage
from credit_rating.models import Assessment, Determination, Indicator, Objection
from credit_rating.queries.committee import running_job
from tests.credit_rating.desk_pages import Desk, shown_on, statements
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import reviewing_round
from tests.factories.review import computed, determined, move_clock, on_notice

pytestmark = pytest.mark.django_db
POOR = {"B1.2": {"points": "0"}, "B1.1": {"mean": "1", "responses": "10"}}


@pytest.fixture
def association():
    found = make_association()
    with acting_for(found.pk):
        yield found


def member(association, role=Role.COMMITTEE):
    return Desk(association, actor_with(role))


@pytest.mark.parametrize("count", [1, 3])
def test_round_costs_the_same_for_one_institution_and_for_three(association, settings, count):
    round_ = reviewing_round(institutions=[make_institution() for _ in range(count)])
    computed(Assessment.objects.filter(round=round_).first())
    settings.PORTAL_DEMO = False
    desk = member(association)
    with statements() as found:
        answer = desk.get(f"committee/{round_.pk}/")
    assert answer.content.decode().count('<th scope="row">') == count
    assert len(found) == 14, found


def test_member_confirms_what_was_computed(association):
    assessment, desk = computed(), member(association)
    body = desk.get(f"committee/assessments/{assessment.pk}/").content.decode()
    assert "确认 A" in body
    assert "拟评等级 · 待确认" in body  # nobody has determined it yet
    assert "已复算，一致" in body
    assert desk.post(f"committee/assessments/{assessment.pk}/determine/").status_code == 302
    assessment.refresh_from_db()
    assert (assessment.stage, assessment.grade) == (Stage.DETERMINED, "A")


def test_overruling_waits_for_a_second_person(association):
    assessment, desk, second = computed(), member(association), member(association)
    place = f"committee/assessments/{assessment.pk}/"
    refused = desk.post(f"{place}determine/", grade="B")
    assert refused.status_code == 400
    for page in (desk.get(place), refused):
        offered = re.findall(r'<option value="(\w)"', page.content.decode().partition('name="grade"')[2])
        assert offered[:3] == ["B", "C", "D"]  # what was computed is confirmed
    same = desk.post(f"{place}determine/", grade="A", reason="与计算相同")
    assert same.status_code == 400
    assert Determination.objects.get().state == DeterminationState.PROPOSED
    desk.post(f"{place}determine/", grade="B", reason="佐证存疑")
    decided = Determination.objects.get()
    assert decided.state == DeterminationState.COUNTERSIGN
    waiting = desk.get(place).content.decode()
    assert "拟评等级（改判） · 待第二人签署" in waiting
    assert "评定等级" not in waiting.partition("等级说明")[2]
    assert "须由另一名委员签署" in desk.get(place).content.decode()
    assert desk.post(f"committee/determinations/{decided.pk}/countersign/", agree="yes").status_code == 403
    assert "同意，签署" in second.get(place).content.decode()
    sign = f"committee/determinations/{decided.pk}/countersign/"
    blind = second.post(sign, agree="yes")
    assert blind.status_code == 409
    assert "看不出您核对的是什么内容" in blind.content.decode()
    stale = second.post(sign, agree="yes", shown=shown_on(second.get(place)).replace("佐证存疑", "佐证充分"))
    assert stale.status_code == 409
    assert "您看到的是“佐证充分”，现在是“佐证存疑”" in stale.content.decode()
    second.post(sign, agree="yes", shown=shown_on(stale))
    assessment.refresh_from_db()
    assert assessment.grade == "B"


def test_defence_is_answered(association):
    assessment, desk = determined(answers=POOR), member(association)
    operations.send_prior_notice(actor=actor_with(Role.SECRETARIAT), assessment_id=assessment.pk)
    admin = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    operations.file_defence(actor=admin, assessment_id=assessment.pk, text="已整改")
    place = f"committee/assessments/{assessment.pk}/"
    assert "答复申辩" in desk.get(place).content.decode()
    assert desk.post(f"{place}defence/", answer="维持", reconsider="no").status_code == 302
    assert "维持" in desk.get(place).content.decode()


@pytest.mark.parametrize("upheld", ["yes", "no"])
def test_objection_is_decided_by_somebody_else(association, upheld):
    assessment, desk = on_notice(), member(association)
    admin = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    objection = operations.file_objection(actor=admin, assessment_id=assessment.pk, text="计分有误")
    assert "处理异议" in desk.get(f"committee/assessments/{assessment.pk}/").content.decode()
    expert = Indicator.objects.get(standard=assessment.round.standard, code="B1.2")
    fields = {"decision": "核查属实", "upheld": upheld}
    if upheld == "yes":
        fields[f"fix-{expert.pk}-points"] = "5"
    assert desk.post(f"committee/objections/{objection.pk}/", **fields).status_code == 302
    assessment.refresh_from_db()
    assert Objection.objects.get().state == ("upheld" if upheld == "yes" else "rejected")
    assert assessment.stage == (Stage.DETERMINED if upheld == "yes" else Stage.PUBLIC_NOTICE)


def test_chair_publishes_what_somebody_else_proposed(association):
    assessment, chair = on_notice(), member(association, Role.COMMITTEE_CHAIR)
    move_clock(15)
    operations.propose_publication(actor=actor_with(Role.SECRETARIAT), round_id=assessment.round_id)
    page = chair.get(f"committee/{assessment.round_id}/", page="9")
    listed = page.content.decode().partition('id="proposed"')[2].partition("</section>")[0]
    assert assessment.institution.name in listed
    assert "<b>A</b>" in listed
    assert ">100<" in listed
    place = f"committee/{assessment.round_id}/publish/"
    assert member(association).post(place).status_code == 403
    stale = chair.post(place, shown=shown_on(page).replace("A", "D"))
    assert stale.status_code == 409
    assert "您看到的是“D · 100”，现在是“A · 100”" in stale.content.decode()
    assert chair.post(place, shown=shown_on(stale)).status_code == 302
    assessment.refresh_from_db()
    assert assessment.stage == Stage.PUBLISHED


def test_computing_a_round_shows_a_job(association):
    round_ = computed().round
    answer = member(association).post(f"committee/{round_.pk}/compute/")
    assert answer.status_code == 302
    assert "/desk/jobs/" in answer["Location"]


def test_explanation_adds_up_for_the_institution_once_told(association):
    assessment = on_notice(answers={"B1.2": {"points": "13.37"}})
    desk = Desk(association, actor_with(Role.INSTITUTION_ADMIN, assessment.institution))
    answer = desk.get(f"rating/{assessment.pk}/explanation/")
    assert answer.status_code == 200
    steps = answer.context["steps"]
    assert steps[-1]["running"] == steps[-2]["running"] == answer.context["total"]
    assert "13.37" in answer.content.decode()


@pytest.mark.parametrize("role", [Role.INSTITUTION_ADMIN, Role.ASSESSOR])
def test_committee_pages_are_not_for_others(association, role):
    assessment = computed()
    desk = member(association, role)
    assert desk.get("committee/").status_code == 404
    assert desk.get(f"committee/{assessment.round_id}/").status_code == 404
    assert desk.get(f"committee/assessments/{assessment.pk}/").status_code == 404
    assert desk.post(f"committee/assessments/{assessment.pk}/determine/").status_code == 403


def test_a_job_that_failed_before_a_later_success_is_over(association):
    round_id, clerk = reviewing_round().pk, actor_with(Role.SECRETARIAT)
    failed = start_job(actor=clerk, kind="compute_round", title="计算", total=1, round_id=round_id)
    fail_job(failed.pk, message="停办")
    assert running_job(round_id) == failed
    done = start_job(actor=clerk, kind="compute_round", title="计算", total=1, round_id=round_id)
    assert running_job(round_id) == done
    advance_job(done.pk, by=1)
    assert running_job(round_id) is None
