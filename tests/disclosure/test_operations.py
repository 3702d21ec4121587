"""Public copies: made from the truth, healed when they differ, and never written for nothing."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from association import clock
from association.choices import Role
from association.models import DeadlineRule
from association.operations import set_deadline_rule
from association.tenancy import acting_for
from credit_rating.choices import PublicState, RoundState, Stage
from credit_rating.models import Assessment
from disclosure import operations, tasks
from disclosure.models import CardGram, PublishedRound, RegisterCard
from members.models import FormerName
from tests.disclosure.material import (
    a_season,
    assessed,
    foreign_result,
    held_round,
    notice_of,
    published,
)
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def association():
    return make_association()


@pytest.fixture
def scope(association):
    with acting_for(association.pk):
        yield association


def card(institution):
    operations.refresh_institution(institution_id=institution.pk)
    return RegisterCard.objects.get(institution=institution)


def test_every_state_has_its_word(scope):
    season = a_season()
    states = {card.institution_id: (card.state, card.grade) for card in RegisterCard.objects.all()}
    assert states == {
        season["graded"].pk: ("graded", "B"),
        season["graded_a"].pk: ("graded", "A"),
        season["suspended"].pk: ("suspended", "C"),
        season["expired"].pk: ("expired", "B"),
        season["in_progress"].pk: ("in_progress", ""),
        season["objection"].pk: ("objection", ""),
        season["proposed"].pk: ("in_progress", ""),
        season["not_assessed"].pk: ("not_assessed", ""),
        season["foreign"].pk: ("earlier", "A"),
    }


@pytest.mark.parametrize("stage", [Stage.INVITED, Stage.NOT_FILED, Stage.WITHDRAWN])
def test_who_does_not_take_part_is_not_assessed(scope, stage):
    institution = make_institution()
    assessed(institution, held_round(state=RoundState.OPEN), stage)
    assert card(institution).state == PublicState.NOT_ASSESSED


@pytest.mark.parametrize("stage", [Stage.DETERMINED, Stage.NOTICED])
def test_grade_that_is_only_proposed_is_not_told(scope, stage):
    institution = make_institution()
    assessed(institution, held_round(state=RoundState.DETERMINING), stage, "D")
    shown = card(institution)
    assert (shown.state, shown.grade, shown.history) == ("in_progress", "", [])


def test_publication_that_waits_for_the_second_person_is_not_told(scope):
    institution = make_institution()
    published(institution, stage=Stage.PUBLIC_NOTICE, published_at=None, approved_by=None)
    assert card(institution).state == "in_progress"


def test_grade_ends_with_its_last_day(scope):
    institution = make_institution()
    published(institution, valid_until=clock.today())
    assert card(institution).state == card(institution).state_now == "graded"
    with clock.rehearsing(clock.now() + timedelta(days=1)):
        not_written_yet = RegisterCard.objects.get(institution=institution)
        assert (not_written_yet.state, not_written_yet.state_now) == ("graded", "expired")
        assert [past["state"] for past in not_written_yet.history_now] == ["expired"]
        operations.refresh_register()
    assert RegisterCard.objects.get(institution=institution).state == "expired"


def test_new_publication_replaces_the_old_one_and_keeps_it_in_the_history(scope):
    institution, year = make_institution(), clock.today().year
    published(institution, held_round(year - 1), "C", Stage.EXPIRED, superseded_at=clock.now())
    published(institution, held_round(year), "A")
    shown = card(institution)
    assert (shown.grade, shown.grade_year) == ("A", year)
    assert [(row["year"], row["grade"], row["state"]) for row in shown.history] == [
        (year, "A", "valid"),
        (year - 1, "C", "superseded"),
    ]


def test_result_of_others_names_its_source(scope):
    institution = make_institution(uscc=None, source="演示日报")
    foreign_result(institution, 2023)
    shown = card(institution)
    assert shown.source == "演示协会培委会 · 演示日报2024-01-30"
    assert shown.history[0]["state"] == "foreign"
    assert shown.key == str(institution.pk)


@pytest.mark.parametrize(("ago", "state"), [(0, "graded"), (1, "graded"), (2, "earlier"), (9, "earlier")])
def test_result_of_others_is_current_by_our_rule_only_and_never_expired(scope, ago, state):
    institution, year = make_institution(), clock.today().year - ago
    foreign_result(institution, year)
    shown = card(institution)
    assert (shown.state, shown.valid_until) == (state, None)
    assert shown.own_rule["until"] == f"{year + 1}-12-31"
    rule = DeadlineRule.objects.get(code="FOREIGN-RESULT-LISTED")
    assert shown.own_rule["citation"] == rule.citation
    assert "来源没有写明有效期" in shown.validity_note
    assert "本站自定" in shown.validity_note


def test_how_long_a_result_of_others_is_current_is_the_row_of_the_association(scope):
    rule, tomorrow = DeadlineRule.objects.get(code="FOREIGN-RESULT-LISTED"), clock.today() + timedelta(days=1)
    set_deadline_rule(
        actor=actor_with(Role.SECRETARIAT),
        rule_id=rule.pk,
        number=3,
        unit=rule.unit,
        citation="演示章程第五条",
        certainty=rule.certainty,
        valid_from=tomorrow,
    )
    new, old = make_institution(), make_institution()
    foreign_result(new, tomorrow.year)
    foreign_result(old, tomorrow.year - 2)
    assert card(new).own_rule["until"] == f"{tomorrow.year + 3}-12-31"
    assert "演示章程第五条" in card(new).validity_note
    assert (card(old).state, card(old).own_rule["until"]) == ("earlier", f"{tomorrow.year - 1}-12-31")


def test_without_a_rule_a_result_of_others_is_never_called_current(scope):
    institution = make_institution()
    foreign_result(institution, 1999)  # before any row holds
    shown = card(institution)
    assert (shown.state, shown.own_rule, shown.validity_note) == ("earlier", None, "来源没有写明有效期。")


def test_nothing_is_written_when_nothing_changed(scope):
    a_season()
    before = list(RegisterCard.objects.order_by("pk").values())
    assert operations.refresh_register() == 0
    assert list(RegisterCard.objects.order_by("pk").values()) == before


def test_sweep_heals_what_was_missed(scope):
    season = a_season()
    RegisterCard.objects.filter(institution=season["graded"]).update(grade="A", state="graded")
    RegisterCard.objects.filter(institution=season["graded_a"]).delete()
    PublishedRound.objects.filter(round=season["held"]).update(results=[])
    assert operations.refresh_register() == 3
    assert RegisterCard.objects.get(institution=season["graded"]).grade == "B"
    assert RegisterCard.objects.get(institution=season["graded_a"]).grade == "A"
    assert len(PublishedRound.objects.get(round=season["held"]).results) == 4


def without(rows, *names):
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


def test_rebuilding_gives_the_same_rows(scope):
    a_season()

    def state():
        return (
            without(RegisterCard.objects.order_by("institution_id").values(), "id", "as_of"),
            without(PublishedRound.objects.order_by("round_id").values(), "id", "as_of"),
            sorted(CardGram.objects.values_list("card__institution_id", "gram", "text", "place", "best")),
        )

    before = state()
    call_command("rebuild_register", scope.slug, stdout=StringIO())
    assert state() == before


def test_card_changes_with_the_name_and_keeps_the_old_one_findable(scope):
    institution = make_institution("演示旧名培训学校")
    card(institution)
    FormerName.objects.create(institution=institution, name=institution.name)
    institution.name = "演示新名培训学校"
    institution.save()
    shown = card(institution)
    assert (shown.name, shown.former_names) == ("演示新名培训学校", ["演示旧名培训学校"])
    assert set(CardGram.objects.filter(gram="旧名").values_list("card_id", flat=True)) == {shown.pk}
    assert CardGram.objects.filter(gram="培训").count() == 2
    assert CardGram.objects.filter(gram="培训", best=True).count() == 1


def test_tasks_may_run_twice(scope):
    institution = make_institution()
    held = held_round()
    published(institution, held)
    for _time in range(2):
        tasks.refresh_institution.__wrapped__.__wrapped__(institution_id=institution.pk)
        tasks.refresh_round.__wrapped__.__wrapped__(round_id=held.pk)
        tasks.refresh_register.__wrapped__.__wrapped__()
    assert RegisterCard.objects.count() == 1
    assert PublishedRound.objects.count() == 1


def test_round_in_preparation_is_not_told(scope):
    held = held_round(state=RoundState.DRAFT)
    assert operations.refresh_round(round_id=held.pk) is False
    assert not PublishedRound.objects.exists()


def test_round_names_nobody_before_the_public_notice(scope):
    held = held_round(state=RoundState.DETERMINING)
    assessed(make_institution(), held, Stage.DETERMINED, "D")
    operations.refresh_round(round_id=held.pk)
    row = PublishedRound.objects.get()
    assert (row.results, row.notice) == ([], {"open": []})


def test_objection_is_flagged_on_the_notice_board(scope):
    held = held_round(state=RoundState.PUBLIC_NOTICE)
    notice = notice_of(held)
    assessment = assessed(make_institution(), held, Stage.PUBLIC_NOTICE, "B", notice)
    operations.refresh_round(round_id=held.pk)
    assert PublishedRound.objects.get().notice["open"][0]["rows"][0]["objection"] is False
    Assessment.objects.filter(pk=assessment.pk).update(stage=Stage.OBJECTION)
    operations.refresh_round(round_id=held.pk)
    assert PublishedRound.objects.get().notice["open"][0]["rows"][0]["objection"] is True


def test_sweep_leaves_the_neighbour_alone(scope):
    institution = make_institution()
    card(institution)
    other = make_association()
    with acting_for(other.pk):
        assert operations.refresh_register() == 0
        assert operations.rebuild_register() == 0
    assert RegisterCard.objects.filter(institution=institution).exists()


def test_institution_of_a_neighbour_gets_no_card_here(association):
    with acting_for(association.pk):
        institution = make_institution()
    with acting_for(make_association().pk):
        assert operations.refresh_institution(institution_id=institution.pk) is False
    assert not RegisterCard.objects.exists()


def test_sweep_costs_the_same_for_one_and_for_three(scope, django_assert_num_queries):
    for number in (1, 2):
        for _institution in range(number):
            make_institution()
        operations.refresh_register()
        with django_assert_num_queries(16):
            operations.refresh_register()
