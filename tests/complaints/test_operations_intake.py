"""收到与受理: filed without an account, refused with a sentence, accepted once, and nobody else's to see."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association import clock
from association.actors import visitor
from association.choices import Role, Side
from association.clocks import deadlines_of, whose_turn
from association.models import AuditEntry, Notice
from association.tenancy import acting_for, current_association_id
from common.errors import Forbidden, InvalidInput, NotFound, Refused, TooLarge
from complaints import operations
from complaints.access.complaints import complaints_visible_to, evidence_visible_to
from complaints.choices.complaints import (
    DecisionKind,
    EvidenceKind,
    Intake,
    RefusalGround,
    State,
    Timeliness,
)
from complaints.models import Complaint, Decision, Draft, Evidence, Person, PersonalData
from complaints.operations import Exhibit
from complaints.queries.tracking import track
from tests.complaints.material import (
    PLANTED,
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


def picture(name="付款.png"):
    data = (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
        b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
    )
    return SimpleUploadedFile(name, data, content_type="image/png")


# -- filing ---------------------------------------------------------------------------------------------------


def test_a_filing_is_kept_whole_and_the_person_apart(here):
    made = filed(here)
    complaint = again(made)
    assert (complaint.intake, complaint.institution_id, complaint.state) == (
        Intake.WEB,
        here.institution.pk,
        State.RECEIVED,
    )
    assert complaint.number == f"T2026-{complaint.pk:06d}"
    data = PersonalData.objects.get()
    assert data.district == "北京市朝阳区"
    boxes = b"".join(
        bytes(box) for box in (data.name_box, data.phone_box, data.address_box, data.id_box, data.email_box)
    )
    assert [secret for secret in PLANTED if secret.encode() in boxes] == []
    assert Notice.objects.filter(user_id=here.officer.user_id).exists()


def test_the_code_is_known_to_nobody_but_the_person(here):
    made = filed(here)
    assert len(made.receipt_code) == 19
    key = bytes(again(made).receipt_key)
    assert len(key) == 32
    assert made.receipt_code.replace("-", "").encode() not in key
    assert track(made.receipt_code).complaint == made.complaint
    assert track(f" {made.receipt_code.lower().replace('-', ' ')} ").complaint == made.complaint


@pytest.mark.parametrize(
    "code", ["", "x", "0000-0000-0000-0000", "ABCD-EFGH-JKMN-PQRS", "'; DROP TABLE", "一" * 500]
)
def test_a_wrong_code_is_no_code(here, code):
    filed(here)
    assert track(code) is None
    with pytest.raises(NotFound):
        operations.withdraw(actor=here.person, receipt_code=code or "0")


def test_a_code_of_the_neighbouring_association_opens_nothing(here):
    with acting_for(make_association().pk):
        made = filed(world())
    assert track(made.receipt_code) is None


def test_missing_fields_are_named_and_nothing_is_kept(here):
    key = operations.new_draft_key()
    operations.save_draft(actor=here.person, draft_key=key, content={"facts": "写了一半"})
    with pytest.raises(InvalidInput) as wrong:
        operations.file_complaint(
            actor=here.person, filing=filing(here.institution, demand="", subject="?"), draft_key=key
        )
    assert set(wrong.value.fields) == {"demand", "subject"}
    assert not Complaint.objects.exists()
    assert operations.read_draft(key) == {"facts": "写了一半"}


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"harmed_on": date(2023, 2, 27)}, "时限"),
        ({"handled_elsewhere": "朝阳区人民法院"}, "法院"),
        ({"is_consumer": False}, "生活消费"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_reason_and_the_draft_stays(here, fields, word):
    key = operations.new_draft_key()
    operations.save_draft(actor=here.person, draft_key=key, content={"a": 1})
    with pytest.raises(Refused, match=word):
        operations.file_complaint(actor=here.person, filing=filing(here.institution, **fields), draft_key=key)
    assert not Complaint.objects.exists()
    assert Draft.objects.count() == 1


def test_the_last_day_of_the_three_years_counts(here, time):
    time.to(date(2026, 3, 2), hour=15)  # 23:00 in Beijing
    made = filed(here, harmed_on=date(2023, 3, 2))
    assert state_of(made) == State.RECEIVED
    time.to(date(2026, 3, 2), hour=16)  # the next day has begun
    with pytest.raises(Refused, match="时限"):
        filed(here, harmed_on=date(2023, 3, 2))


def test_a_draft_is_sealed_lasts_two_weeks_and_goes_with_the_filing(here, time):
    key = operations.new_draft_key()
    content = {"name": PLANTED[0], "phone": PLANTED[1]}
    operations.save_draft(actor=here.person, draft_key=key, content={"name": "x"})
    operations.save_draft(actor=here.person, draft_key=key, content=content)
    row = Draft.objects.get()
    assert PLANTED[1].encode() not in bytes(row.box)
    assert operations.read_draft(key) == content
    with pytest.raises(NotFound):
        operations.read_draft(operations.new_draft_key())
    operations.file_complaint(actor=here.person, filing=filing(here.institution), draft_key=key)
    assert not Draft.objects.exists()
    operations.save_draft(actor=here.person, draft_key=key, content=content)
    time.pass_days(14)
    with pytest.raises(NotFound):
        operations.read_draft(key)


def test_an_endless_draft_is_refused(here):
    with pytest.raises(TooLarge):
        operations.save_draft(actor=here.person, draft_key="k", content={"facts": "长" * 200_000})


def test_staff_write_down_for_a_caller_and_nobody_else_does(here):
    made = operations.file_for_caller(
        actor=here.officer,
        filing=filing(here.institution, harmed_on=date(2020, 1, 1)),
        delegated_by="朝阳区市场监督管理局",
        delegation_number="朝市监委〔2026〕1号",
    )
    complaint = again(made)
    assert (complaint.intake, complaint.received_by_id) == (Intake.CALLER, here.officer.user_id)
    assert complaint.delegated_by == "朝阳区市场监督管理局"
    for actor in (here.school, here.mediator, here.auditor, here.person):
        with pytest.raises(Forbidden):
            operations.file_for_caller(actor=actor, filing=filing(here.institution))


def test_a_name_typed_exactly_finds_its_institution(here):
    made = operations.file_complaint(
        actor=here.person, filing=filing(None, respondent_name=here.institution.name)
    )
    assert again(made).institution_id == here.institution.pk
    unknown = operations.file_complaint(actor=here.person, filing=filing(None, respondent_name="某培训班"))
    assert again(unknown).institution_id is None


def test_an_institution_of_the_neighbour_cannot_be_named(here):
    with acting_for(make_association().pk):
        elsewhere = make_institution()
    with pytest.raises(InvalidInput):
        operations.file_complaint(actor=here.person, filing=filing(None, institution_id=elsewhere.pk))


# -- evidence -------------------------------------------------------------------------------------------------


def test_evidence_is_kept_without_the_name_the_person_gave_it(here):
    made = operations.file_complaint(
        actor=here.person,
        filing=filing(here.institution),
        exhibits=[Exhibit(EvidenceKind.PAYMENT, picture(f"{PLANTED[0]}.png"))],
    )
    evidence = Evidence.objects.get()
    assert evidence.attachment.case == f"complaint-{made.complaint.pk}"
    assert PLANTED[0] not in evidence.attachment.name


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("大.png", b"\x89PNG" + b"0" * (11 * 1024 * 1024)),
        SimpleUploadedFile("空.png", b""),
        SimpleUploadedFile("假.png", b"MZ\x90\x00 not a picture"),
        None,
    ],
    ids=["huge", "empty", "mislabelled", "none"],
)
def test_a_file_that_cannot_be_taken_keeps_nothing(here, upload):
    with pytest.raises((InvalidInput, TooLarge)):
        operations.file_complaint(
            actor=here.person,
            filing=filing(here.institution),
            exhibits=[Exhibit(EvidenceKind.PAYMENT, upload)],
        )
    assert not Complaint.objects.exists()


def test_the_institution_does_not_see_who_somebody_is_by_the_papers(here):
    made = accepted(here)
    for kind in (EvidenceKind.PAYMENT, EvidenceKind.IDENTITY):
        operations.add_evidence(
            actor=here.person,
            exhibit=Exhibit(kind, SimpleUploadedFile(f"{kind}.png", picture().read() + kind.encode())),
            receipt_code=made.receipt_code,
        )
    assert [one.kind for one in evidence_visible_to(here.school)] == [EvidenceKind.PAYMENT]
    assert evidence_visible_to(here.officer).count() == 2


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
    "tell_parties": {"party": "complainant", "how": "x"},
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
