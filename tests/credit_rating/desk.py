"""The staff desk as a browser sees it: a signed-in person under the association's path."""

from django.test import Client

from association.choices import Role
from association.tenancy import acting_for
from tests.factories.people import appoint, make_association, make_user


class Desk:
    """One person at the desk of one association; every address is relative to the admin's own."""

    def __init__(self, association, role=Role.SECRETARIAT):
        self.association = association
        with acting_for(association.pk):
            self.user = make_user()
            appoint(self.user, role)
        self.client = Client()
        self.client.force_login(self.user)

    def address(self, path=""):
        return f"/{self.association.slug}/admin/{path}"

    def get(self, path="", **data):
        return self.client.get(self.address(path), data)

    def post(self, path="", **data):
        return self.client.post(self.address(path), data)


def desk(role=Role.SECRETARIAT):
    return Desk(make_association(), role)
