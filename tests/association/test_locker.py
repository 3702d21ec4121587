"""附件柜: what comes in is checked and kept once, in the folder of its association, and goes out as a download."""

import hashlib
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from association.access import attachments_visible_to
from association.choices import Role
from association.downloads import download
from association.locker import path_of, read_file, store_document, store_file
from association.models import Attachment
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
