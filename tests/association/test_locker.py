"""附件柜: what comes in is checked and kept once, in the folder of its association, and goes out as a download."""

import functools
import hashlib
import io
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from association.access import attachments_visible_to
from association.choices import Role
from association.downloads import download
from association.locker import (
    forget_case,
    forget_case_file,
    path_of,
    read_file,
    short_name,
    store_document,
    store_file,
    store_for_case,
)
from association.models import Attachment, SealedOriginal
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, TooLarge
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    association = make_association()
    with acting_for(association.pk):
        yield association


@pytest.fixture
def after(django_capture_on_commit_callbacks):
    """What is to follow the commit of the block follows it."""
    return functools.partial(django_capture_on_commit_callbacks, execute=True)


@pytest.fixture
def admin(association):
    return actor_with(Role.INSTITUTION_ADMIN)


def picture(**exif):
    image, target = Image.new("RGB", (8, 8), "red"), io.BytesIO()
    data = Image.Exif()
    data[0x010E] = "taken at home"
    image.save(target, "JPEG", exif=data)
    return target.getvalue()


def upload(data, name="现场.jpg"):
    return SimpleUploadedFile(name, data)


def store(actor, data, name="现场.jpg"):
    (institution_id,) = actor.institution_ids
    return store_file(actor=actor, upload=upload(data, name), institution_id=institution_id)


def test_picture_is_kept_without_what_the_camera_wrote(admin, association):
    sent = picture()
    kept = store(admin, sent)
    data = read_file(kept)
    assert b"taken at home" in sent
    assert b"taken at home" not in data
    assert kept.original_sha256 == hashlib.sha256(sent).hexdigest()
    assert kept.sha256 == hashlib.sha256(data).hexdigest()
    assert path_of(association.pk, kept.sha256).read_bytes() == data


def test_same_bytes_are_kept_once(admin):
    assert store(admin, picture()) == store(admin, picture(), "另一个名字.jpg")
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "name"), [(b"", "a.jpg"), (b"<html>", "a.jpg"), (b"MZ\x90", "a.exe"), (b"text", "a.pdf")]
)
def test_empty_mislabelled_and_refused_types_are_not_kept(admin, data, name):
    with pytest.raises(InvalidInput):
        store(admin, data, name)
    assert Attachment.objects.count() == 0


def test_too_many_bytes_are_not_read(admin, settings):
    settings.UPLOAD_MAX_BYTES = 10
    with pytest.raises(TooLarge):
        store(admin, picture())


def test_nothing_is_stored_for_another_institution(admin):
    with pytest.raises(Forbidden):
        store_file(actor=admin, upload=upload(picture()), institution_id=make_institution().pk)


def test_name_with_folders_stays_a_name(admin):
    assert store(admin, picture(), "../../etc/现场.jpg").name == "现场.jpg"


def test_a_name_that_is_too_long_keeps_its_ending(admin):
    kept = store(admin, picture(), f"{'现场' * 100}.jpg").name
    assert len(kept) == 160
    assert kept.startswith("现场现场")
    assert kept.endswith("….jpg")
    assert short_name("现场.jpg") == "现场.jpg"
    assert len(short_name("a." + "b" * 300)) == 160


def test_institution_sees_its_own_files_and_staff_all(admin):
    kept = store(admin, picture())
    assert list(attachments_visible_to(admin)) == [kept]
    assert list(attachments_visible_to(actor_with(Role.INSTITUTION_ADMIN))) == []
    assert list(attachments_visible_to(actor_with(Role.ASSESSOR))) == []
    assert list(attachments_visible_to(actor_with(Role.SECRETARIAT))) == [kept]


def test_download_is_never_run_by_a_browser(admin):
    response = download(store(admin, picture()))
    assert response["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Content-Type"] == "image/jpeg"


def test_document_made_here_is_kept_once(association):
    clerk = actor_with(Role.SECRETARIAT)
    given = {"data": b"%PDF", "name": "证书.pdf", "media_type": "application/pdf", "institution_id": None}
    assert store_document(actor=clerk, **given) == store_document(actor=clerk, **given)


# -- files of a case --------------------------------------------------------------------------------------------

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def test_a_file_of_a_case_carries_our_name_and_the_day_only(association):
    kept = store_for_case(upload=upload(picture(), "张三举报.jpg"), case="lead-1", name="证据1", at=DAY)
    assert (kept.name, kept.uploaded_by_id, kept.institution_id) == ("证据1.jpg", None, None)
    assert kept.created_at == DAY
    assert path_of(association.pk, kept.sha256).stat().st_mtime == DAY.timestamp()
    assert b"taken at home" not in read_file(kept)


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.AUDITOR, Role.COMMITTEE_CHAIR, Role.ASSESSOR])
def test_a_file_of_a_case_is_in_nobodys_list(association, role):
    kept = store_for_case(upload=upload(picture()), case="lead-1", name="证据1")
    free = store_file(actor=actor_with(Role.SECRETARIAT), upload=upload(picture()), institution_id=None)
    actor = actor_with(role)
    assert kept.pk != free.pk
    assert not attachments_visible_to(actor).filter(pk=kept.pk).exists()
    assert attachments_visible_to(actor).filter(pk=free.pk).exists() == (
        role in {Role.SECRETARIAT, Role.COMMITTEE_CHAIR}
    )


def test_the_same_bytes_are_kept_once_for_each_case(association):
    first, second, other = (
        store_for_case(upload=upload(picture()), case=case, name="证据1")
        for case in ("lead-1", "lead-1", "lead-2")
    )
    assert first.pk == second.pk
    assert other.pk != first.pk


def originals_in(settings):
    return [path for path in settings.MEDIA_ROOT.rglob("originals/*/*") if path.is_file()]


def test_a_forgotten_case_leaves_no_bytes_and_takes_none_from_others(association, settings, after):
    store_for_case(upload=upload(picture()), case="lead-1", name="证据1")
    own = store_document(
        actor=actor_with(Role.SECRETARIAT),
        data=b"%PDF-1.7 letter",
        name="移送函.pdf",
        media_type="application/pdf",
        institution_id=None,
        case="lead-1",
    )
    other = store_for_case(upload=upload(picture()), case="lead-2", name="证据1")
    assert len(originals_in(settings)) == 2
    with after():
        assert forget_case("lead-1") == 2
        assert forget_case("lead-1") == 0
    assert not path_of(association.pk, own.sha256).exists()
    assert read_file(other)
    assert len(originals_in(settings)) == 1
    left = Attachment.objects.filter(forgotten_on__isnull=True)
    assert list(left.values_list("case", flat=True)) == ["lead-2"]


def test_one_file_is_taken_back_and_can_be_sent_again(association, settings, after):
    first = store_for_case(upload=upload(picture()), case="lead-1", name="证据1", at=DAY)
    with after():
        forget_case_file(file_id=first.pk, case="lead-2", at=DAY)
    assert read_file(first)
    with after():
        forget_case_file(file_id=first.pk, case="lead-1", at=DAY)
    assert originals_in(settings) == []
    assert not path_of(association.pk, first.sha256).exists()
    again = store_for_case(upload=upload(picture()), case="lead-1", name="证据1", at=DAY)
    assert again.pk != first.pk
    assert read_file(again)


def test_of_an_original_sent_for_a_case_only_the_day_is_kept(association, settings):
    kept = store_for_case(upload=upload(picture()), case="lead-1", name="证据1", at=DAY)
    assert SealedOriginal.objects.get(attachment=kept).sealed_at == DAY
    assert [path.stat().st_mtime for path in originals_in(settings)] == [DAY.timestamp()]


def test_no_file_is_forgotten_for_a_case_without_a_name(association):
    kept = store_file(actor=actor_with(Role.SECRETARIAT), upload=upload(picture()), institution_id=None)
    assert forget_case("") == 0
    assert read_file(kept)


def test_what_cannot_be_kept_is_refused_for_a_case_too(settings):
    settings.UPLOAD_MAX_BYTES = 10
    with pytest.raises(TooLarge):
        store_for_case(upload=upload(picture()), case="lead-1", name="证据1")
    with pytest.raises(InvalidInput):
        store_for_case(upload=None, case="lead-1", name="证据1")
