"""线索 through the interface: what the page shows to whoever has the code, no hint to who guesses, nobody traced."""

import json

import pytest
from django.conf import settings as configured

from association.tenancy import acting_for
from complaints.operations import lead_ending, lead_handling
from tests.credit_rating.desk_pages import statements
from tests.factories import leads as some
from tests.factories.people import make_association

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]
TRACK = "/leads/api/v1/leads/track/"
WRONG = ["ABCD-EFGH-JKMN-PQRS", "x", "查询码", "' OR 1=1 --", "a" * 64]


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("leads")


@pytest.fixture
def scope(association):
    with acting_for(association.pk):
        yield association


def track(client, code, path=TRACK):
    return client.post(path, json.dumps({"receipt_code": code}), content_type="application/json")


def test_before_the_daily_round_the_first_term_is_foretold(scope, client):
    lead, code = some.submitted()
    told = track(client, code).json()
    assert (told["number"], told["state"], told["turn"]) == (lead.number, "submitted", None)
    assert told["first_term"]["due_on"]
    assert told["first_term"]["explanation"]


def test_then_turn_silence_and_the_exchange(scope, client):
    lead, clerk, code = some.verifying()
    lead_handling.ask_informant(actor=clerk, lead_id=lead.pk, text="是哪个校区？")
    answer = track(client, code)
    told = answer.json()
    assert answer["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer
    assert (told["state"], told["turn"]["owner"], told["first_term"]) == ("verifying", "staff", None)
    assert told["turn"]["silence"] == "记为逾期，仍须办理"
    assert [(one["speaker"], one["text"]) for one in told["said"]] == [("staff", "是哪个校区？")]
    assert (told["has_question"], told["can_answer"]) == (True, True)
    page = client.post("/leads/leads/track/", {"code": code}).content.decode()
    for shown in (told["turn"]["silence"], told["turn"]["explanation"], told["turn"]["due_on"]):
        assert shown in page


def test_the_result_without_its_grounds_and_nobodys_name(scope, client):
    lead, clerk, code = some.decided()
    lead_ending.give_lead_feedback(actor=clerk, lead_id=lead.pk, text="经核查，未发现所述情形。")
    answer = track(client, code)
    assert answer.json()["state"] == "unfounded"
    assert answer.json()["said"][-1]["text"] == "经核查，未发现所述情形。"
    for hidden in (lead.grounds, clerk.name, some.FACTS):
        assert hidden not in answer.content.decode()


@pytest.mark.parametrize("code", WRONG)
def test_every_wrong_code_a_draft_and_a_neighbours_get_the_same_answer(scope, client, code):
    _lead, draft = some.draft()
    with acting_for(make_association().pk):
        _lead, foreign = some.submitted()
    answers = [track(client, one) for one in (code, draft, foreign)]
    assert {(one.status_code, one["Content-Type"]) for one in answers} == {(404, "application/problem+json")}
    assert len({one.json()["detail"] for one in answers}) == 1


def test_a_guess_costs_the_same_questions(scope, client):
    some.submitted()
    costs = []
    for code in WRONG[:2]:
        with statements() as found:
            track(client, code)
        costs.append(len(found))
    assert len(set(costs)) == 1


def test_guesses_are_counted_with_those_on_the_page_and_under_a_hash_only(scope, client, settings, counting):
    settings.THROTTLES = configured.THROTTLES | {"lead_code": (2, 60)}
    _lead, code = some.submitted()
    client.post("/leads/leads/track/", {"code": WRONG[0]})
    assert track(client, WRONG[0]).status_code == 404
    assert track(client, code).status_code == 429
    assert not [key for key in counting if "127.0.0.1" in key]


def test_what_is_no_question_is_a_problem(scope, client):
    for body in ("{", "{}", '{"receipt_code": ["x"]}'):
        answer = client.post(TRACK, body, content_type="application/json")
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert client.get(TRACK, {"receipt_code": "x"}).status_code == 405
