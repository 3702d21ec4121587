"""Run in a database of its own: a round under the shipped standard; its numbers go to standard output."""

import json

import django

django.setup()

from association.choices import Role  # noqa: E402 - after the settings
from association.tenancy import acting_for  # noqa: E402
from tests.factories.people import actor_with, make_association  # noqa: E402
from tests.factories.rating import beijing_standard, draft_round  # noqa: E402

association = make_association("bench")
with acting_for(association.pk):
    held_in = draft_round(beijing_standard())
    author = actor_with(Role.ASSESSOR)
    clerk = actor_with(Role.SECRETARIAT)
print(
    json.dumps(
        {
            "association": association.pk,
            "round_id": held_in.pk,
            "author": author.user_id,
            "clerk": clerk.user_id,
        }
    )
)
