"""Requests of an institution's administrator; what opens and closes the transaction is not a query."""

import json
import sys

import django

django.setup()

from django.db import connection  # noqa: E402 - after the settings
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from association.choices import Role  # noqa: E402
from association.models import User  # noqa: E402
from association.tenancy import acting_for  # noqa: E402
from config.home import HOST  # noqa: E402
from credit_rating.models import OpinionItem  # noqa: E402
from tests.factories.people import actor_with, make_association, make_institution  # noqa: E402
from tests.factories.rating import (  # noqa: E402
    assessment_of,
    beijing_standard,
    begun_assessment,
    open_round,
)

NO_QUERY = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SELECT set_config")
SIZES = (1, 3, 9)


def cost(ask) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = ask()
    if answer.status_code != 200:
        raise RuntimeError(f"status {answer.status_code}")
    found = [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(NO_QUERY)]
    if "--show" in sys.argv:
        print(*(sql[:150] for sql in found), sep="\n", end="\n\n", file=sys.stderr)
    return len(found)


def main() -> None:
    pages, saves = [], []
    association = make_association()
    for size in SIZES:
        with acting_for(association.pk):
            institutions = [make_institution() for _one in range(size)]
            held_in = open_round(
                beijing_standard() if size == SIZES[0] else standard, institutions, year=2020 + size
            )
            standard = held_in.standard
            for institution in institutions:
                actor = actor_with(Role.INSTITUTION_ADMIN, institution)
                begun_assessment(assessment_of(held_in, institution), actor)
            assessment = assessment_of(held_in, institution)
            item = OpinionItem.objects.filter(
                opinion__assessment=assessment, indicator__method="pass_fail"
            ).first()
            user = User.objects.get(pk=actor.user_id)
        client = Client(SERVER_NAME=HOST, headers={"X-Forwarded-Proto": "https"})
        client.force_login(user)
        place = f"/{association.slug}/desk/rating/{assessment.pk}/self/"
        client.get(place)
        pages.append(cost(lambda: client.get(place)))
        row = f"{place}{item.indicator_id}/"
        saves.extend(
            cost(
                lambda: client.post(
                    row, {"version": version, "passed": passed}, headers={"HX-Request": "true"}
                )
            )
            for version, passed in enumerate(("yes", "no"))
        )
    print(json.dumps({"pages": pages, "saves": saves}))


if __name__ == "__main__":
    main()
