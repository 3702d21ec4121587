"""办理记录 of people: nobody learns from the number of an account that its owner was known elsewhere before."""

import pytest

from association import clock, operations
from association.audit import record
from association.choices import Role
from association.models import AuditEntry
from association.tenancy import acting_for
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, appoint, make_association, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    association = make_association()
    with acting_for(association.pk):
        return Desk(association, actor_with(Role.AUDITOR))


def page(desk, entry):
    address = f"/{desk.association.slug}/admin/association/auditentry/"
    answers = desk.client.get(address), desk.client.get(f"{address}{entry.pk}/")
    return "".join(answer.content.decode() for answer in answers)


def registered(desk, email):
    with acting_for(desk.association.pk):
        user = operations.register_person(actor=actor_with(Role.SECRETARIAT), email=email, name="演示新人")
        return user, AuditEntry.objects.get(action="register_person")


def test_trail_of_a_person_has_no_number_whether_the_account_is_older_or_new(here):
    make_user(pk=987654, email="older@example.org")
    user, entry = registered(here, "older@example.org")
    assert (user.pk, entry.object_id) == (987654, 987654)
    shown = page(here, entry)
    assert "登记人员" in shown
    assert "register_person</" not in shown
    assert "987654" not in shown


def test_trail_is_read_and_searched_in_words_of_the_reader(here):
    registered(here, "older@example.org")
    address = f"/{here.association.slug}/admin/association/auditentry/"
    assert here.client.get(f"{address}?q=登记人员").context["cl"].result_count == 1
    assert here.client.get(f"{address}?q=登记人手").context["cl"].result_count == 0
    english = here.client.get(address, headers={"accept-language": "en"}).content.decode()
    for part in ("Registered a person", ">Person<", "Action"):
        assert part in english, part


def test_number_of_an_account_finds_nothing(here):
    make_user(pk=987654, email="older@example.org")
    registered(here, "older@example.org")
    answer = here.client.get(f"/{here.association.slug}/admin/association/auditentry/?q=987654")
    assert answer.context["cl"].result_count == 0


def test_person_in_the_content_of_a_line_is_named_as_here(here):
    known, stranger = make_user(pk=987654), make_user(pk=987655)
    with acting_for(here.association.pk):
        appoint(known, Role.ASSESSOR)
        name = known.appointments.get().name
        actor = actor_with(Role.SECRETARIAT)
        first = record(actor, "assign_assessor", None, assessor=known.pk, before=3)
        second = record(actor, "assign_assessor", None, assessor=stranger.pk)
    assert name in page(here, first)
    assert "98765" not in page(here, first) + page(here, second)


def test_somebody_without_a_post_here_has_no_number_either(here):
    with acting_for(here.association.pk):
        stranger = make_user(pk=987654)
        assert stranger.name == "未在本会任职的人员"
        AuditEntry.objects.create(at=clock.now(), user=stranger, action="try", object_kind="x", object_id=7)
        entry = AuditEntry.objects.get(action="try")
    shown = page(here, entry)
    assert "未在本会任职的人员" in shown
    assert "98765" not in shown
    assert "x#7" in shown
