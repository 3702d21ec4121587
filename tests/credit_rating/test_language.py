"""What is written down stays in Chinese, whatever language the pages of the person are in."""

import ast
import re

import pytest
from django.utils import translation

from association.choices import Role
from association.models import Notice
from association.tenancy import acting_for
from common.errors import Refused
from config.home import PROJECT
from credit_rating import operations
from credit_rating.models import Assessment, PriorNotice
from tests.factories.people import actor_with, make_association
from tests.factories.rating import reviewing_round
from tests.factories.review import determined, on_notice

LOW = {"B1.2": {"points": "0"}, "A1.3": {"tier": "差"}}
ENGLISH = re.compile(r"[a-z]{4,}")


@pytest.fixture
def assessment(db):
    with acting_for(make_association().pk), translation.override("en"):
        yield Assessment.objects.get(round=reviewing_round())


def written():
    return [f"{subject}\n{body}" for subject, body in Notice.objects.values_list("subject", "body")]


def test_prior_notice_and_what_follows_is_in_chinese(assessment):
    clerk, member = actor_with(Role.SECRETARIAT), actor_with(Role.COMMITTEE)
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    determined(assessment, LOW, member)
    operations.send_prior_notice(actor=clerk, assessment_id=assessment.pk)
    assert PriorNotice.objects.get().text.split("\n")[1].startswith("在“")
    operations.file_defence(actor=manager, assessment_id=assessment.pk, text="已整改")
    operations.answer_defence(actor=member, assessment_id=assessment.pk, answer="维持", reconsider=False)
    subjects = set(Notice.objects.values_list("subject", flat=True))
    assert {"评估结果事先告知书", "收到陈述申辩", "对陈述申辩的答复"} <= subjects
    assert [text for text in written() if ENGLISH.search(text)] == []


def test_the_answer_to_an_objection_is_in_chinese(assessment):
    on_notice(assessment)
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    objection = operations.file_objection(actor=manager, assessment_id=assessment.pk, text="不服")
    operations.decide_objection(
        actor=actor_with(Role.COMMITTEE), objection_id=objection.pk, upheld=False, decision="维持"
    )
    assert "异议处理结果\n不成立：维持" in written()
    assert [text for text in written() if ENGLISH.search(text)] == []


def test_refusals_are_in_the_language_of_the_page(assessment):
    with pytest.raises(Refused, match="cannot be computed"):
        operations.compute_assessment(actor=actor_with(Role.SECRETARIAT), assessment_id=assessment.pk)


def test_sentences_of_notices_are_marked_not_translated():
    """``_`` would put the sender's language into the recipient's desk and mail."""
    found = {
        f"{path.relative_to(PROJECT)}:{inner.lineno}"
        for path in sorted(PROJECT.glob("*/operations/*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"notify", "start_job", "fail_job"}
        for inner in ast.walk(call)
        if isinstance(inner, ast.Call) and getattr(inner.func, "id", "") == "_"
    }
    assert found == set()
