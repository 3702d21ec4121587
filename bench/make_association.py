"""Run in a database of its own: one association; its number goes to standard output."""

import django

django.setup()

from tests.factories.people import make_association  # noqa: E402 - after the settings

print(make_association("bench").pk)
