"""演练时钟: moves forward in a demo association of a demo installation, and nowhere else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils import timezone

from association import clock
from association.actors import visitor
from association.choices import Role
from association.models import AuditEntry, OutboxJob, PracticeClock
from association.operations import move_practice_clock
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound
from tests.factories.people import actor_with, make_association

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo():
    return make_association()


def test_clock_moves_forward_for_this_association_only(demo):
    other = make_association()
    with acting_for(demo.pk):
        move_practice_clock(actor=actor_with(Role.SECRETARIAT), days=10)
        move_practice_clock(actor=actor_with(Role.INSTITUTION_STAFF), days=1)
        assert abs(clock.now() - timezone.now() - timedelta(days=11)) < timedelta(minutes=1)
        assert AuditEntry.objects.filter(action="move_practice_clock").count() == 2
    with acting_for(other.pk):
        assert abs(clock.now() - timezone.now()) < timedelta(minutes=1)


def test_what_is_done_once_a_day_is_done_again_on_the_day_it_was_moved_to(demo):
    other = make_association()
    with acting_for(demo.pk):
        clerk = actor_with(Role.SECRETARIAT)
        for _time in range(2):
            move_practice_clock(actor=clerk, days=1)
    asked = OutboxJob.objects.filter(key__startswith="practice-").order_by("pk")
    leads = asked.filter(task="complaints.keep_leads")
    assert [job.association_id for job in leads] == [demo.pk] * 2
    assert not asked.filter(task="complaints.keep_the_clock").exists()
    assert not asked.filter(association_id=other.pk).exists()


@pytest.mark.parametrize("days", [0, -1, 401])
def test_clock_never_moves_back_nor_too_far(demo, days):
    with acting_for(demo.pk), pytest.raises(InvalidInput):
        move_practice_clock(actor=actor_with(Role.SECRETARIAT), days=days)


def test_visitor_does_not_move_it(demo):
    with acting_for(demo.pk), pytest.raises(Forbidden):
        move_practice_clock(actor=visitor(demo.pk), days=1)


def test_real_association_has_none(demo):
    real = make_association(is_demo=False)
    with acting_for(real.pk), pytest.raises(NotFound):
        move_practice_clock(actor=actor_with(Role.SECRETARIAT), days=1)


def test_database_refuses_one_for_a_real_association():
    real = make_association(is_demo=False)
    with acting_for(real.pk), pytest.raises(IntegrityError, match="demo association"), transaction.atomic():
        PracticeClock.objects.create(offset_seconds=1)


@override_settings(PORTAL_DEMO=False)
def test_outside_the_demo_a_row_means_nothing(demo):
    with acting_for(demo.pk):
        PracticeClock.objects.create(offset_seconds=864000)
        assert abs(clock.now() - timezone.now()) < timedelta(minutes=1)
        with pytest.raises(NotFound):
            move_practice_clock(actor=actor_with(Role.SECRETARIAT), days=1)
