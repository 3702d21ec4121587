"""付款 on the pages: the proof opens for those of the case, an objection says what came, the institution finds its forms."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association import clock
from association.choices import Role
from association.tenancy import acting_for
from complaints import operations
from complaints.models import PaymentReport
from tests.common.files import picture
from tests.complaints.material import again, agreed, world
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.fixture
def here(association):
    with acting_for(association.pk):
        yield world()


def text(response):
    return response.content.decode()


def paid(here):
    made = agreed(here)
    operations.perform(
        actor=here.school,
        complaint_id=made.complaint.pk,
        paid_on=clock.today(),
        proof=SimpleUploadedFile("凭证.jpg", picture()),
    )
    return made


def contested(made, client, **more):
    said = {"code": made.receipt_code, "deed": "contest", "text": "没有到账。", **more}
    return client.post("/first/complaints/track/do/", said)


def test_the_proof_of_a_payment_opens_for_those_of_the_case_and_nobody_else(association, here):
    made = paid(here)
    proof = PaymentReport.objects.get().proof
    page = f"complaints/{made.complaint.pk}/"
    for reader in (here.officer, here.school, here.mediator):
        desk = Desk(association, reader)
        assert "付款凭证" in text(desk.get(page))
        assert desk.get(f"{page}files/{proof.pk}/").status_code == 200
    neighbour = actor_with(Role.INSTITUTION_ADMIN, institution=make_institution())
    assert Desk(association, neighbour).get(f"{page}files/{proof.pk}/").status_code == 404


def test_an_objection_says_how_much_came_and_the_page_shows_what_is_left(association, here, client):
    made = paid(here)
    too_much = contested(made, client, received_fen="99999")
    assert too_much.status_code == 400
    assert "不能超过约定或者报告的合计" in text(too_much)
    assert again(made).returned_fen == 8_000_00
    assert "实际收到3,000元" in text(contested(made, client, received_fen="3000")).replace(".00", "")
    assert again(made).returned_fen == 3_000_00
    page = text(Desk(association, here.school).get(f"complaints/{made.complaint.pk}/"))
    assert 'value="perform"' in page
    assert 'value="answer"' in page
    assert "投诉人否认到账" in page
