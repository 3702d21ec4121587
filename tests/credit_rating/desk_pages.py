"""The desk over HTTP for the tests of its pages: who is signed in, and the queries that a page costs."""

import re
from contextlib import contextmanager
from html import unescape

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from association.models import User

OVERHEAD = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SELECT set_config")


class Desk:
    """A browser of one person in one association; ``part`` asks like htmx."""

    def __init__(self, association, actor):
        self.association, self.actor = association, actor
        self.client = Client()
        self.client.force_login(User.objects.get(pk=actor.user_id))

    def path(self, place):
        return f"/{self.association.slug}/desk/{place}"

    def get(self, place, **query):
        return self.client.get(self.path(place), query)

    def post(self, place, **fields):
        return self.client.post(self.path(place), fields)

    def part(self, place, **fields):
        return self.client.post(self.path(place), fields, headers={"HX-Request": "true"})


@contextmanager
def statements():
    """The SQL of the block, without what opens and closes the scope."""
    found = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found.extend(query["sql"] for query in captured.captured_queries if not query["sql"].startswith(OVERHEAD))


def shown_on(page):
    """What the form of a second person carries on this page."""
    return unescape(re.search(r'name="shown" value="([^"]*)"', page.content.decode())[1])
