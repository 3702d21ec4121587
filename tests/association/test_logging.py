"""日志: every line says in which association and under which number; of an error the place in our code, never its words."""

import json
import logging
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.http import Http404, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from association.logging import MOST_PLACES, JsonLines, Whereabouts, set_request_id
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, Refused, TooLarge
from tests.factories.people import make_association

pytestmark = pytest.mark.django_db
REFUSALS = {
    400: InvalidInput("演示"),
    403: Forbidden("演示"),
    404: Http404(),
    409: Refused("演示"),
    413: TooLarge("演示"),
}


def refuse(_request, status):
    raise REFUSALS[status]


def fail(_request):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 演示姓名")
    return HttpResponse()


urlpatterns = [
    path("test/<int:status>/", refuse),
    path("test/fail/", fail),
    path("", include("config.urls_association")),
]
handler500 = "association.answers.server_error"


class Kept(logging.Handler):
    """Lines as the console gets them."""

    def __init__(self):
        super().__init__()
        self.addFilter(Whereabouts())
        self.setFormatter(JsonLines())
        self.lines = []

    def emit(self, record):
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def kept():
    handler, root = Kept(), logging.getLogger()
    root.addHandler(handler)
    with override_settings(ASSOCIATION_URLCONF=__name__):
        yield handler
    root.removeHandler(handler)


def ask(address, **headers):
    return Client(raise_request_exception=False).get(address, headers=headers)


@pytest.mark.parametrize("status", REFUSALS)
def test_a_refusal_is_a_line_of_its_association(kept, status):
    association = make_association()
    answer = ask(f"/{association.slug}/test/{status}/", **{"X-Request-Id": "planted-number"})
    (line,) = [line for line in kept.lines if line["logger"] == "django.request"]
    assert answer.status_code == status
    assert (line["level"], line["association"], line["request_id"]) == (
        "WARNING",
        association.pk,
        "planted-number",
    )


def test_an_error_says_where_in_our_code_and_nothing_of_what_it_quotes(kept):
    association = make_association()
    assert ask(f"/{association.slug}/test/fail/").status_code == 500
    (line,) = [line for line in kept.lines if line["logger"] == "django.request"]
    assert (line["association"], line["exception"]) == (association.pk, "ProgrammingError")
    assert [place for place in line["at_code"] if place.startswith(f"{__file__}:")]
    assert "site-packages/django/db" in line["at_code"][-1]
    assert len(line["at_code"]) <= MOST_PLACES + 1
    assert "演示姓名" not in json.dumps(kept.lines, ensure_ascii=False)


def test_a_page_of_the_platform_belongs_to_no_association(kept):
    ask("/accounts/none/")
    (line,) = [line for line in kept.lines if line["logger"] == "django.request"]
    assert line["association"] is None


def test_a_line_of_work_belongs_to_the_scope_it_is_written_in(kept):
    first, second = make_association(), make_association()
    set_request_id("planted-number")
    with acting_for(first.pk):
        asked_at = SimpleNamespace(association=second)
        logging.getLogger("portal").warning("written %s", 7, extra={"request": asked_at})
    (line,) = kept.lines
    assert (line["message"], line["association"], line["request_id"]) == (
        "written 7",
        first.pk,
        "planted-number",
    )
