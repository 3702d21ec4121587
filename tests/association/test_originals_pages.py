"""封存原件 at the desks: asked for in the staff desk, decided and opened on one page; refusals have their status."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from association.choices import Role
from association.locker import store_file
from association.models import Attachment, OriginalRequest, User
from association.tenancy import acting_for
from tests.association.test_locker import picture
from tests.factories.people import actor_with, make_association

pytestmark = pytest.mark.django_db
SENT = picture()
HERE = "/here/desk/originals/"


@pytest.fixture
def association():
    return make_association("here")


@pytest.fixture
def kept(association):
    with acting_for(association.pk):
        own = actor_with(Role.INSTITUTION_ADMIN)
        upload = SimpleUploadedFile("现场.jpg", SENT)
        return store_file(actor=own, upload=upload, institution_id=min(own.institution_ids))


def someone(association, role):
    with acting_for(association.pk):
        user = User.objects.get(pk=actor_with(role).user_id)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def clerk(association):
    return someone(association, Role.SECRETARIAT)


@pytest.fixture
def chair(association):
    return someone(association, Role.COMMITTEE_CHAIR)


def ask(clerk, kept, reason="核对拍摄时间"):
    return clerk.post(f"/here/admin/association/attachment/{kept.pk}/do/unseal/", {"reason": reason})


def only_request(association):
    with acting_for(association.pk):
        return OriginalRequest.objects.get()


def test_asked_in_the_staff_desk_decided_by_the_chair_opened_by_the_clerk(association, kept, clerk, chair):
    assert ask(clerk, kept)["Location"] == HERE
    request = only_request(association)
    assert "批准启封" not in clerk.get(HERE).content.decode()
    assert "核对拍摄时间" in (page := chair.get(HERE).content.decode())
    assert "批准启封" in page
    assert chair.post(f"{HERE}{request.pk}/decide/", {"agree": "yes"})["Location"] == HERE
    assert ">打开原件" in clerk.get(HERE).content.decode()
    assert ">打开原件" not in chair.get(HERE).content.decode()
    answer = clerk.get(f"{HERE}{request.pk}/file/")
    assert answer.content == SENT
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert chair.get(f"{HERE}{request.pk}/file/").status_code == 403


def test_not_agreed_opens_nothing(association, kept, clerk, chair):
    ask(clerk, kept)
    request = only_request(association)
    chair.post(f"{HERE}{request.pk}/decide/", {"agree": "no"})
    assert clerk.get(f"{HERE}{request.pk}/file/").status_code == 409
    assert "未批准" in clerk.get(HERE).content.decode()


def test_button_needs_a_reason_and_keeps_what_was_typed(association, kept, clerk):
    answer = ask(clerk, kept, " ")
    assert answer.status_code == 400
    with acting_for(association.pk):
        assert not OriginalRequest.objects.exists()


def test_file_without_a_sealed_original_has_no_button(association, kept, clerk):
    with acting_for(association.pk):
        made = Attachment.objects.create(
            name="证书.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
            original_sha256="0" * 64,
            created_at=kept.created_at,
        )
    assert "申请启封原件" in clerk.get(f"/here/admin/association/attachment/{kept.pk}/").content.decode()
    page = clerk.get(f"/here/admin/association/attachment/{made.pk}/").content.decode()
    assert "申请启封原件" not in page
    assert "没有封存的原件" in page


def test_auditor_sees_requests_and_decides_none(association, kept, clerk):
    ask(clerk, kept)
    auditor = someone(association, Role.AUDITOR)
    page = auditor.get(HERE).content.decode()
    assert "核对拍摄时间" in page
    assert "批准启封" not in page
    assert auditor.post(f"{HERE}{only_request(association).pk}/decide/", {"agree": "yes"}).status_code == 403


def test_list_asks_the_same_number_of_questions(association, kept, clerk, chair):
    chair.get(HERE)
    asked = []
    for count in (1, 3):
        for _ in range(count):
            ask(someone(association, Role.SECRETARIAT), kept)
        with CaptureQueriesContext(connection) as captured:
            page = chair.get(HERE).content.decode()
        asked.append((page.count('value="yes"'), len(captured)))
    assert [shown for shown, _queries in asked] == [1, 4]
    assert asked[0][1] == asked[1][1]
