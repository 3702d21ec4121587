"""投诉 through the interface: progress by the code alone, no hint to who guesses, nobody's data; whole years published."""

import json
from datetime import date, timedelta

import pytest
from django.conf import settings as configured
from django.db import IntegrityError, transaction

from association import clock
from association.tenancy import acting_for
from common.errors import Forbidden
from complaints import operations
from complaints.choices.complaints import Outcome, ReportState, State
from complaints.models import Complaint, PaymentReport, Survey, YearFigures
from tests.complaints.material import PLANTED, Time, accepted, ended, filed, filing, mediating, world
from tests.credit_rating.desk_pages import statements
from tests.factories.people import make_association, make_institution

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]
TRACK = "/first/api/v1/complaints/track/"
PUBLISHED = "/first/api/v1/complaints/statistics/"


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.fixture
def time(monkeypatch):
    return Time(monkeypatch)


@pytest.fixture
def here(association, time):
    with acting_for(association.pk):
        yield world()


def track(client, code, path=TRACK):
    return client.post(path, json.dumps({"receipt_code": code}), content_type="application/json")


def test_whoever_has_the_code_sees_step_turn_and_arithmetic(here, client):
    made = accepted(here)
    answer = track(client, made.receipt_code.lower().replace("-", " "))
    told = answer.json()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert (told["number"], told["state"], told["outcome"]) == (
        made.complaint.number,
        "await_reply",
        "unknown",
    )
    assert told["turn"]["owner"] == "institution"
    assert told["turn"]["explanation"]
    assert "consent" in told["can_do"]
    assert answer["RateLimit-Limit"]
    assert "Set-Cookie" not in answer


def test_what_silence_means_is_said_as_on_the_page(here, client):
    made = accepted(here)
    turn = track(client, made.receipt_code).json()["turn"]
    assert turn["silence"] == "记为未在期限内答复"
    page = client.post("/first/complaints/track/", {"code": made.receipt_code}).content.decode()
    for shown in (turn["silence"], turn["title"], turn["explanation"]):
        assert shown in page


def test_what_was_settled_is_said_with_amount_day_and_state(here, client):
    made = mediating(here)
    today = clock.today().isoformat()
    operations.settle(
        actor=here.person, receipt_code=made.receipt_code, amount_fen=800_00, pay_by=clock.today()
    )
    told = track(client, made.receipt_code).json()
    reported = {"amount_fen": "80000", "pay_by": today, "state": "reported", "state_label": "待机构核对"}
    assert (told["told_settlement"], told["settlement"]) == (reported, None)
    operations.confirm_settlement(actor=here.school, complaint_id=made.complaint.pk, confirmed=True)
    told = track(client, made.receipt_code).json()
    assert told["told_settlement"]["state"] == "confirmed"
    assert told["settlement"] == {"amount_fen": "80000", "pay_by": today, "payment_reported": False}
    assert told["object_until"] is None or told["object_until"] >= today


def test_of_a_payment_amount_day_and_what_came_of_it(here, client):
    made = ended(here, Outcome.RESOLVED, returned_fen=500_00)
    (paid,) = track(client, made.receipt_code).json()["payments"]
    assert (paid["amount_fen"], paid["paid_on"]) == ("50000", clock.today().isoformat())
    assert (paid["instalment"], paid["state"], paid["received_fen"]) == (None, "reported", "0")


def test_no_answer_holds_anybodys_data(here, client):
    made = mediating(here)
    operations.plan_session(
        actor=here.mediator, complaint_id=made.complaint.pk, mode="phone", place="电话",
        planned_at=clock.now() + timedelta(days=2),
    )  # fmt: skip
    body = track(client, made.receipt_code).content.decode()
    assert "电话" in body
    for planted in (*PLANTED, "演示调解员", "演示受理员"):
        assert planted not in body


@pytest.mark.parametrize(
    "code", ["ABCD-EFGH-JKMN-PQRS", "x", "0000000000000000", "查询码", "' OR 1=1 --", "a" * 64]
)
def test_every_wrong_code_gets_the_same_answer(here, client, code):
    filed(here)
    answer = track(client, code)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["detail"] == "没有找到这个查询码对应的投诉，请核对后再试。"
    assert code not in answer.content.decode()


def test_the_code_of_a_neighbour_is_a_wrong_code(here, client):
    second = make_association("second")
    with acting_for(second.pk):
        theirs = filed(world())
    assert track(client, theirs.receipt_code).status_code == 404
    assert track(client, theirs.receipt_code, TRACK.replace("first", "second")).status_code == 200


def test_a_wrong_code_costs_as_many_questions_as_a_mistyped_one(here, client):
    filed(here)
    costs = []
    for code in ("ABCD-EFGH-JKMN-PQRS", "x", "' OR 1=1 --"):
        with statements() as found:
            track(client, code)
        costs.append(len(found))
    assert len(set(costs)) == 1


def test_guesses_are_counted_together_with_those_on_the_page(here, client, settings):
    settings.THROTTLES = configured.THROTTLES | {"receipt": (2, 60)}
    made = filed(here)
    client.post("/first/complaints/track/", {"code": "ABCD-EFGH-JKMN-PQRS"})
    assert track(client, "ABCD-EFGH-JKMN-PQRS").status_code == 404
    refused = track(client, made.receipt_code)
    assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")
    assert int(refused["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("{}", "application/json", 400),
        ('{"receipt_code": ["x"]}', "application/json", 400),
        ('{"receipt_code": "a\\u0000b"}', "application/json", 400),
        ("receipt_code=x", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_is_no_question_is_a_problem(here, client, body, kind, status):
    answer = client.post(TRACK, body, content_type=kind)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_a_code_in_the_address_is_no_question(here, client):
    made = filed(here)
    answer = client.get(TRACK, {"receipt_code": made.receipt_code})
    assert answer.status_code == 405


# -- 公布的统计 -----------------------------------------------------------------------------------------------


def many(here, count, institution=None, outcome=None):
    for _ in range(count):
        if outcome is None:
            operations.file_complaint(actor=here.person, filing=filing(institution or here.institution))
        else:
            ended(here, outcome, institution=institution)


def closed(here, time):
    """The cut-off day of the year has come."""
    time.to(date(2027, 4, 1))
    operations.close_years(actor=here.system)


def test_only_years_that_are_over_are_published(here, client, time):
    many(here, 30)
    nothing = client.get(PUBLISHED).json()
    assert (nothing["year"], nothing["years"], nothing["total"]) == (None, [], None)
    assert client.get(PUBLISHED, {"year": "2026"}).status_code == 404
    time.to(date(2027, 3, 31))
    operations.close_years(actor=here.system)
    waiting = client.get(PUBLISHED).json()
    assert (waiting["year"], waiting["total"]) == (None, None)
    assert waiting["not_closed"] == [{"year": 2026, "closes_on": "2027-04-01"}]
    refused = client.get(PUBLISHED, {"year": "2026"})
    assert (refused.status_code, "2027-04-01" in refused.content.decode()) == (404, True)
    closed(here, time)
    told = client.get(PUBLISHED).json()
    assert (told["year"], told["years"], told["total"]["received"]) == (2026, [2026], 30)
    assert (told["cut_off"], told["version"], told["not_closed"]) == ("2027-04-01", 1, [])
    for asked in ("2027", "2025", "x", "-1", "9" * 30, "2026.0"):
        assert client.get(PUBLISHED, {"year": asked}).status_code == 404


@pytest.mark.parametrize(("paid", "unconfirmed"), [(6, "60000"), (3, None), (0, "0")])
def test_what_nobody_confirmed_is_told_beside_what_was_returned(here, client, time, paid, unconfirmed):
    for _ in range(paid):
        ended(here, Outcome.NO_ANSWER, returned_fen=100_00)
    for _ in range(5):
        confirmed = ended(here, Outcome.NO_ANSWER, returned_fen=70_00)
        PaymentReport.objects.filter(complaint=confirmed.complaint).update(
            state=ReportState.CONFIRMED, answered_at=clock.now()
        )
    many(here, 25)
    closed(here, time)
    told = client.get(PUBLISHED).json()
    assert (told["returned_fen"], told["unconfirmed_fen"]) == (str(paid * 100_00 + 350_00), unconfirmed)


def test_small_numbers_are_null_and_small_institutions_are_not_named(here, client, time):
    few, next_ = make_institution(name="演示小校"), make_institution(name="演示中校")
    many(here, 3, few)
    many(here, 6, next_)
    many(here, 25, outcome=Outcome.NO_ANSWER)
    many(here, 2, outcome=Outcome.UNRESOLVED)
    closed(here, time)
    told = client.get(PUBLISHED).json()
    assert [row["name"] for row in told["institutions"]] == [here.institution.name]
    (row,) = told["institutions"]
    assert (row["received"], row["no_answer"], row["resolution"]["ratio"]) == (27, 25, None)
    assert told["total"]["received"] == 36
    assert set(told["claimed_fen"]) <= set("0123456789")


def test_a_year_with_few_complaints_tells_no_number(here, client, time):
    many(here, 4)
    closed(here, time)
    told = client.get(PUBLISHED).json()
    assert (told["total"]["received"], told["claimed_fen"], told["institutions"]) == (None, None, [])


def test_a_small_number_is_not_worked_out_from_the_total(here, client, time):
    """8 received and 3 accepted beside 12 and 10: told 10 and 13, everybody could subtract."""
    other = make_institution(name="演示乙校")
    for institution, received, taken in ((here.institution, 8, 3), (other, 12, 10)):
        many(here, received - taken, institution)
        many(here, taken, institution, outcome=Outcome.RESOLVED)
    closed(here, time)
    told = client.get(PUBLISHED).json()
    assert {(row["received"], row["accepted"]) for row in told["institutions"]} == {(12, None), (8, None)}
    assert (told["total"]["received"], told["total"]["accepted"]) == (20, 13)


def test_two_visits_around_a_closing_case_read_the_same(here, client, time):
    """Counted at every visit, the difference would be one person's sum and one person's mark."""
    for _ in range(29):
        ended(here, Outcome.RESOLVED, satisfaction=5, returned_fen=100)
    made = accepted(here)
    closed(here, time)
    before = client.get(PUBLISHED).json()
    rows, now = Complaint.objects.filter(pk=made.complaint.pk), clock.now()
    rows.update(state=State.SETTLED, settled_fen=734_512)
    Survey.objects.create(complaint=made.complaint, asked_at=now, outcome=Outcome.PARTLY, answered_at=now)
    PaymentReport.objects.create(
        complaint=made.complaint, amount_fen=734_512, paid_on=clock.today(), reported_at=now
    )
    rows.update(returned_fen=734_512)
    closing = {"closed_from": State.SETTLED, "confirmed_at": now, "ended_at": now}
    rows.update(state=State.CLOSED, outcome=Outcome.PARTLY, satisfaction=1, **closing)
    time.to(date(2027, 4, 2))
    assert operations.close_years(actor=here.system) == []
    assert client.get(PUBLISHED).json() == before


def test_figures_are_written_once(here, time):
    many(here, 30)
    closed(here, time)
    row = YearFigures.objects.get()
    assert row.counts["total"]["received"] == row.figures["total"]["received"] == 30
    for change in (lambda: YearFigures.objects.update(cut_off=date(2027, 4, 2)), row.delete):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    row.pk, row.version = None, 2
    with pytest.raises(IntegrityError, match="by_rule_or_two"), transaction.atomic():
        row.save()
    with pytest.raises(Forbidden):
        operations.close_years(actor=here.officer)


def test_one_dissatisfied_person_is_not_published(here, client, time):
    for number in range(21):
        ended(here, Outcome.RESOLVED, satisfaction=5 if number else 1)
    closed(here, time)
    told = client.get(PUBLISHED).json()
    for line in (told["total"], *told["institutions"]):
        assert line["satisfaction"] == {"ratio": None, "low": None, "high": None}
        assert line["resolution"]["ratio"] == "1.0000"


def test_a_neighbour_publishes_its_own(here, client, time):
    many(here, 30)
    make_association("second")
    closed(here, time)
    assert client.get(PUBLISHED.replace("first", "second")).json()["years"] == []
