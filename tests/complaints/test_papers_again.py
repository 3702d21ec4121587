"""文书 follow what is hidden; what ends a purpose ends its data; a refusal raises nobody's figures."""

from datetime import date

import pytest

from common.errors import InvalidInput
from complaints import operations
from complaints.choices.complaints import Audience, State, Target, TerminationGround
from complaints.documents import letters
from complaints.models import Complaint, Decision, Enrolment
from complaints.queries.statistics import statistics
from complaints.rules.statistics import Limits
from tests.complaints.material import NAME, accepted, again, filed, mediating, queued

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]
SECRET = "患有抑郁症正在住院"


@pytest.fixture
def printed(monkeypatch):
    seen = []
    monkeypatch.setattr(
        letters,
        "render_pdf",
        lambda html, *_args, **_more: seen.append(html) or f"%PDF-1.7 {len(seen)}".encode(),
    )
    return seen


def terminated(here):
    made = mediating(here)
    operations.terminate(
        actor=here.officer,
        complaint_id=made.complaint.pk,
        ground=TerminationGround.NO_AGREEMENT,
        reason=f"投诉人{SECRET}，双方无法达成一致。",
    )
    decision = Decision.objects.get(kind="terminate")
    operations.render_letter(actor=here.system, decision_id=decision.pk)
    return made, Decision.objects.get(pk=decision.pk)


def hide(here, made, decision, audience=Audience.BOTH):
    first = decision.reason.index(SECRET)
    return operations.redact(
        actor=here.officer,
        complaint_id=made.complaint.pk,
        target=Target.DECISION,
        target_id=decision.pk,
        first=first,
        last=first + len(SECRET) - 1,
        audience=audience,
        reason="健康信息",
    )


def test_a_letter_is_made_again_without_what_was_hidden(here, printed):
    made, decision = terminated(here)
    assert SECRET in printed[-1]
    before, waiting = decision.document_id, len(queued("complaints.render_letter"))
    redaction = hide(here, made, decision)
    decision.refresh_from_db()
    assert decision.document_id is None  # the old one cannot be downloaded meanwhile
    assert len(queued("complaints.render_letter")) == waiting + 1
    operations.render_letter(actor=here.system, decision_id=decision.pk)
    decision.refresh_from_db()
    assert decision.document_id not in {None, before}
    assert SECRET not in printed[-1]
    assert "已隐去：健康信息" in printed[-1]
    assert NAME not in printed[-1]
    operations.review_redaction(
        actor=here.colleague, redaction_id=redaction.pk, confirmed=False, decision="与结果有关"
    )
    operations.render_letter(actor=here.system, decision_id=decision.pk)
    assert SECRET in printed[-1]


def test_what_is_hidden_from_the_public_alone_stays_in_the_letter_of_the_sides(here, printed):
    made, decision = terminated(here)
    hide(here, made, decision, Audience.PUBLIC)
    operations.render_letter(actor=here.system, decision_id=decision.pk)
    assert SECRET in printed[-1]


# -- 去标识化 --------------------------------------------------------------------------------------------------


def test_a_name_typed_as_the_institution_goes_as_well(here, time):
    made = filed(here, institution_id=None, respondent_name=f"{NAME}老师", respondent_address="演示路1号")
    operations.withdraw(actor=here.person, receipt_code=made.receipt_code, reason="")
    time.pass_days(3 * 366)
    assert operations.retire_personal_data(actor=here.system) is not None
    kept = again(made)
    assert (kept.respondent_name, kept.respondent_address) == ("", "")


def test_a_transfer_does_not_carry_the_person_in_the_name_of_an_authority(here):
    made = filed(here)
    with pytest.raises(InvalidInput):
        operations.transfer(
            actor=here.officer, complaint_id=made.complaint.pk, to=f"{NAME}的街道", reason="不属于本会范围"
        )
    assert again(made).state == State.RECEIVED


# -- 统计 ------------------------------------------------------------------------------------------------------

SMALL = Limits(denominator=1, cell=1, enrolments=1)


def test_only_what_was_accepted_counts_against_an_institution(here):
    accepted(here)
    early, late = filed(here), accepted(here)
    for made in (early, late):
        operations.withdraw(actor=here.person, receipt_code=made.receipt_code, reason="")
    Enrolment.objects.create(institution=here.institution, year=2026, learners=1000, source="年报")
    found = statistics(date(2026, 1, 1), date(2026, 12, 31), limits=SMALL)
    (line,) = found.lines
    assert (line.counts.received, line.counts.accepted) == (3, 2)
    assert line.per_thousand.ratio == 2
    assert Complaint.objects.filter(accepted_at__isnull=True).get() == again(early)
