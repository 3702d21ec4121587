"""Schemathesis over the OpenAPI document: no 500, no answer that the document does not have."""

import os

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from association.tenancy import acting_for
from disclosure.api.schema import openapi
from tests.disclosure.material import a_season
from tests.factories.people import make_association
from tests.members import pledges

pytestmark = [
    pytest.mark.fuzz,
    pytest.mark.django_db(databases=["default", "public"]),
    pytest.mark.usefixtures("public_sees_default"),
]

# For each operation and kind of input: two minutes for all of them on a quiet machine of two cores. A night may have more.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100"))
OPERATIONS = sorted(
    (path, method.upper()) for path, methods in openapi()["paths"].items() for method in methods
)
# Any text is a word or a code of its kind, so only these have input that is wrong.
WITH_WRONG_INPUT = [
    ("/api/v1/register/", "GET"),
    ("/api/v1/rounds/{year}/", "GET"),
    ("/api/v1/changes/", "GET"),
    ("/api/v1/refund-calculation/", "POST"),
    ("/api/v1/complaints/track/", "POST"),
    ("/api/v1/leads/track/", "POST"),
]
ONCE = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def connections_stay():
    """As Django's own test client does: the connection of the test is not the request's to close."""
    ends = (signals.request_started, signals.request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    yield
    for end in ends:
        end.connect(close_old_connections)


@pytest.fixture
def season(settings, connections_stay, counting):
    settings.THROTTLES = dict.fromkeys(settings.THROTTLES, (1_000_000, 60))
    settings.ALLOWED_HOSTS = ["*"]
    settings.SHARED_HOST = "localhost"
    association = make_association("chaoyang")
    with acting_for(association.pk):
        pledges.Desk(members=1).adopted()
        return a_season()


def served():
    return schemathesis.openapi.from_wsgi("/chaoyang/api/schema/", get_wsgi_application())


CASES = [(*operation, GenerationMode.POSITIVE) for operation in OPERATIONS] + [
    (*operation, GenerationMode.NEGATIVE) for operation in WITH_WRONG_INPUT
]


@pytest.mark.parametrize(("path", "method", "mode"), CASES)
def test_every_answer_is_in_the_document(season, path, method, mode):
    """A cursor is opaque: one that was not written here is refused, as documented, though its shape is right."""
    operation = served()[path][method]
    answers = []

    @ONCE
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered(case):
        answers.append(case.call_and_validate(excluded_checks=[positive_data_acceptance]).status_code)

    answered()
    assert answers


@pytest.mark.parametrize("path", [path for path, method in OPERATIONS if method == "GET"])
def test_what_exists_is_answered_as_documented(season, path):
    known = {"key": season["graded"].uscc, "year": season["held"].year, "code": season["certificate"].code}
    operation = served()[path]["GET"]
    case = operation.Case(
        path_parameters={name: value for name, value in known.items() if f"{{{name}}}" in path}
    )
    assert case.call_and_validate().status_code == 200
