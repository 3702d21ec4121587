"""导入历史结果 by two people: nothing is a result, and nothing is public, before somebody else has confirmed it."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from association.choices import Role
from association.models import Association, AuditEntry, Notice
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import ImportState
from credit_rating.models import HistoricalResult, ResultImport
from members.models import Institution
from tests.at_once import at_once, winners
from tests.credit_rating.desk import desk
from tests.factories.corrections import ROW, clerk, taken_over
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import open_round

pytestmark = pytest.mark.django_db
DECISIONS = (
    operations.confirm_historical_results,
    operations.decline_historical_results,
    operations.withdraw_historical_results,
)


@pytest.fixture
def scope(db):
    association = make_association()
    with acting_for(association.pk):
        yield association


def brought(*rows, by=None):
    return operations.propose_historical_results(actor=by or clerk(), rows=rows or [ROW])


def test_one_brings_another_confirms_and_the_institution_reads_what_the_public_reads(scope):
    school = make_institution(ROW.institution_name, uscc=None, source="演示日报")
    manager, author, chair = (
        actor_with(Role.INSTITUTION_ADMIN, school),
        clerk(),
        actor_with(Role.COMMITTEE_CHAIR),
    )
    waiting = brought(by=author)
    assert Notice.objects.filter(user_id=chair.user_id, subject="历史结果的导入等待确认").exists()
    assert not HistoricalResult.objects.exists()
    assert operations.confirm_historical_results(actor=chair, import_id=waiting.pk) == 1
    result = HistoricalResult.objects.get()
    assert (result.institution, result.grade, result.taken_over_with) == (school, "B", waiting)
    told = Notice.objects.get(user_id=manager.user_id, channel="desk")
    assert "演示诚信等级评估”：B" in told.body
    assert AuditEntry.objects.filter(action="import_historical_results", user_id=chair.user_id).count() == 1


def test_who_brought_it_does_not_confirm_and_nobody_else_withdraws(scope):
    author = clerk()
    waiting = brought(by=author)
    for decide in DECISIONS[:2]:
        with pytest.raises(Forbidden, match="同一人"):
            decide(actor=author, import_id=waiting.pk)
    with pytest.raises(Refused, match="只有提交人"):
        operations.withdraw_historical_results(actor=clerk(), import_id=waiting.pk)
    operations.withdraw_historical_results(actor=author, import_id=waiting.pk)
    assert not HistoricalResult.objects.exists()


@pytest.mark.parametrize("first", DECISIONS)
def test_it_is_decided_once(scope, first):
    author = clerk()
    waiting = brought(by=author)
    first(actor=author if first is DECISIONS[2] else clerk(), import_id=waiting.pk)
    for decide in DECISIONS:
        with pytest.raises(Refused, match="已经办理"):
            decide(actor=clerk(), import_id=waiting.pk)


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.AUDITOR, Role.ASSESSOR, Role.INSTITUTION_ADMIN])
def test_other_roles_neither_bring_nor_decide(scope, role):
    waiting = brought()
    other = actor_with(role, make_institution() if role == Role.INSTITUTION_ADMIN else None)
    with pytest.raises(Forbidden):
        brought(replace(ROW, year=2022), by=other)
    for decide in DECISIONS:
        with pytest.raises(Forbidden):
            decide(actor=other, import_id=waiting.pk)


def test_who_is_tied_to_an_institution_stands_aside(scope):
    school = make_institution(ROW.institution_name, uscc=None, source="演示日报")
    tied = actor_with(Role.SECRETARIAT, employer=school)
    with pytest.raises(Forbidden, match="回避"):
        brought(by=tied)
    waiting = brought()
    with pytest.raises(Forbidden, match="回避"):
        operations.confirm_historical_results(actor=tied, import_id=waiting.pk)


def test_a_year_rated_here_is_published_by_its_round(scope):
    year = open_round().year
    own = Association.objects.get(pk=scope.pk).name
    with pytest.raises(InvalidInput, match="由该轮次公布"):
        brought(replace(ROW, year=year, issuing_body=own))
    assert brought(replace(ROW, year=year)), "somebody else's assessment of that year"


def test_the_same_lines_wait_once_and_another_grade_is_never_passed_over(scope):
    first, other = brought(), brought(replace(ROW, grade="A"))
    with pytest.raises(Refused, match="正等待另一人确认"):
        brought()
    operations.confirm_historical_results(actor=clerk(), import_id=first.pk)
    with pytest.raises(Refused, match="是“B”，与这次导入的“A”不同"):
        operations.confirm_historical_results(actor=clerk(), import_id=other.pk)
    assert ResultImport.objects.get(pk=other.pk).state == ImportState.WAITING
    assert brought() is None, "all of it stands already"


def test_a_neighbour_sees_none(scope):
    waiting = brought()
    with acting_for(make_association().pk):
        for decide in DECISIONS:
            with pytest.raises(NotFound):
                decide(actor=clerk(), import_id=waiting.pk)
        assert not ResultImport.objects.exists()


def refused(statement, *values):
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(caught.value).partition("\n")[0]


def test_the_database_wants_the_second_person_too(scope):
    author = clerk()
    waiting = brought(by=author)
    decided = "UPDATE credit_rating_resultimport SET state = 'confirmed', decided_at = now(), decided_by_id = %s WHERE id = %s"
    assert "import_by_two" in refused(decided, author.person_id, waiting.pk)
    assert "append-only" in refused(
        "UPDATE credit_rating_resultimport SET rows = '[]' WHERE id = %s", waiting.pk
    )
    assert "append-only" in refused("DELETE FROM credit_rating_resultimport WHERE id = %s", waiting.pk)
    assert "begins as one that waits" in refused(
        "INSERT INTO credit_rating_resultimport (association_id, rows, state, proposed_by_id, proposed_at, decided_by_id, decided_at) "
        "SELECT association_id, rows, 'confirmed', proposed_by_id, now(), %s, now() FROM credit_rating_resultimport",
        clerk().person_id,
    )
    school = make_institution()
    for taken_with in (None, waiting.pk):
        assert "a second person has confirmed" in refused(
            "INSERT INTO credit_rating_historicalresult (association_id, institution_id, year, scheme, grade, issuing_body, "
            "source_title, source_url, note, taken_over_with_id) VALUES (%s, %s, 2023, '演示', 'A', '演示', '演示', '', '', %s)",
            scope.pk, school.pk, taken_with,
        )  # fmt: skip


def test_what_is_done_is_written_with_it_or_not_at_all(scope):
    waiting = brought(ROW, replace(ROW, institution_name="演示另一学校"))
    taken_over([replace(ROW, institution_name="演示另一学校", grade="D")])
    before = Institution.objects.count()
    with pytest.raises(Refused):
        operations.confirm_historical_results(actor=clerk(), import_id=waiting.pk)
    assert (HistoricalResult.objects.count(), Institution.objects.count()) == (1, before)


def test_the_page_shows_every_line_and_the_way_to_decide(db):
    here = desk()
    with acting_for(here.association.pk):
        brought()
    page = here.client.get(f"/{here.association.slug}/desk/corrections/").content.decode()
    assert "对照无误，确认导入" in page
    for words in (ROW.institution_name, ROW.source_title, ROW.source_url):
        assert words in page


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_at_once_take_over_once():
    association = make_association()
    with acting_for(association.pk):
        waiting, people = brought(), [clerk(), clerk()]
    outcomes = at_once(
        association,
        *[
            lambda one=one: operations.confirm_historical_results(actor=one, import_id=waiting.pk)
            for one in people
        ],
    )
    assert winners(outcomes) == [1]
    with acting_for(association.pk):
        assert HistoricalResult.objects.count() == 1
