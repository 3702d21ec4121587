"""办理记录: in the transaction of the deed, reads included, without the content of what was read."""

import pytest
from django.db import transaction

from association.actors import system
from association.audit import record, record_read
from association.choices import Role
from association.logging import set_request_id
from association.models import AuditEntry
from association.tenancy import acting_for
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def scope():
    association = make_association()
    with acting_for(association.pk):
        yield association


def test_line_says_who_what_which_why_and_in_which_request(scope):
    actor, institution = actor_with(Role.SECRETARIAT), make_institution()
    set_request_id("abcdef123456")
    line = record(actor, "rename_institution", institution, reason="更名", before="旧名")
    set_request_id("")
    line.refresh_from_db()
    assert (line.user_id, line.action) == (actor.user_id, "rename_institution")
    assert (line.object_kind, line.object_id) == ("members.institution", institution.pk)
    assert (line.reason, line.detail, line.request_id) == ("更名", {"before": "旧名"}, "abcdef123456")
    assert line.association_id == scope.pk


def test_line_of_a_deed_that_was_undone_is_gone_too(scope):
    with transaction.atomic():
        record(system(scope.pk), "undone", None)
        transaction.set_rollback(True)
    assert not AuditEntry.objects.filter(action="undone").exists()


def test_reading_personal_data_leaves_a_line(scope):
    record_read(actor_with(Role.AUDITOR), "contact", make_institution())
    assert AuditEntry.objects.filter(action="read_contact").count() == 1


def test_lines_of_a_neighbour_are_not_seen(scope):
    record(system(scope.pk), "mine", None)
    with acting_for(make_association().pk):
        assert not AuditEntry.objects.filter(action="mine").exists()
