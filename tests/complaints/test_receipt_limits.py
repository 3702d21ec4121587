"""查询码的限流: wrong codes are counted, right ones are not; what was typed into a refused form is sent again as it is."""

import re

import pytest

from association.tenancy import acting_for
from complaints.models import Decision
from config import settings as configured
from tests.complaints.material import accepted, filed, world
from tests.factories.people import make_association

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]
TRACK, DO, FILE = (f"/first/complaints/track/{end}" for end in ("", "do/", "file/"))
WRONG = {"code": "ABCD-EFGH-JKMN-PQRS"}


@pytest.fixture
def here(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.THROTTLES = configured.THROTTLES | {"receipt": (3, 60), "receipt_used": (40, 60)}
    with acting_for(make_association("first").pk):
        yield world()


def main_of(answer):
    """What the page says, without the token of the form."""
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", main)


def test_a_right_code_is_no_guess_however_often(here, client):
    code = {"code": filed(here).receipt_code}
    for _ in range(12):
        assert client.post(TRACK, code).status_code == 200
    hidden = code | {"deed": "hide_words", "words": "这些字不在里面"}
    assert [client.post(DO, hidden).status_code for _ in range(6)] == [400] * 6
    assert client.post(TRACK, WRONG).status_code == 404


def test_after_too_many_guesses_right_and_wrong_are_refused_alike(here, client):
    code = {"code": filed(here).receipt_code}
    assert [client.post(TRACK, WRONG).status_code for _ in range(4)] == [404, 404, 404, 429]
    right, wrong = client.post(TRACK, code), client.post(TRACK, WRONG)
    assert (right.status_code, wrong.status_code) == (429, 429)
    assert right["Retry-After"] == wrong["Retry-After"]
    pages = [main_of(answer).replace(typed["code"], "") for answer, typed in ((right, code), (wrong, WRONG))]
    assert pages[0] == pages[1] != ""


def test_right_codes_have_a_limit_of_their_own(here, client, settings):
    settings.THROTTLES = settings.THROTTLES | {"receipt_used": (5, 60)}
    code = {"code": filed(here).receipt_code}
    assert [client.post(TRACK, code).status_code for _ in range(6)] == [200] * 5 + [429]


def test_what_was_typed_is_kept_and_sent_again(here, client, settings):
    made = accepted(here)
    for _ in range(4):
        client.post(TRACK, WRONG)
    said = {"code": made.receipt_code, "deed": "withdraw", "reason": '已经"解决"<了>', "sure": "on"}
    refused = client.post(DO, said)
    page = refused.content.decode()
    assert (refused.status_code, refused["Retry-After"].isdigit()) == (429, True)
    assert "您刚才填写的内容" in page
    assert 'name="reason" value="已经&quot;解决&quot;&lt;了&gt;"' in page
    assert 'name="sure" value="on"' in page
    assert not Decision.objects.filter(kind="withdraw").exists()
    settings.THROTTLES = configured.THROTTLES | {"receipt": (100, 60)}
    assert client.post(DO, said).status_code == 200
    assert Decision.objects.get(kind="withdraw").reason == '已经"解决"<了>'


def test_a_deed_that_is_none_meets_the_limit_too(here, client):
    for _ in range(4):
        client.post(TRACK, WRONG)
    assert client.post(DO, WRONG | {"deed": "?"}).status_code == 429
