"""退费计算 in the case: the public function, kept unchanged, the same for both sides."""

import pytest
from django.db import IntegrityError, connection, transaction

from association.choices import Role
from association.models import Notice
from association.tenancy import acting_for
from complaints import operations
from prepaid_escrow.models import RefundCalculation
from tests.complaints.material import accepted, mediating, world
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association
from tests.prepaid_escrow.test_pages import load_terms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]
ASKED = {
    "kind": "lessons", "paid": "6000", "paid_on": "2026-03-02", "lessons": "100", "used": "30", "list_price": "100",
    "cause": "operator", "demanded_on": "2026-04-11",
}  # fmt: skip


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.fixture
def here(association):
    with acting_for(association.pk):
        load_terms()
        yield world()


def text(response):
    return response.content.decode()


def place(made):
    return f"complaints/{made.complaint.pk}/refund/"


def test_the_sum_is_that_of_the_public_page_and_both_see_it(association, here, client):
    made = mediating(here)
    mediator, school = Desk(association, here.mediator), Desk(association, here.school)
    empty = text(mediator.get(place(made)))
    assert 'value="12800.00"' in empty
    public = client.get("/first/refund-calculator/", ASKED)
    shown = mediator.get(place(made), **ASKED)
    assert shown.context["answer"] == public.context["answer"]
    assert not RefundCalculation.objects.exists()
    assert mediator.post(place(made), **ASKED).status_code == 302
    assert mediator.post(place(made), **ASKED).status_code == 302
    saved = RefundCalculation.objects.get()
    assert saved.answer["refund_fen"] == 420_000
    case = text(school.get(f"complaints/{made.complaint.pk}/"))
    tracked = text(client.post("/first/complaints/track/", {"code": made.receipt_code}))
    for page in (case, tracked, text(mediator.get(f"complaints/{made.complaint.pk}/"))):
        assert "4,200.00" in page
        assert saved.digest in page
        assert "法释〔2025〕4号 第18条" in page
    assert Notice.objects.filter(user_id=here.school.user_id, subject__contains="退费计算").exists()


def test_another_sum_stands_beside_it_and_none_is_changed(association, here):
    made = mediating(here)
    mediator = Desk(association, here.mediator)
    mediator.post(place(made), **ASKED)
    mediator.post(place(made), **(ASKED | {"used": "40"}))
    assert [row.answer["refund_fen"] for row in RefundCalculation.objects.order_by("pk")] == [
        420_000,
        360_000,
    ]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE prepaid_escrow_refundcalculation SET answer = '{}'")


def test_what_cannot_be_reckoned_is_said_with_what_was_typed(association, here):
    made = mediating(here)
    refused = Desk(association, here.mediator).post(place(made), **(ASKED | {"used": "101"}))
    assert refused.status_code == 400
    assert 'value="101"' in text(refused)
    assert not RefundCalculation.objects.exists()


def test_who_does_not_mediate_calculates_nothing(association, here):
    made = accepted(here)
    stranger = actor_with(Role.INSTITUTION_ADMIN)
    for actor, status in (
        (here.school, 403),
        (here.auditor, 403),
        (here.mediator, 404),
        (stranger, 404),
    ):
        desk = Desk(association, actor)
        assert desk.get(place(made)).status_code == status
        assert desk.post(place(made), **ASKED).status_code == status
    other = make_association("second")
    with acting_for(other.pk):
        officer = world().officer
    assert Desk(other, officer).post(place(made), **ASKED).status_code == 404
    assert not RefundCalculation.objects.exists()


def test_an_ended_case_keeps_what_it_has(association, here):
    made = mediating(here)
    operations.withdraw(actor=here.person, receipt_code=made.receipt_code)
    officer = Desk(association, here.officer)
    assert officer.get(place(made)).status_code == 404
    assert officer.post(place(made), **ASKED).status_code == 404
    assert not RefundCalculation.objects.exists()
