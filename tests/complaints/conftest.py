import pytest

from association.tenancy import acting_for
from tests.complaints.material import Time, world
from tests.factories.people import make_association


@pytest.fixture
def association(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association()


@pytest.fixture
def time(monkeypatch):
    return Time(monkeypatch)


@pytest.fixture
def here(association, time):
    """A world at ten on a Monday morning, its scope open."""
    with acting_for(association.pk):
        yield world()


@pytest.fixture
def apart(association):
    """A world with its scope closed, by the real clock: for calls at one moment, each of which opens its own."""
    with acting_for(association.pk):
        return world()


@pytest.fixture
def made_in(association):
    """Calls one of the makers of ``material`` in a scope of its own, committed where the test commits."""

    def make(maker, *args, **more):
        with acting_for(association.pk):
            return maker(*args, **more)

    return make
