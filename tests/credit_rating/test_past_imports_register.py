"""The register moves while an import of earlier results waits: its lines are read against it again, and all or none taken."""

from dataclasses import replace

import pytest

from association.choices import Role
from association.tenancy import acting_for
from common.errors import Refused
from credit_rating import operations
from credit_rating.choices import ImportState
from credit_rating.models import HistoricalResult, ResultImport
from credit_rating.queries.past_register import against, known_today
from members.models import Institution
from members.operations import rename_institution
from tests.at_once import at_once, losers
from tests.credit_rating.desk_pages import Desk
from tests.factories.corrections import ROW, clerk
from tests.factories.people import NUMBERS, actor_with, make_association, make_institution, valid_uscc

OTHER = replace(ROW, institution_name="演示另一学校")


@pytest.fixture
def scope(db):
    association = make_association()
    with acting_for(association.pk):
        yield association


def brought(*rows):
    return operations.propose_historical_results(actor=clerk(), rows=rows)


def refused(waiting, why):
    """All stays as it was: no result, no institution more, and the import waits."""
    schools = Institution.objects.count()
    with pytest.raises(Refused, match=why) as told:
        operations.confirm_historical_results(actor=clerk(), import_id=waiting.pk)
    assert not HistoricalResult.objects.exists()
    assert Institution.objects.count() == schools
    assert ResultImport.objects.get(pk=waiting.pk).state == ImportState.WAITING
    return str(told.value.sentence)


def test_a_name_given_up_meanwhile_does_not_become_a_second_institution(scope):
    school = make_institution(ROW.institution_name, uscc=None, source="演示日报")
    waiting = brought(OTHER, ROW)
    rename_institution(actor=clerk(), institution_id=school.pk, name="演示更正职业学校")
    said = refused(waiting, "第2行“演示更正学校”：这是“演示更正职业学校”的曾用名")
    assert "全部没有导入" in said
    operations.decline_historical_results(actor=clerk(), import_id=waiting.pk)


def test_a_code_registered_meanwhile_under_another_name_takes_no_grade(scope):
    code = valid_uscc(next(NUMBERS))
    waiting = brought(replace(ROW, uscc=code))
    school = make_institution("演示完全不同的学校", uscc=code)
    refused(waiting, "这个代码在名录中是“演示完全不同的学校”")
    assert not HistoricalResult.objects.filter(institution=school).exists()


def test_a_name_registered_meanwhile_without_its_code_is_not_guessed(scope):
    waiting = brought(replace(ROW, uscc=valid_uscc(next(NUMBERS))))
    make_institution(ROW.institution_name, uscc=None, source="演示日报")
    refused(waiting, "代码未知的机构")


def test_two_of_one_name_meanwhile_are_not_guessed(scope):
    waiting = brought(ROW)
    for _ in range(2):
        make_institution(ROW.institution_name)
    refused(waiting, "几家同名")


def test_with_its_code_a_renamed_institution_is_still_the_one_the_source_names(scope):
    school = make_institution(ROW.institution_name)
    waiting = brought(replace(ROW, uscc=school.uscc))
    rename_institution(actor=clerk(), institution_id=school.pk, name="演示更正职业学校")
    assert operations.confirm_historical_results(actor=clerk(), import_id=waiting.pk) == 1
    assert HistoricalResult.objects.get().institution_id == school.pk


def test_the_page_tells_before_anybody_presses(scope):
    school = make_institution(ROW.institution_name, uscc=None, source="演示日报")
    waiting = brought(ROW)
    chair = Desk(scope, actor_with(Role.COMMITTEE_CHAIR))
    assert "对照无误，确认导入" in chair.get("corrections/").content.decode()
    rename_institution(actor=clerk(), institution_id=school.pk, name="演示更正职业学校")
    page = chair.get("corrections/").content.decode()
    assert "演示更正职业学校”的曾用名" in page
    assert "对照无误，确认导入" not in page
    assert "不予导入" in page
    pressed = chair.post(f"past-imports/{waiting.pk}/confirm/", agree="yes")
    assert pressed.status_code == 409
    assert "曾用名" in pressed.content.decode()


def test_a_grade_that_stands_by_now_is_told_too(scope):
    first, second = brought(ROW), brought(replace(ROW, grade="A"))
    operations.confirm_historical_results(actor=clerk(), import_id=first.pk)
    (fault,) = against(second, known_today())
    assert (fault.row, "已有这项结果，是“B”" in str(fault.sentence)) == (1, True)


@pytest.mark.django_db(transaction=True)
def test_renaming_and_confirming_at_once_leave_one_institution():
    association = make_association()
    with acting_for(association.pk):
        school = make_institution(ROW.institution_name, uscc=None, source="演示日报")
        waiting, one, other = brought(ROW), clerk(), clerk()
    outcomes = at_once(
        association,
        lambda: rename_institution(actor=one, institution_id=school.pk, name="演示更正职业学校"),
        lambda: operations.confirm_historical_results(actor=other, import_id=waiting.pk),
    )
    with acting_for(association.pk):
        assert Institution.objects.count() == 1
        assert all("曾用名" in str(one.sentence) for one in losers(outcomes))
        assert HistoricalResult.objects.count() == 1 - len(losers(outcomes))
