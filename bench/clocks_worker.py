"""今日钟表 of a member of staff: its requests, and in turn with them a COUNT and one page of the same table."""

import html
import json
import re
import sys
import time

import django

django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402 - after the settings
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from association.choices import Role  # noqa: E402
from association.models import Association, Deadline, User  # noqa: E402
from association.tenancy import acting_for  # noqa: E402
from bench.self_assessment_worker import cost  # noqa: E402
from config.home import HOST  # noqa: E402
from tests.factories.people import actor_with, make_association, make_institution  # noqa: E402

ROUNDS, PAGE, DEPTH = 15, 50, 40
NEXT = re.compile(r'rel="next" href="([^"]+)"')


def prepare() -> None:
    association = make_association("bench")
    with acting_for(association.pk):
        actor = actor_with(Role.SECRETARIAT)
        # Whoever decides about others has a second factor, or gets no further than to setting one up.
        Authenticator.objects.create(user_id=actor.user_id, type=Authenticator.Type.TOTP, data={})
        print(
            json.dumps(
                {"association": association.pk, "clerk": actor.user_id, "institution": make_institution().pk}
            )
        )


def measure() -> None:
    association = Association.objects.get(slug="bench")
    with acting_for(association.pk):
        clerk = User.objects.get(appointments__role=Role.SECRETARIAT)
    client = Client(SERVER_NAME=HOST, headers={"X-Forwarded-Proto": "https"})
    client.force_login(clerk)
    first = "/bench/desk/clocks/"
    deep = _address(client, first, DEPTH)
    ask = client.get
    queries = max(
        cost(ask, address) for address in (first, deep, f"{first}?part=waiting", f"{first}?who=own")
    )
    found: dict[str, list[float]] = {"pages": [], "floors": [], "deep": []}
    for _round in range(ROUNDS):
        found["floors"].append(_floor(association.pk))
        found["pages"].append(_seconds(client, first))
        found["deep"].append(_seconds(client, deep))
    print(json.dumps(found | {"queries": queries}))


def _address(client: Client, first: str, pages: int) -> str:
    """Where so many pages lead to."""
    address = first
    for _page in range(pages):
        found = NEXT.search(client.get(address).content.decode())
        if found is None:
            raise RuntimeError(f"{address} leads no further")
        address = first + html.unescape(found[1])
    return address


def _seconds(client: Client, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    seconds = time.perf_counter() - began
    if answer.status_code != 200 or answer.content.count(b"data-clock>") != PAGE:
        raise RuntimeError(f"{address} has not a full page")
    return seconds


def _floor(association: int) -> float:
    """Counted and read whole by the same connection, and nothing made of it."""
    began = time.perf_counter()
    with acting_for(association), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM association_deadline WHERE stopped_at IS NULL")
        cursor.fetchall()
        list(Deadline.objects.filter(stopped_at__isnull=True).order_by("ends_at", "pk")[:PAGE])
    return time.perf_counter() - began


if __name__ == "__main__":
    {"prepare": prepare, "measure": measure}[sys.argv[1]]()
