"""受理 and refusal of a complaint, and who sees what of it."""

from datetime import date, timedelta

import pytest

from association import clock
from association.actors import visitor
from association.choices import Role, Side
from association.clocks import deadlines_of, whose_turn
from association.deadlines import count
from association.models import AuditEntry, DeadlineRule
from association.operations import set_deadline_rule
from association.tenancy import acting_for, current_association_id
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.access.complaints import complaints_visible_to
from complaints.choices.complaints import (
    DecisionKind,
    RefusalGround,
    State,
    Timeliness,
)
from complaints.models import Decision, Person, PersonalData
from tests.complaints.material import (
    accepted,
    again,
    applicant,
    filed,
    filing,
    queued,
    state_of,
    world,
)
from tests.factories.people import actor_with, make_association, make_institution

# -- acceptance -----------------------------------------------------------------------------------------------


def test_acceptance_starts_both_clocks(here):
    made = accepted(here)
    complaint = again(made)
    assert (complaint.state, complaint.timeliness) == (State.AWAIT_REPLY, Timeliness.WAITING)
    assert (complaint.accepted_by_id, complaint.accepted_at) == (here.officer.user_id, clock.now())
    assert whose_turn("complaint", complaint.pk).owner == Side.INSTITUTION
    codes = deadlines_of("complaint", complaint.pk).filter(stopped_at=None).values_list("code", flat=True)
    assert set(codes) == {"CMP-REPLY", "MED-END"}
    assert Decision.objects.get().kind == DecisionKind.ACCEPT


def test_the_second_officer_is_told_that_somebody_was_first(here):
    made = accepted(here)
    with pytest.raises(Refused, match="已经有人办理"):
        operations.accept(actor=here.colleague, complaint_id=made.complaint.pk)
    assert again(made).accepted_by_id == here.officer.user_id


def test_nothing_is_accepted_without_an_institution(here):
    made = operations.file_complaint(actor=here.person, filing=filing(None, respondent_name="某培训班"))
    with pytest.raises(Refused, match="认定"):
        operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    operations.name_institution(
        actor=here.officer, complaint_id=made.complaint.pk, institution_id=here.institution.pk
    )
    operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    with pytest.raises(Refused):
        operations.name_institution(
            actor=here.officer, complaint_id=made.complaint.pk, institution_id=make_institution().pk
        )


@pytest.mark.parametrize(("hour", "late"), [(15, False), (17, True)])
def test_too_late_is_told_by_the_day_in_beijing(here, time, hour, late):
    """At 17:00 of the last day in UTC it is one in the morning of the next day in Beijing."""
    time.to(date(2026, 3, 2), hour=hour)
    made = operations.file_for_caller(
        actor=here.officer, filing=filing(here.institution, harmed_on=date(2023, 3, 2))
    )
    grounds = [doubt.ground for doubt in operations.doubts_about(again(made))]
    assert (RefusalGround.OVER_LIMIT in grounds) == late


def test_a_caller_too_late_is_refused_on_the_ground_not_accepted(here):
    made = operations.file_for_caller(
        actor=here.officer, filing=filing(here.institution, harmed_on=date(2020, 1, 1))
    )
    with pytest.raises(Refused, match="时限"):
        operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    decision = operations.refuse(
        actor=here.officer,
        complaint_id=made.complaint.pk,
        ground=RefusalGround.OVER_LIMIT,
        reason="自2020年起已超过三年。",
    )
    assert "第十五条第（四）项" in decision.citation
    assert (state_of(made), again(made).ended_at) == (State.NOT_ACCEPTED, clock.now())
    assert whose_turn("complaint", made.complaint.pk) is None
    assert [job.payload for job in queued("complaints.render_letter")] == [{"decision_id": decision.pk}]
    operations.render_letter(actor=here.system, decision_id=decision.pk)
    operations.render_letter(actor=here.system, decision_id=decision.pk)
    assert Decision.objects.get(pk=decision.pk).document.media_type == "application/pdf"


def test_an_officer_tied_to_the_institution_decides_nothing_about_it(here):
    made = filed(here)
    tied = actor_with(Role.SECRETARIAT, employer=here.institution)
    refusal = {"ground": RefusalGround.OTHER_RULE, "reason": "不属于受理范围。"}
    with pytest.raises(Forbidden, match="回避"):
        operations.accept(actor=tied, complaint_id=made.complaint.pk)
    with pytest.raises(Forbidden, match="回避"):
        operations.refuse(actor=tied, complaint_id=made.complaint.pk, **refusal)
    assert state_of(made) == State.RECEIVED
    operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    assert state_of(made) == State.AWAIT_REPLY


@pytest.mark.parametrize(
    ("ground", "reason"), [("", "为什么"), ("no_such", "为什么"), (RefusalGround.OTHER_RULE, " ")]
)
def test_a_refusal_has_a_ground_and_a_reason(here, ground, reason):
    made = filed(here)
    with pytest.raises(InvalidInput):
        operations.refuse(actor=here.officer, complaint_id=made.complaint.pk, ground=ground, reason=reason)
    assert state_of(made) == State.RECEIVED


def test_nobody_is_refused_for_lateness_against_the_day_on_file(here):
    made = filed(here)
    with pytest.raises(InvalidInput, match="没有超过") as refused:
        operations.refuse(
            actor=here.officer,
            complaint_id=made.complaint.pk,
            ground=RefusalGround.OVER_LIMIT,
            reason="超过三年。",
        )
    assert set(refused.value.fields) == {"ground"}
    assert state_of(made) == State.RECEIVED


def test_a_refusal_is_looked_at_again_by_somebody_else_once(here):
    made = filed(here)
    which = {"complaint_id": made.complaint.pk}
    refusal = {"ground": RefusalGround.NOT_COMPETENT, "reason": "不属于培训。"}
    operations.refuse(actor=here.officer, **which, **refusal)
    operations.contest(actor=here.person, text="属于职业培训。", receipt_code=made.receipt_code)
    assert state_of(made) == State.RECEIVED
    with pytest.raises(Refused, match="另一位同事"):
        operations.refuse(actor=here.officer, **which, **refusal)
    with pytest.raises(Refused, match="另一位同事"):
        operations.accept(actor=here.officer, **which)
    operations.refuse(actor=here.colleague, **which, **refusal)
    with pytest.raises(Refused, match="复核过"):
        operations.contest(actor=here.person, text="仍不服。", receipt_code=made.receipt_code)


def test_a_transfer_names_whom(here):
    made = filed(here)
    which = {"actor": here.officer, "complaint_id": made.complaint.pk}
    with pytest.raises(InvalidInput):
        operations.transfer(**which, to="", reason="由其管辖。")
    operations.transfer(**which, to="海淀区人力资源和社会保障局", reason="由其管辖。")
    assert state_of(made) == State.TRANSFERRED
    with pytest.raises(Refused):
        operations.accept(actor=here.colleague, complaint_id=made.complaint.pk)


# -- who sees what --------------------------------------------------------------------------------------------


def test_an_institution_sees_its_own_after_acceptance_and_nothing_else(here):
    waiting, running = filed(here), accepted(here)
    other = actor_with(Role.INSTITUTION_ADMIN)
    assert set(complaints_visible_to(here.school)) == {running.complaint}
    assert set(complaints_visible_to(here.officer)) == {waiting.complaint, running.complaint}
    for nobody in (other, here.mediator, here.person, actor_with(Role.ASSESSOR)):
        assert not complaints_visible_to(nobody).exists()
    with pytest.raises(NotFound):
        operations.answer(actor=other, complaint_id=running.complaint.pk, kind="disputed", text="不是我们。")
    with pytest.raises(NotFound):
        operations.answer(
            actor=here.school, complaint_id=waiting.complaint.pk, kind="disputed", text="不是。"
        )


def test_staff_of_the_neighbouring_association_find_nothing(here):
    made = filed(here)
    with acting_for(make_association().pk):
        elsewhere = world()
        with pytest.raises(NotFound):
            operations.accept(actor=elsewhere.officer, complaint_id=made.complaint.pk)
        assert not complaints_visible_to(elsewhere.officer).exists()


STAFF_ONLY = {
    "accept": {},
    "refuse": {"ground": RefusalGround.OTHER_RULE, "reason": "x"},
    "transfer": {"to": "x", "reason": "x"},
    "name_institution": {"institution_id": 1},
    "breach": {"reason": "x"},
    "assign_mediator": {"mediator_id": 1},
    "tell_parties": {"party": "complainant", "way": "phone"},
    "unmask": {"field": "phone", "reason": "x"},
    "redact": {"target": "facts", "reason": "x", "first": 0, "last": 1},
}


@pytest.mark.parametrize("name", STAFF_ONLY)
def test_what_staff_do_nobody_else_may(here, name):
    made = accepted(here)
    trail = AuditEntry.objects.count()
    deed = getattr(operations, name)
    for actor in (here.school, here.person, here.auditor):
        with pytest.raises(Forbidden):
            deed(actor=actor, complaint_id=made.complaint.pk, **STAFF_ONLY[name])
    assert AuditEntry.objects.count() == trail


def test_by_the_code_one_acts_without_a_role_and_without_it_one_does_not(here):
    made = accepted(here)
    stranger = visitor(current_association_id())
    with pytest.raises(Forbidden):
        operations.withdraw(actor=stranger, complaint_id=made.complaint.pk)
    with pytest.raises(Forbidden):
        operations.withdraw(actor=here.school, complaint_id=made.complaint.pk)
    operations.withdraw(actor=stranger, receipt_code=made.receipt_code, reason="已自行解决")
    assert state_of(made) == State.WITHDRAWN
    assert not deadlines_of("complaint", made.complaint.pk).filter(stopped_at=None).exists()


def test_joined_complainants_stand_each_with_own_data(here):
    people = (
        applicant(is_representative=True),
        applicant(kind="joined", name="李四", phone="13800138000", is_representative=True),
        applicant(kind="joined", name="王五", phone="13700137000"),
    )
    made = filed(here, people=people, agrees_to_joining=True)
    rows = Person.objects.filter(complaint=made.complaint)
    assert [(row.kind, row.is_representative) for row in rows] == [
        ("complainant", True),
        ("joined", True),
        ("joined", False),
    ]
    assert PersonalData.objects.count() == 3
    assert timedelta(0) == clock.now() - made.complaint.received_at


def test_how_many_representatives_there_may_be_is_what_the_rule_says(here, time):
    people = (
        applicant(is_representative=True),
        applicant(kind="joined", name="李四", phone="13800138000", is_representative=True),
        applicant(kind="joined", name="王五", phone="13700137000", is_representative=True),
    )
    with pytest.raises(InvalidInput) as wrong:
        filed(here, people=people, agrees_to_joining=True)
    assert str(wrong.value.fields["people"]) == "共同投诉的代表人不超过2人。"
    rule = DeadlineRule.objects.get(code="CMP-REPRESENTATIVES")
    more = {
        "actor": here.officer,
        "rule_id": rule.pk,
        "number": 3,
        "citation": "新规第X条",
        "certainty": "sourced",
    }
    later = {"valid_from": clock.today() + timedelta(days=1)}
    with pytest.raises(InvalidInput) as wrong:
        set_deadline_rule(**more, **later, unit="day")
    assert set(wrong.value.fields) == {"unit"}
    set_deadline_rule(**more, **later, unit="person")
    with pytest.raises(Refused, match="不是期限"):
        count(rule, clock.now())
    time.pass_days(2)
    made = filed(here, people=people, agrees_to_joining=True)
    assert Person.objects.filter(complaint=made.complaint, is_representative=True).count() == 3
