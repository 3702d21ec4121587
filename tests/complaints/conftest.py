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
