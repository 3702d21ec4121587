"""The secretariat's lists of institutions and memberships: whole requests, the first of each to warm up."""

import json
import sys
import time

import django

django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402 - after the settings
from django.test import Client  # noqa: E402

from association.choices import Role  # noqa: E402
from association.models import Association, User  # noqa: E402
from association.tenancy import acting_for  # noqa: E402
from bench.self_assessment_worker import cost  # noqa: E402
from config.home import HOST  # noqa: E402
from members.models import MembershipTerm  # noqa: E402
from tests.factories.people import FROM, actor_with, make_association, make_institution  # noqa: E402

ASKED, MOST_QUERIES = 9, 12
DEEP = "institution/?p=80"
PAGES = {
    "institutions": "institution/",
    "one field of them": "institution/?field__exact=vocational",
    "part of a name": "institution/?q=朝阳启启启启",
    "memberships": "membershipterm/",
    "memberships that hold today": "membershipterm/?today=yes",
    "memberships of one institution": "membershipterm/?q=朝阳启启启启",
}


def prepare() -> None:
    association = make_association("bench")
    with acting_for(association.pk):
        actor = actor_with(Role.SECRETARIAT)
        Authenticator.objects.create(user_id=actor.user_id, type=Authenticator.Type.TOTP, data={})
        institution = make_institution()
        MembershipTerm.objects.create(institution=institution, from_on=FROM)
    print(json.dumps({"institution": institution.pk}))


def measure() -> None:
    association = Association.objects.get(slug="bench")
    with acting_for(association.pk):
        clerk = User.objects.get(appointments__role=Role.SECRETARIAT)
    client = Client(SERVER_NAME=HOST, headers={"X-Forwarded-Proto": "https"})
    client.force_login(clerk)
    found: dict[str, list[float]] = {}
    deep = {"deep": DEEP} if "deep" in sys.argv else {}
    for name, page in (PAGES | deep).items():
        address = f"/bench/admin/members/{page}"
        if (queries := cost(client.get, address)) > MOST_QUERIES:
            raise RuntimeError(f"{address} asks {queries} questions")
        found[name] = [_seconds(client, address) for _time in range(ASKED)]
    print(json.dumps(found))


def _seconds(client: Client, address: str) -> float:
    began = time.perf_counter()
    if client.get(address).status_code != 200:
        raise RuntimeError(address)
    return time.perf_counter() - began


if __name__ == "__main__":
    {"prepare": prepare, "measure": measure}[sys.argv[1]]()
