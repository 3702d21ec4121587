"""What people write freely: nothing invisible, nothing endless, and no character that the database refuses."""

import pytest

from association.choices import Role
from association.models import AuditEntry
from association.tenancy import acting_for
from common.errors import InvalidInput
from credit_rating import operations
from credit_rating.choices import ItemState
from credit_rating.models import Assessment, Opinion
from credit_rating.operations.assignments import LONGEST_TEXT, free_text, required_text
from tests.factories.people import actor_with, make_association
from tests.factories.rating import reviewing_round
from tests.factories.review import assign, computed, published, review, score_all, suspend

pytestmark = pytest.mark.django_db
INVISIBLE = ["\u200b", "\u2060\ufeff", "\x00", " \u00ad\n", "\u202e\t"]


@pytest.fixture
def assessment():
    with acting_for(make_association().pk):
        yield Assessment.objects.get(round=reviewing_round())


@pytest.fixture
def reviewer(assessment):
    found = actor_with(Role.ASSESSOR)
    assign(assessment, found)
    return found


@pytest.mark.parametrize("text", INVISIBLE)
def test_reason_that_cannot_be_seen_is_none(text):
    with pytest.raises(InvalidInput) as refused:
        required_text(text, "reason", "请说明理由。")
    assert refused.value.fields == {"reason": "请说明理由。"}
    assert required_text(f"亲属{text}任职", "reason", "x").replace(" ", "").replace("\n", "") == "亲属任职"


def test_long_text_is_refused_with_its_length():
    assert free_text("字" * LONGEST_TEXT, "text")
    with pytest.raises(InvalidInput, match="最多10000个字，现在是10001个字") as refused:
        free_text("字" * (LONGEST_TEXT + 1), "text")
    assert "text" in refused.value.fields


@pytest.mark.parametrize("text", INVISIBLE)
def test_recusal_needs_a_reason_that_is_read(assessment, reviewer, text):
    assignment = assessment.assignments.get()
    with pytest.raises(InvalidInput):
        operations.recuse(actor=reviewer, assignment_id=assignment.pk, reason=text)


def test_review_keeps_what_can_be_read(assessment, reviewer):
    operations.open_review(actor=reviewer, assessment_id=assessment.pk)
    ask = {"actor": reviewer, "assessment_id": assessment.pk, "version": 0, "raw": {"points": "3"}}
    ask["indicator_id"] = assessment.round.standard.indicators.get(code="B1.2").pk
    with pytest.raises(InvalidInput, match="差距"):
        operations.save_review_row(**ask, gap_reason="\u200b")
    row = operations.save_review_row(**ask, gap_reason="抽查\x00不符", comment="见\x00附件\u200b")
    assert (row.gap_reason, row.comment, row.state) == ("抽查不符", "见附件", ItemState.SCORED)
    score_all(assessment, reviewer)
    operations.submit_review(actor=reviewer, assessment_id=assessment.pk, summary="总体\x00良好")
    assert Opinion.objects.get(author_id=reviewer.user_id).summary == "总体良好"


def test_saved_review_row_is_on_record(assessment, reviewer):
    operations.open_review(actor=reviewer, assessment_id=assessment.pk)
    leaf = assessment.round.standard.indicators.get(code="B1.2")
    row = operations.save_review_row(
        actor=reviewer,
        assessment_id=assessment.pk,
        indicator_id=leaf.pk,
        version=0,
        raw={"points": "19"},
    )
    entry = AuditEntry.objects.get(action="save_review_row")
    assert (entry.user_id, entry.object_id) == (reviewer.user_id, row.pk)
    assert entry.detail == {"indicator": leaf.pk, "version": 1, "state": "scored", "points": "19"}


def test_discussion_that_cannot_be_seen_is_none(assessment):
    for points in ("20", "20", "5"):
        review(assessment, actor_with(Role.ASSESSOR), {"B1.2": {"points": points}})
    clerk = actor_with(Role.SECRETARIAT)
    with pytest.raises(InvalidInput, match="合议"):
        operations.finish_review(actor=clerk, assessment_id=assessment.pk, discussion="\u200b")
    operations.finish_review(actor=clerk, assessment_id=assessment.pk, discussion="经合议\x00按中位数")
    assert AuditEntry.objects.get(action="finish_review").reason == "经合议按中位数"


def test_committee_writes_a_reason_that_is_kept_clean(assessment):
    computed(assessment)
    member = actor_with(Role.COMMITTEE)
    with pytest.raises(InvalidInput, match="改判"):
        operations.determine(actor=member, assessment_id=assessment.pk, grade="D", reason="\u200b")
    done = operations.determine(actor=member, assessment_id=assessment.pk, reason="同意\x00")
    assert done.reason == "同意"


def test_resuming_keeps_a_clean_reason(assessment):
    publication, clerk = published(assessment), actor_with(Role.COMMITTEE_CHAIR)
    ask = {"actor": clerk, "publication_id": publication.pk}
    with pytest.raises(InvalidInput, match="暂停"):
        suspend(publication, clerk, "\u200b")
    assert suspend(publication, clerk, "核查\x00中").suspension_reason == "核查中"
    operations.resume_publication(**ask, reason="核查\x00完毕")
    assert AuditEntry.objects.filter(action="resume_publication").get().reason == "核查完毕"
