"""Sealed columns are bound to their association and their purpose."""

import pytest

from association.sealed import seal_text, search_key, search_keys, unseal_text
from association.tenancy import NoAssociationSelected, acting_for
from common.sealing import CannotOpen
from tests.factories.people import make_association

pytestmark = pytest.mark.django_db


@pytest.fixture
def association():
    return make_association()


@pytest.fixture
def neighbour():
    return make_association()


def test_round_trip_in_the_association(association):
    with acting_for(association.pk):
        box = seal_text("13800001111", purpose="complaints.phone")
        assert b"13800001111" not in box
        assert unseal_text(memoryview(box), purpose="complaints.phone") == "13800001111"
        assert unseal_text(seal_text("", purpose="complaints.phone"), purpose="complaints.phone") == ""


def test_neighbour_and_other_column_cannot_open(association, neighbour):
    with acting_for(association.pk):
        box = seal_text("13800001111", purpose="complaints.phone")
        with pytest.raises(CannotOpen):
            unseal_text(box, purpose="complaints.name")
    with acting_for(neighbour.pk), pytest.raises(CannotOpen):
        unseal_text(box, purpose="complaints.phone")


def test_search_keys_differ_between_associations(association, neighbour):
    with acting_for(association.pk):
        here = search_key("13800001111", purpose="complaints.phone")
    with acting_for(neighbour.pk):
        assert search_key("13800001111", purpose="complaints.phone") != here


def test_a_new_secret_still_finds_what_the_old_one_stored(association, settings):
    with acting_for(association.pk):
        stored = search_key("13800001111", purpose="complaints.phone")
        settings.DATA_KEYS = ["newer-" + "n" * 40, *settings.DATA_KEYS]
        assert search_key("13800001111", purpose="complaints.phone") != stored
        assert stored in search_keys("13800001111", purpose="complaints.phone")


def test_outside_an_association_nothing_is_sealed():
    with pytest.raises(NoAssociationSelected):
        seal_text("13800001111", purpose="complaints.phone")
