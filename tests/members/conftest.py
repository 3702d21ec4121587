import pytest

from association.tenancy import acting_for
from tests.complaints.material import Time
from tests.factories.people import make_association
from tests.members.joining import world


@pytest.fixture
def home(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("home")


@pytest.fixture
def time(monkeypatch):
    return Time(monkeypatch)


@pytest.fixture
def here(home, time):
    """An institution that wants to join, its scope open."""
    with acting_for(home.pk):
        yield world()
