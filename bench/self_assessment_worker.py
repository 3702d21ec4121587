"""Requests of an institution's administrator: every statement counts, but what begins and ends a transaction."""

import json
import sys
from collections.abc import Callable

import django

django.setup()

from django.db import connection  # noqa: E402 - after the settings
from django.http import HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from association.choices import Role  # noqa: E402
from association.models import User  # noqa: E402
from association.tenancy import acting_for  # noqa: E402
from config.home import HOST  # noqa: E402
from credit_rating.models import Assessment, AssessmentStandard, OpinionItem  # noqa: E402
from tests.factories.people import actor_with, make_association, make_institution  # noqa: E402
from tests.factories.rating import (  # noqa: E402
    assessment_of,
    begun_assessment,
    beijing_standard,
    give_evidence,
    open_round,
)

NO_QUERY = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
SIZES = (1, 3, 9)
# From this version of the row on there is a file with it.
WITH_FILES = 2


def cost(ask: Callable[..., HttpResponse], *arguments, **options) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = ask(*arguments, **options)
    if answer.status_code != 200:
        raise RuntimeError(f"status {answer.status_code}")
    found = [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(NO_QUERY)]
    if "--show" in sys.argv:
        print(*(sql[:150] for sql in found), sep="\n", end="\n\n", file=sys.stderr)
    return len(found)


def begun(standard: AssessmentStandard, size: int) -> tuple[Assessment, User, OpinionItem]:
    """A round of so many institutions; the last one's self-assessment, its administrator, one of its rows."""
    institutions = [make_institution() for _one in range(size)]
    held_in = open_round(standard, institutions, year=2020 + size)
    for institution in institutions:
        assessment = assessment_of(held_in, institution)
        actor = actor_with(Role.INSTITUTION_ADMIN, institution)
        opinion = begun_assessment(assessment, actor)
    rows = OpinionItem.objects.filter(opinion=opinion, indicator__method="pass_fail")
    return assessment, User.objects.get(pk=actor.user_id), rows.select_related("indicator")[0]


def main() -> None:
    pages, saves = [], []
    association = make_association()
    with acting_for(association.pk):
        standard = beijing_standard()
    for size in SIZES:
        with acting_for(association.pk):
            assessment, user, item = begun(standard, size)
        client = Client(SERVER_NAME=HOST, headers={"X-Forwarded-Proto": "https"})
        client.force_login(user)
        place = f"/{association.slug}/desk/rating/{assessment.pk}/self/"
        client.get(place)
        pages.append(cost(client.get, place))
        for version, passed in enumerate(("yes", "no", "yes")):
            if version == WITH_FILES:
                with acting_for(association.pk):
                    give_evidence(item, actor_with(Role.INSTITUTION_ADMIN, assessment.institution))
            entry = {"version": version, "passed": passed}
            row = f"{place}{item.indicator_id}/"
            saves.append(cost(client.post, row, entry, headers={"HX-Request": "true"}))
    print(json.dumps({"pages": pages, "saves": saves}))


if __name__ == "__main__":
    main()
