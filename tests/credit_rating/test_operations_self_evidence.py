"""佐证 and 提交 of a self-assessment."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from association import clock
from association.choices import Role
from association.locker import read_file
from association.models import Attachment, AuditEntry, Notice
from association.tenancy import acting_for
from common.errors import InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import Stage
from credit_rating.models import Evidence, Opinion
from credit_rating.operations import NotReady
from tests.credit_rating.self_desk import Desk, begun, full, upload
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import (
    assessment_of,
    begun_assessment,
    give_evidence,
    open_round,
    submitted_assessment,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    association = make_association()
    with acting_for(association.pk):
        yield association


@pytest.fixture
def desk(here):
    return begun()


# ---------------------------------------------------------------- evidence


def picture(kind="JPEG"):
    exif = Image.Exif()
    exif[0x010F] = "SECRETCAMERA"
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, kind, exif=exif)
    return out.getvalue()


def test_a_picture_is_kept_once_without_its_exif(desk):
    data = picture()
    assert b"SECRETCAMERA" in data
    first = desk.add("A1.1", upload(data, "许可证.jpg"), valid_until=clock.today())
    second = desk.add("A1.1", upload(data, "许可证.jpg"))
    elsewhere = desk.add("A1.2", upload(data, "许可证.jpg"))
    assert (first, first.attachment_id) == (second, elsewhere.attachment_id)
    assert Attachment.objects.count() == 1
    assert b"SECRETCAMERA" not in read_file(first.attachment)
    assert AuditEntry.objects.filter(action="add_evidence").count() == 2


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"", "空.pdf"), (b"MZ\x90\x00" * 50, "许可证.pdf"), (b"hello", "x.exe"), (picture("PNG"), "图.pdf")],
    ids=["0 bytes", "mislabelled", "refused type", "picture as pdf"],
)
def test_a_file_that_cannot_be_taken_is_refused(desk, data, name):
    with pytest.raises(InvalidInput):
        desk.add("A1.1", upload(data, name))
    assert not Attachment.objects.exists()


def test_evidence_that_has_expired_is_refused_and_a_date_may_be_corrected(desk):
    data = picture()
    with pytest.raises(InvalidInput) as refused:
        desk.add("A1.1", upload(data, "a.jpg"), valid_until=clock.today() - timedelta(days=1))
    assert set(refused.value.fields) == {"valid_until"}
    desk.add("A1.1", upload(data, "a.jpg"), valid_until=clock.today())
    later = clock.today() + timedelta(days=400)
    assert desk.add("A1.1", upload(data, "a.jpg"), valid_until=later).attachment.valid_until == later


def test_the_date_of_submitted_evidence_stays(here):
    institution, data = make_institution(), picture()
    admin = actor_with(Role.INSTITUTION_ADMIN, institution)
    round_ = open_round(institutions=[institution])
    begun_assessment(assessment_of(round_), admin)
    Desk(assessment_of(round_), admin).add("A1.1", upload(data, "a.jpg"))
    submitted_assessment(round_, institution)
    desk = Desk(assessment_of(open_round(institutions=[institution])), admin)
    begun_assessment(desk.assessment, admin)
    with pytest.raises(Refused, match="有效期不能再改"):
        desk.add("A1.2", upload(data, "a.jpg"), valid_until=clock.today() + timedelta(days=9))


def test_evidence_is_taken_back_only_from_the_own_row(here):
    desk, neighbour = begun(), begun()
    mine, theirs = (
        give_evidence(desk.row("A1.1"), desk.admin),
        give_evidence(neighbour.row("A1.1"), neighbour.admin),
    )
    with pytest.raises(NotFound):
        operations.remove_evidence(actor=desk.admin, assessment_id=desk.assessment.pk, evidence_id=theirs.pk)
    item = operations.remove_evidence(actor=desk.admin, assessment_id=desk.assessment.pk, evidence_id=mine.pk)
    assert item == desk.row("A1.1")
    assert list(Evidence.objects.all()) == [theirs]
    assert Attachment.objects.count() == 2


def test_a_row_takes_twenty_files(desk):
    for _number in range(20):
        give_evidence(desk.row("A1.1"), desk.admin)
    with pytest.raises(Refused, match="20"):
        desk.add("A1.1", upload(picture(), "a.jpg"))


# ---------------------------------------------------------------- submitting


def test_submitting_once_settles_the_self_assessment(here):
    clerk = actor_with(Role.SECRETARIAT)
    desk = full()
    assessment = desk.submit()
    assert (assessment.stage, assessment.grade, assessment.total) == (Stage.SUBMITTED, "", None)
    opinion = Opinion.objects.get(assessment=assessment)
    assert opinion.submitted_at == assessment.submitted_at
    with pytest.raises(Refused, match="已自评"):
        desk.submit()
    told = Notice.objects.filter(event=f"assessment-{assessment.pk}-submitted", user_id=clerk.user_id)
    assert {notice.channel for notice in told} == {"desk", "mail"}
    assert AuditEntry.objects.filter(action="submit_self_assessment").count() == 1


def test_what_is_missing_is_named_and_nothing_is_submitted(here):
    desk = full()
    desk.save("B1.2", {}, version=1)
    Evidence.objects.all().delete()
    with pytest.raises(NotReady) as refused:
        desk.submit()
    assert [finding.code for finding in refused.value.check.blocking] == ["A1.1", "B1.2"]
    assert "许可证" in refused.value.sentence
    assert assessment_of(desk.assessment.round).stage == Stage.SELF_ASSESSING
    assert not Opinion.objects.filter(submitted_at__isnull=False).exists()


def test_evidence_that_expired_meanwhile_keeps_from_submitting(here):
    desk = full()
    Attachment.objects.update(valid_until=clock.today() - timedelta(days=1))
    with pytest.raises(NotReady, match="到期"):
        desk.submit()
    give_evidence(desk.row("A1.1"), desk.admin, valid_until=clock.today())
    assert desk.submit().stage == Stage.SUBMITTED


def test_taking_part_is_voluntary_until_submitted(here):
    desk, filed = begun(), full()
    withdrawn = operations.withdraw(actor=desk.admin, assessment_id=desk.assessment.pk, reason="今年不参加")
    assert (withdrawn.stage, withdrawn.grade) == (Stage.WITHDRAWN, "")
    assert AuditEntry.objects.get(action="withdraw").reason == "今年不参加"
    filed.submit()
    with pytest.raises(Refused):
        operations.withdraw(actor=filed.admin, assessment_id=filed.assessment.pk)
    with pytest.raises(Refused):
        desk.save("B1.2", {"points": "5"})
