"""更正历史结果 in the database and on the pages: two people, the row stays, and everything that reads the result says what holds and what stood before."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from association import clock
from association.actors import actor_of
from association.models import Association, User
from association.tenancy import acting_for, current_association_id
from credit_rating.choices import CorrectionState
from credit_rating.models import HistoricalResult, ResultCorrection
from credit_rating.operations import (
    confirm_correction,
    withdraw_correction,
)
from tests.factories.corrections import ROW, WHY, clerk, proposed, taken_over
from tests.factories.people import make_association


@pytest.fixture
def here(db):
    association = make_association("chaoyang")
    with acting_for(association.pk):
        yield association


@pytest.fixture
def result(here):
    taken_over([ROW])
    return HistoricalResult.objects.get()


# -- the database itself ---------------------------------------------------------------------------------------


def by_sql(statement, *parameters):
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(statement, parameters)


TABLE = "credit_rating_resultcorrection"


def test_database_keeps_what_was_proposed_and_decided(result):
    waiting = proposed(result)
    for change in ("grade = 'D'", "reason = 'x'", "removes = true", "proposed_by_id = proposed_by_id + 1"):
        with pytest.raises(DatabaseError, match="append-only"):
            by_sql(f"UPDATE {TABLE} SET {change}")
    confirm_correction(actor=clerk(), correction_id=waiting.pk)
    for statement in (
        f"UPDATE {TABLE} SET state = 'waiting', decided_by_id = NULL, decided_at = NULL",
        f"UPDATE {TABLE} SET state = 'declined'",
        f"UPDATE {TABLE} SET grade = 'D'",
        f"DELETE FROM {TABLE}",
    ):
        with pytest.raises(DatabaseError, match="append-only"):
            by_sql(statement)
    with pytest.raises(DatabaseError, match="permission denied"):
        by_sql(f"TRUNCATE {TABLE} CASCADE")


def test_database_wants_two_people(result):
    author = clerk()
    proposed(result, by=author)
    decided = f"UPDATE {TABLE} SET state = %s, decided_by_id = %s, decided_at = now()"
    for state in ("confirmed", "declined"):
        with pytest.raises(DatabaseError, match="correction_by_two"):
            by_sql(decided, state, author.user_id)
    with pytest.raises(DatabaseError, match="correction_by_two"):
        by_sql(decided, "withdrawn", clerk().user_id)
    with pytest.raises(DatabaseError, match="correction_decided"):
        by_sql(f"UPDATE {TABLE} SET state = 'confirmed'")


def test_database_wants_a_beginning_that_waits_and_one_at_a_time(result):
    waiting = proposed(result)
    columns = "association_id, result_id, removes, grade, issuing_body, source_title, source_url, note, reason, basis"
    copy = (
        f"INSERT INTO {TABLE} ({columns}, state, proposed_by_id, proposed_at, decided_by_id, decided_at)"
        f" SELECT {columns}, %s, proposed_by_id, proposed_at, %s, %s FROM {TABLE}"
    )
    with pytest.raises(DatabaseError, match="begins as one that waits"):
        by_sql(copy, "confirmed", clerk().user_id, clock.now())
    with pytest.raises(DatabaseError, match="correction_one_waiting"):
        by_sql(copy, "waiting", None, None)
    author = actor_of(User.objects.get(pk=waiting.proposed_by_id), current_association_id())
    withdraw_correction(actor=author, correction_id=waiting.pk)
    with pytest.raises(DatabaseError, match="correction_has_reason"):
        by_sql(
            copy.replace("SELECT " + columns, "SELECT " + columns.replace("reason", "''")),
            "waiting",
            None,
            None,
        )


# -- pages -----------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(client, db):
    """The desk of the secretariat, with one result and one correction of it that a colleague proposed."""
    association = make_association("chaoyang")
    with acting_for(association.pk):
        taken_over([ROW])
        proposed(HistoricalResult.objects.get())
        user = User.objects.get(pk=clerk().user_id)
        user.set_password("a long enough password")  # something to prove oneself by
        user.save()
        client.force_login(user)
    return client


def test_page_shows_what_would_change_and_asks_before_it_is_confirmed(desk):
    page = desk.get("/chaoyang/desk/corrections/").content.decode()
    for part in ("演示更正学校", "<s>B</s> → <b>A</b>", WHY["reason"], WHY["basis"], "确认更正", "不予更正"):
        assert part in page
    assert "撤回更正" not in page
    with acting_for(association_id()):
        one = ResultCorrection.objects.get()
    answer = desk.post(f"/chaoyang/desk/corrections/{one.pk}/confirm/", {"agree": "yes"})
    assert "/accounts/reauthenticate/" in answer["Location"]
    with acting_for(association_id()):
        assert ResultCorrection.objects.get().state == CorrectionState.WAITING


def association_id():
    return Association.objects.get(slug="chaoyang").pk


def test_button_of_the_result_asks_for_a_proof(desk):
    with acting_for(association_id()):
        result = HistoricalResult.objects.get()
    page = desk.get(f"/chaoyang/admin/credit_rating/historicalresult/{result.pk}/").content.decode()
    assert WHY["reason"] in page
    assert "/do/correct/" not in page  # one waits already
    answer = desk.get(f"/chaoyang/admin/credit_rating/historicalresult/{result.pk}/do/correct/")
    assert "/accounts/reauthenticate/" in answer["Location"]


def test_own_proposal_is_withdrawn_on_the_page(client, db):
    association = make_association("chaoyang")
    with acting_for(association.pk):
        taken_over([ROW])
        author = clerk()
        one = proposed(HistoricalResult.objects.get(), by=author)
        client.force_login(User.objects.get(pk=author.user_id))
    page = client.get("/chaoyang/desk/corrections/").content.decode()
    assert ("撤回更正" in page, "确认更正" in page) == (True, False)
    address = f"/chaoyang/desk/corrections/{one.pk}/withdraw/"
    assert client.post(address)["Location"] == "/chaoyang/desk/corrections/"
    assert client.post(address).status_code == 409
    with acting_for(association.pk):
        assert ResultCorrection.objects.get().state == CorrectionState.WITHDRAWN


@pytest.mark.parametrize("number", [1, 3])
def test_page_costs_the_same_for_one_and_for_three(client, db, number, django_assert_max_num_queries):
    association = make_association("chaoyang")
    with acting_for(association.pk):
        rows = [replace(ROW, institution_name=f"演示更正学校{place}") for place in range(number)]
        taken_over(rows)
        for result in HistoricalResult.objects.all():
            proposed(result)
        client.force_login(User.objects.get(pk=clerk().user_id))
    client.get("/chaoyang/desk/corrections/")
    with django_assert_max_num_queries(26):
        assert client.get("/chaoyang/desk/corrections/").status_code == 200
