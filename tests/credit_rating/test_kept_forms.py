"""每个表单: what was typed into a form of the desks stays when it is not taken, with the reason and the right status."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association import clock
from association.choices import Role
from association.tenancy import acting_for
from credit_rating import operations
from credit_rating.choices import Stage, StageKind
from credit_rating.models import Assessment, Indicator, RoundStage
from credit_rating.operations.moves import move_assessment
from tests.architecture.url_table import DESK
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association
from tests.factories.rating import (
    assessment_of,
    begun_assessment,
    draft_standard,
    frozen_standard,
    open_round,
    reviewing_round,
)
from tests.factories.review import (
    assign,
    computed,
    determined,
    move_clock,
    on_notice,
    published,
    score_all,
    suspend,
)

pytestmark = pytest.mark.django_db
POOR = {"B1.2": {"points": "0"}, "B1.1": {"mean": "1", "responses": "10"}}
WORDS = "演示填写的内容"
LONG, LONG_LINE = WORDS + "长" * 10_001, WORDS + "长" * 301
# Nothing is typed into these: a button each.
BUTTONS = {
    "begin_self_assessment", "confirm_all_carried", "confirm_carried", "remove_evidence", "submit_self_assessment",
    "declare", "begin_review", "compute_round", "approve_publication", "compute_assessment", "countersign",
    "decide_original", "confirm_appointment", "confirm_ending", "confirm_correction", "withdraw_correction",
    "confirm_past_import", "withdraw_past_import", "sign_pledge", "confirm_figures", "withdraw_figures", "decide_receipt",
}  # fmt: skip
# The same of applications, votes and breaches: tests/members/test_views_membership.py and test_views_breach.py.
WALKED_BY_MEMBERS = {
    "begin_application",
    "do_in_application",
    "do_in_vote",
    "withdraw_membership",
    "defend_breach",
}
# What a refused deed typed is kept: tests/complaints/test_views_case.py, _mass.py, _redactions.py and test_operations_lead_hearings.py. A search, a file
# and a choice between two buttons have nothing to keep.
WALKED_BY_COMPLAINTS = {
    "do_in_case", "do_in_hearing", "end_mass_case", "offer_to_all", "review_redaction",
    "find_person", "import_enrolments", "decide_orders",
}  # fmt: skip


@pytest.fixture(autouse=True)
def association():
    found = make_association()
    with acting_for(found.pk):
        yield found


def under_review():
    return Assessment.objects.get(round=reviewing_round())


def leaf(assessment, code="B1.2"):
    return Indicator.objects.get(standard=assessment.round.standard, code=code).pk


def manager(assessment):
    return actor_with(Role.INSTITUTION_ADMIN, assessment.institution)


def asked():
    assessment = under_review()
    items = {leaf(assessment, code): "请补" for code in ("B1.1", "B1.2")}
    operations.request_supplement(
        actor=actor_with(Role.SECRETARIAT), assessment_id=assessment.pk, items=items
    )
    return assessment


def noticed():
    assessment = determined(answers=POOR)
    operations.send_prior_notice(actor=actor_with(Role.SECRETARIAT), assessment_id=assessment.pk)
    return assessment


def defended():
    assessment = noticed()
    operations.file_defence(actor=manager(assessment), assessment_id=assessment.pk, text="已整改")
    return assessment


def answered():
    assessment = defended()
    operations.answer_defence(actor=actor_with(Role.COMMITTEE), assessment_id=assessment.pk, answer="维持")
    return assessment


def begun_review(scored=False):
    assessment, reviewer = under_review(), actor_with(Role.ASSESSOR)
    assign(assessment, reviewer)
    if scored:
        score_all(assessment, reviewer)
    else:
        operations.open_review(actor=reviewer, assessment_id=assessment.pk)
    return assessment, reviewer


def past(days, assessment):
    move_clock(days)
    return assessment


# Each situation gives who sends it, where to, and what is typed.


def supplement(assessment):
    place, pks = f"rating/{assessment.pk}/supplement/", [leaf(assessment, code) for code in ("B1.1", "B1.2")]
    return manager(assessment), place, {f"answer-{pks[0]}": WORDS, f"answer-{pks[1]}": ""}


def own_form(path, field, typed, **more):
    def sent(assessment):
        return manager(assessment), f"rating/{assessment.pk}/{path}/", {field: typed} | more

    return sent


def recusal(typed):
    def sent(pair):
        assessment, reviewer = pair
        row = assessment.assignments.get(assessor_id=reviewer.user_id)
        return reviewer, f"review/assignments/{row.pk}/recuse/", {"reason": typed, "tie": "family"}

    return sent


def finished_review():
    assessment, reviewer = begun_review(scored=True)
    operations.submit_review(actor=reviewer, assessment_id=assessment.pk)
    return assessment, reviewer


def ended_review():
    assessment, reviewer = finished_review()
    move_assessment(Assessment.objects.get(pk=assessment.pk), Stage.REVIEWED)
    return assessment, reviewer


def own_review(fields):
    def sent(pair):
        assessment, reviewer = pair
        return reviewer, f"review/{assessment.pk}/submit/", fields

    return sent


def request(typed):
    def sent(pair):
        assessment, reviewer = pair
        return reviewer, f"review/{assessment.pk}/supplement/", {f"request-{leaf(assessment)}": typed}

    return sent


def asked_before():
    assessment, reviewer = begun_review()
    clerk = actor_with(Role.SECRETARIAT)
    operations.request_supplement(actor=clerk, assessment_id=assessment.pk, items={leaf(assessment): "请补"})
    return assessment, reviewer


def decision(path, fields):
    def sent(assessment):
        return actor_with(Role.COMMITTEE), f"committee/assessments/{assessment.pk}/{path}/", fields

    return sent


def disputed(decided=False):
    assessment = on_notice()
    ask = {"actor": manager(assessment), "assessment_id": assessment.pk, "text": "计分有误"}
    objection = operations.file_objection(**ask)
    if decided:
        judge = actor_with(Role.COMMITTEE)
        operations.decide_objection(actor=judge, objection_id=objection.pk, upheld=False, decision="维持")
    return objection


def decided_objection():
    return disputed(decided=True)


def objection(**fields):
    def sent(row):
        typed = {"decision": WORDS, f"fix-{leaf(row.assessment)}-points": "99"} | fields
        return actor_with(Role.COMMITTEE), f"committee/objections/{row.pk}/", typed

    return sent


def longer(typed):
    def sent(row):
        return actor_with(Role.COMMITTEE), f"committee/objections/{row.pk}/extend/", {"reason": typed}

    return sent


def suspension(typed):
    def sent(publication):
        clerk = actor_with(Role.SECRETARIAT)
        return clerk, f"committee/publications/{publication.pk}/suspension/", {"reason": typed}

    return sent


def resumption(typed):
    def sent(publication):
        chair = actor_with(Role.COMMITTEE_CHAIR)
        return chair, f"committee/publications/{publication.pk}/suspend/", {"reason": typed}

    return sent


def suspended():
    return suspend(published())


def begun():
    assessment = assessment_of(open_round())
    begun_assessment(assessment)
    return assessment


def closed():
    assessment = begun()
    RoundStage.objects.filter(round=assessment.round, kind=StageKind.SELF_ASSESSMENT).update(
        closes_at=clock.now() - timedelta(minutes=1)
    )
    return assessment


def row(fields):
    def sent(assessment):
        place = f"rating/{assessment.pk}/self/{leaf(assessment)}/"
        return manager(assessment), place, {"version": "0", "comment": WORDS} | fields

    return sent


def reviewed_row(fields):
    def sent(pair):
        assessment, reviewer = pair
        place = f"review/{assessment.pk}/{leaf(assessment)}/"
        return reviewer, place, {"version": "0", "comment": WORDS} | fields

    return sent


def evidence(assessment):
    place = f"rating/{assessment.pk}/self/{leaf(assessment)}/evidence/"
    upload = SimpleUploadedFile("证照.pdf", b"x")
    return manager(assessment), place, {"valid_until": "2026-02-30", "file": upload}


def anybody():
    return None


def before_experts():
    standard = draft_standard()
    return operations.send_to_experts(actor=actor_with(Role.SECRETARIAT), standard_id=standard.pk)


def opinion(fields):
    def sent(standard):
        return actor_with(Role.ASSESSOR), f"standards/{standard.pk}/opinion/", fields

    return sent


def clock_form(_nothing):
    return actor_with(Role.SECRETARIAT), "practice-clock/", {"days": "401"}


GIVEN = {"B1.2": {"points": "99"}}
CASES = [
    # address, situation, what is sent, status, what the page says, what stays
    ("answer_supplement", asked, supplement, 400, "请填写补正说明", WORDS),
    ("answer_supplement", lambda: past(30, asked()), supplement, 409, "补正期限已过", WORDS),
    ("file_defence", noticed, own_form("defence", "text", LONG), 400, "最多10000个字", WORDS),
    ("file_defence", defended, own_form("defence", "text", WORDS), 409, "已经提交过申辩", WORDS),
    ("file_objection", on_notice, own_form("objection", "text", LONG), 400, "最多10000个字", WORDS),
    ("file_objection", determined, own_form("objection", "text", WORDS), 409, "不在公示中", WORDS),
    ("withdraw", begun, own_form("withdraw", "reason", LONG_LINE), 400, "300", WORDS),
    ("withdraw", begun, own_form("withdraw", "reason", WORDS), 400, "请先勾选确认", WORDS),
    ("withdraw", under_review, own_form("withdraw", "reason", WORDS, sure="on"), 409, "", WORDS),
    ("recuse", begun_review, recusal(LONG_LINE), 400, "300", WORDS),
    ("recuse", ended_review, recusal(WORDS), 409, "评审已经结束", WORDS),
    ("submit_review", begun_review, own_review({"summary": WORDS}), 400, "项未评分", WORDS),
    ("submit_review", finished_review, own_review({"summary": WORDS}), 409, "不能再改", WORDS),
    ("request_supplement", begun_review, request(LONG_LINE), 400, "300", WORDS),
    ("request_supplement", asked_before, request(WORDS), 409, "补正只能一次性提出", WORDS),
    ("determine", computed, decision("determine", {"grade": "Z", "reason": WORDS}), 400, "没有这个等级", WORDS),
    ("determine", computed, decision("determine", {"grade": "B", "reason": LONG}), 400, "最多10000个字", WORDS),
    ("determine", under_review, decision("determine", {"grade": "B", "reason": WORDS}), 409, "不能评定", WORDS),
    ("answer_defence", defended, decision("defence", {"answer": WORDS}), 400, "", WORDS),
    ("answer_defence", answered, decision("defence", {"answer": WORDS, "reconsider": "no"}), 409, "没有待答复的申辩", WORDS),
    ("extend_objection", decided_objection, longer(WORDS), 409, "", WORDS),
    ("decide_objection", disputed, objection(), 400, "请选择结论", WORDS),
    ("decide_objection", disputed, objection(upheld="yes"), 400, "B1.2：", WORDS),
    ("decide_objection", disputed, objection(upheld="yes"), 400, "B1.2：", 'value="99"'),
    ("decide_objection", decided_objection, objection(upheld="no"), 409, "", WORDS),
    ("propose_suspension", published, suspension(LONG), 400, "最多10000个字", WORDS),
    ("suspend_publication", suspended, resumption(LONG), 400, "最多10000个字", WORDS),
    ("save_row", begun, row({"points": "99"}), 400, "", 'value="99"'),
    ("save_row", begun, row({"points": "99"}), 400, "", WORDS),
    ("save_row", closed, row({"points": "9"}), 409, "截止", WORDS),
    ("save_review_row", begun_review, reviewed_row({"points": "99"}), 400, "", 'value="99"'),
    ("save_review_row", finished_review, reviewed_row({"points": "9"}), 409, "不能再改", WORDS),
    ("save_review_row", asked_before, reviewed_row({"points": "9"}), 409, "不在评审环节", WORDS),
    ("add_evidence", begun, evidence, 400, "日期应写作", 'value="2026-02-30"'),
    ("give_expert_opinion", before_experts, opinion({"text": WORDS}), 400, "请选择结论", WORDS),
    ("give_expert_opinion", before_experts, opinion({"verdict": "agree", "text": LONG}), 400, "最多10000个字", WORDS),
    ("give_expert_opinion", frozen_standard, opinion({"verdict": "agree", "text": WORDS}), 409, "不在专家评审中", WORDS),
    ("practice_clock", anybody, clock_form, 400, "400", 'value="401"'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "situation", "sent", "status", "says", "stays"), CASES)
def test_what_was_typed_stays_when_it_is_not_taken(
    association, settings, name, situation, sent, status, says, stays
):
    actor, place, typed = sent(situation())
    answer = Desk(association, actor).post(place, **typed)
    body = answer.content.decode()
    assert answer.status_code == status
    assert says in body
    assert stays in body
    assert "<h1" in body


def test_every_form_address_is_walked():
    forms = {name for name, address in DESK.items() if address.method == "post"}
    walked = {case[0] for case in CASES}
    assert forms - walked == BUTTONS | WALKED_BY_COMPLAINTS | WALKED_BY_MEMBERS
    assert walked <= forms
