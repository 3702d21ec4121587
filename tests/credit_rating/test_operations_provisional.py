"""暂定: an end that may still move on with the holidays ends nobody's right, in deed, page, clock and list alike."""

from datetime import timedelta

import pytest

from association import clock
from association.actors import system
from association.choices import DayKind, Role
from association.models import CalendarDay, Deadline
from association.tenancy import acting_for
from common.errors import Refused
from credit_rating import operations
from credit_rating.choices import Stage
from credit_rating.models import Assessment, PriorNotice, PublicNotice, Supplement
from credit_rating.queries.desk import dossier_of
from credit_rating.queries.staff_queue import QUEUE
from credit_rating.queries.windows import is_open
from credit_rating.views.assessments import _may
from credit_rating.views.bars import stage_bar
from tests.credit_rating.test_operations_windows import count_again
from tests.factories.people import actor_with, make_association
from tests.factories.rating import close_windows, reviewing_round, submitted_assessment
from tests.factories.review import determined, move_clock, on_notice

pytestmark = pytest.mark.django_db
LOW = {"B1.2": {"points": "0"}, "A1.3": {"tier": "差"}}  # 65, a C


@pytest.fixture(autouse=True)
def scope():
    with acting_for(make_association().pk):
        yield


@pytest.fixture
def clerk():
    return actor_with(Role.SECRETARIAT)


def nothing_announced():
    CalendarDay.objects.all().delete()


def announced_until_next_year():
    """The holidays of the year are known now, and the counted ends with them."""
    last = clock.today().replace(month=12, day=31)
    CalendarDay.objects.create(date=last.replace(year=last.year + 1), kind=DayKind.OFF)
    count_again()


def waiting(code):
    return set(QUEUE[code](Assessment.objects.all()).values_list("pk", flat=True))


def offered(actor, assessment):
    return {name for name, may in _may(actor, dossier_of(actor, assessment.pk)).items() if may}


def current_step(actor, assessment):
    return [
        step["label"] for step in stage_bar(dossier_of(actor, assessment.pk)) if step["state"] == "current"
    ]


def test_an_objection_is_taken_until_the_end_is_certain(clerk):
    assessment = determined(Assessment.objects.get(round=reviewing_round()))
    nothing_announced()
    operations.open_public_notice(actor=clerk, round_id=assessment.round_id)
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    move_clock(20, clerk)
    notice = PublicNotice.objects.get()
    assert (notice.provisional, is_open(notice)) == (True, True)
    assert offered(manager, assessment) == {"object"}
    assert current_step(manager, assessment) == ["公示"]
    assert (waiting("on_notice"), waiting("to_propose")) == ({assessment.pk}, set())
    announced_until_next_year()
    assert not is_open(PublicNotice.objects.get())
    assert offered(manager, assessment) == set()
    assert current_step(manager, assessment) == ["公布"]
    assert (waiting("on_notice"), waiting("to_propose")) == (set(), {assessment.pk})
    with pytest.raises(Refused, match="公示期已满"):
        operations.file_objection(actor=manager, assessment_id=assessment.pk, text="晚了")


def test_an_objection_in_a_provisional_end_counts(clerk):
    assessment = determined(Assessment.objects.get(round=reviewing_round()))
    nothing_announced()
    operations.open_public_notice(actor=clerk, round_id=assessment.round_id)
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    move_clock(20, clerk)
    operations.file_objection(actor=manager, assessment_id=assessment.pk, text="不服")
    announced_until_next_year()
    assert Assessment.objects.get().stage == Stage.OBJECTION
    with pytest.raises(Refused, match="异议"):
        operations.propose_publication(actor=clerk, round_id=assessment.round_id)


def test_a_supplement_is_taken_and_no_stage_moves_until_the_end_is_certain(clerk):
    assessment = Assessment.objects.get(round=reviewing_round())
    nothing_announced()
    indicator = assessment.round.standard.indicators.get(code="B1.2")
    operations.request_supplement(actor=clerk, assessment_id=assessment.pk, items={indicator.pk: "许可证"})
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    move_clock(30, clerk)
    assert Assessment.objects.get().stage == Stage.SUPPLEMENT
    assert is_open(Supplement.objects.get())
    assert offered(manager, assessment) == {"supplement"}
    operations.answer_supplement(actor=manager, assessment_id=assessment.pk, answers={indicator.pk: "已附"})
    assert Assessment.objects.get().stage == Stage.SUBMITTED


def test_a_supplement_whose_end_has_become_certain_is_over(clerk):
    assessment = Assessment.objects.get(round=reviewing_round())
    nothing_announced()
    indicator = assessment.round.standard.indicators.get(code="B1.2")
    operations.request_supplement(actor=clerk, assessment_id=assessment.pk, items={indicator.pk: "许可证"})
    move_clock(30, clerk)
    announced_until_next_year()
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    assert offered(manager, assessment) == set()
    operations.keep_the_clock(actor=system(assessment.association_id))
    assert Assessment.objects.get().stage == Stage.SUBMITTED
    with pytest.raises(Refused, match="补正期限已过"):
        operations.answer_supplement(
            actor=manager, assessment_id=assessment.pk, answers={indicator.pk: "晚了"}
        )


def test_the_page_offers_the_defence_that_the_operation_takes(clerk):
    assessment = determined(Assessment.objects.get(round=reviewing_round()), LOW)
    nothing_announced()
    operations.send_prior_notice(actor=clerk, assessment_id=assessment.pk)
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    move_clock(20, clerk)
    assert is_open(PriorNotice.objects.get())
    assert offered(manager, assessment) == {"defend"}
    assert waiting("heard") == set()
    announced_until_next_year()
    assert offered(manager, assessment) == set()
    assert waiting("heard") == {assessment.pk}
    with pytest.raises(Refused, match="申辩期限已过"):
        operations.file_defence(actor=manager, assessment_id=assessment.pk, text="晚了")


def test_a_certain_end_closes_to_the_second(clerk):
    assessment = on_notice(Assessment.objects.get(round=reviewing_round()))
    notice = PublicNotice.objects.get()
    assert not Deadline.objects.filter(provisional=True).exists()
    with clock.rehearsing(notice.closes_at - timedelta(seconds=1)):
        assert is_open(notice)
        assert waiting("on_notice") == {assessment.pk}
    with clock.rehearsing(notice.closes_at):
        assert not is_open(notice)
        assert waiting("to_propose") == {assessment.pk}


def test_a_step_whose_window_has_not_opened_is_not_under_way(clerk):
    assessment = submitted_assessment()
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    assert current_step(manager, assessment) == []
    review = next(step for step in stage_bar(dossier_of(manager, assessment.pk)) if step["label"] == "复评")
    assert (review["state"], review["when"][-1]) == ("todo", "起")
    close_windows(assessment.round)
    assert current_step(manager, assessment) == ["复评"]
