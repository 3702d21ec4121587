"""One function behind every door: the page, the interface and the saved calculation give the same sum."""

import json
from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings

from association.choices import Role
from association.rules.clock import BEIJING
from association.tenancy import acting_for
from prepaid_escrow.operations import save_calculation
from prepaid_escrow.rules.facts import Kind
from prepaid_escrow.rules.steps import yuan
from prepaid_escrow.templatetags.money import yuan as grouped
from tests.factories.people import actor_with, make_association
from tests.prepaid_escrow.strategies import questions
from tests.prepaid_escrow.test_pages import load_terms

pytestmark = pytest.mark.django_db
API = "/chaoyang/api/v1/refund-calculation/"
SAMPLES = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def here():
    association = make_association("chaoyang")
    with acting_for(association.pk):
        load_terms()
        yield actor_with(Role.SECRETARIAT)


def day(moment):
    return moment.astimezone(BEIJING).date().isoformat()


def money(fen):
    return None if fen is None else yuan(fen)


def for_page(asked):
    """The question as somebody types it."""
    contract, usage, claim = asked.contract, asked.usage, asked.claim
    typed = {
        "kind": contract.kind.value, "paid": money(contract.paid_fen), "paid_on": day(contract.paid_at),
        "cause": claim.cause.value, "demanded_on": day(claim.demanded_at), "ended_on": claim.ended_on,
        "interest_until": claim.interest_until, "agreed": money(claim.agreed_fen), "gift": money(claim.gift_fen),
        "custody": money(claim.custody_fen), "custody_percent": claim.custody_percent, "known_percent": claim.known_percent,
        "had_before": usage.had_before or None, "skills": contract.is_skills_school or None,
        "last_on": contract.last_on, "first_on": contract.first_on, "stopped_on": usage.stopped_on,
        "times": usage.times, "lessons": contract.lessons, "bonus_lessons": contract.bonus_lessons,
        "used": usage.lessons, "list_price": money(contract.list_price_fen),
        "market_price": money(contract.market_price_fen), "bonus": money(contract.bonus_fen),
        "used_face": money(usage.face_fen), "used_list": money(usage.list_fen),
        "used_market": money(usage.market_fen),
    }  # fmt: skip
    return {name: str(value) for name, value in typed.items() if value is not None}


def for_interface(asked):
    contract, usage, claim = asked.contract, asked.usage, asked.claim
    sent = {
        "kind": contract.kind, "cause": claim.cause, "paid_fen": contract.paid_fen, "paid_at": contract.paid_at,
        "lessons": contract.lessons, "bonus_lessons": contract.bonus_lessons, "used": usage.lessons,
        "list_price_fen": contract.list_price_fen, "market_price_fen": contract.market_price_fen,
        "bonus_fen": contract.bonus_fen, "used_face_fen": usage.face_fen, "used_list_fen": usage.list_fen,
        "used_market_fen": usage.market_fen, "first_on": contract.first_on, "last_on": contract.last_on,
        "stopped_on": usage.stopped_on, "demanded_at": claim.demanded_at, "ended_on": claim.ended_on,
        "interest_until": claim.interest_until, "agreed_fen": claim.agreed_fen, "gift_fen": claim.gift_fen,
        "custody_fen": claim.custody_fen, "custody_percent": claim.custody_percent, "known_percent": claim.known_percent,
    }  # fmt: skip
    flags = {
        "times": usage.times, "had_before": usage.had_before, "skills": contract.is_skills_school,
        "under_pledge": claim.under_pledge,
    }  # fmt: skip
    return {name: str(value) for name, value in sent.items() if value is not None} | flags


def test_page_interface_and_saved_calculation_agree(here, settings):
    settings.THROTTLES = dict.fromkeys(settings.THROTTLES, (1_000_000, 60))
    client, seen = Client(), set()

    @SAMPLES
    @given(questions())
    def agree(asked):
        saved = save_calculation(actor=here, case_kind="complaint", case_id=1, input=asked).answer
        page = client.get("/chaoyang/refund-calculator/", for_page(asked))
        told = client.post(API, json.dumps(for_interface(asked)), content_type="application/json")
        assert (page.status_code, told.status_code) == (200, 200), told.content
        sums = [saved[name] for name in ("paid_fen", "refund_fen", "kept_fen")]
        assert [int(told.json()[name]) for name in ("paid_fen", "refund_fen", "kept_fen")] == sums
        assert told.json()["basis"] == saved["basis"]
        assert f'<p class="sum-fen"><b>{grouped(saved["refund_fen"])}</b>' in page.content.decode()
        if asked.claim.interest_until:  # without a day the page counts to today, the interface does not count
            assert page.context["answer"].basis == saved["basis"]
            interest = told.json()["interest_fen"]
            assert (
                (interest and int(interest)) == saved["interest_fen"] == page.context["answer"].interest_fen
            )
        seen.add((asked.contract.kind, saved["basis"]))

    agree()
    assert {kind for kind, _basis in seen} == set(Kind)
    assert len(seen) > 6


def ask(client, **changes):
    whole = {"kind": "lessons", "cause": "operator", "paid_fen": "600000", "paid_at": "2026-03-02T12:00:00+08:00", "lessons": "100", "used": "30", "demanded_at": "2026-04-11T12:00:00+08:00"}  # fmt: skip
    body = {name: value for name, value in (whole | changes).items() if value is not ...}
    return client.post(API, json.dumps(body), content_type="application/json")


def test_the_interface_answers_in_fen_as_text_with_its_steps(here, client):
    answer = ask(client)
    told = answer.json()
    assert (told["refund_fen"], told["kept_fen"], told["interest_fen"]) == ("420000", "180000", None)
    assert told["steps"][1] == {
        "label": "已上课时，按优惠价计价",
        "formula": "6000.00 ÷ 100 × 30 = 1800.00",
        "amount_fen": "-180000",
        "citation": "法释〔2025〕4号 第18条",
    }
    assert told["payment"]["due_on"] == "2026-04-27"
    assert answer["RateLimit-Limit"]
    assert "Set-Cookie" not in answer


def test_the_last_moment_of_day_seven_by_the_interface(here, client):
    for moment, basis in (
        ("2026-03-09T23:59:59.999999+08:00", "cooling_ordinance"),
        ("2026-03-09T16:00:00Z", "law"),
    ):
        answer = ask(client, used="0", cause="consumer", demanded_at=moment)
        assert answer.json()["basis"] == basis


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"paid_fen": "0"}, "paid_fen"),
        ({"paid_fen": "12.5"}, "paid_fen"),
        ({"paid_fen": ...}, "paid_fen"),
        ({"paid_fen": "-1"}, "paid_fen"),
        ({"paid_fen": "99999999999"}, "paid_fen"),
        ({"used": "101"}, "used"),
        ({"used": "NaN"}, "used"),
        ({"used": "1e400"}, "used"),
        ({"paid_at": "0001-01-01T00:00:00+08:00"}, "paid_at"),
        ({"paid_at": "2099-01-01T00:00:00+08:00"}, "paid_at"),
        ({"kind": "weather"}, "kind"),
        ({"kind": "term"}, "first_on"),
        ({"kind": "a\0b"}, "kind"),
        ({"agreed_days": 10**30}, "agreed_days"),
        ({"ended_on": "9999-12-31"}, "ended_on"),
        ({"custody_percent": "101"}, "custody_percent"),
    ],
)
def test_bad_input_is_a_problem_with_its_field(here, client, changes, field):
    answer = ask(client, **changes)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert field in answer.json()["errors"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ("a=1", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_is_not_a_question_is_a_problem(here, client, body, kind, status):
    answer = client.post(API, body, content_type=kind)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_only_questions_are_answered(here, client):
    assert client.get(API).status_code == 405
    assert Decimal(ask(client).json()["paid_fen"]) == 600_000
