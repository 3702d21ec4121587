"""No page says by which number an account is known: other associations have the same account."""

import re
from itertools import count

import pytest

from association.choices import Role
from association.models import User
from tests.architecture.test_urls import (
    addresses,
    arguments_of,
    client_for,
    path_of_address,
    world,  # noqa: F401 - the fixture
)

pytestmark = [pytest.mark.django_db, pytest.mark.long]
FIRST = 919_100_001
NUMBER = re.compile(r"(?<!\d)9191\d{5}(?!\d)")
LOOKED_AT = (Role.SECRETARIAT, Role.COMMITTEE_CHAIR)


@pytest.fixture(autouse=True)
def told_apart(monkeypatch):
    """Every account gets a number that nothing else on a page can be."""
    numbers, save = count(FIRST), User.save

    def numbered(user, *args, **named):
        user.pk = user.pk or next(numbers)
        save(user, *args, **named)

    monkeypatch.setattr(User, "save", numbered)


def test_no_page_names_an_account_by_its_number(world):  # noqa: F811 - the fixture
    assert all(user is None or user >= FIRST for user in world.people.values())
    told, seen = {}, 0
    for role in LOOKED_AT:
        client = client_for(world.people[role])
        for name, address in addresses().items():
            if address.method != "get":
                continue
            response = client.get(
                "/first" + path_of_address(name, arguments_of(world, address)), address.data
            )
            if response.status_code != 200 or "text/html" not in response.headers["Content-Type"]:
                continue
            seen += 1
            if found := NUMBER.search(response.content.decode()):
                told[f"{name} as {role}"] = around(response.content.decode(), found)
    assert told == {}
    assert seen > 150


def around(page, found):
    return page[max(0, found.start() - 60) : found.end() + 20]
