"""收到与受理: filed without an account, refused with a sentence, accepted once, and nobody else's to see."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association.models import Notice
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused, TooLarge
from complaints import operations
from complaints.access.complaints import evidence_visible_to
from complaints.choices.complaints import (
    EvidenceKind,
    Intake,
    State,
)
from complaints.models import Complaint, Draft, Evidence, PersonalData
from complaints.operations import Exhibit
from complaints.queries.tracking import track
from tests.complaints.material import (
    PLANTED,
    accepted,
    again,
    filed,
    filing,
    state_of,
    world,
)
from tests.factories.people import make_association, make_institution


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
