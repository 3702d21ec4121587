"""调整窗口: times of a running round move with a reason, never against an institution, and everything follows them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from association import clock
from association.choices import Role
from association.clocks import deadlines_of, whose_turn
from association.models import AuditEntry, Notice, OutboxJob
from association.moments import minute
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import RoundState, Stage, StageKind
from credit_rating.models import Assessment, RoundStage
from credit_rating.queries.rounds import stages_of
from tests.credit_rating.desk import desk
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import draft_round, open_round, reviewing_round, windows
from tests.factories.review import move_clock, on_notice

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SELF, REVIEW, DETERMINATION = StageKind.SELF_ASSESSMENT, StageKind.REVIEW, StageKind.DETERMINATION


@pytest.fixture(autouse=True)
def here():
    association = make_association()
    with acting_for(association.pk):
        yield association


@pytest.fixture
def clerk(here):
    return actor_with(Role.SECRETARIAT)


def table(round_):
    return [
        operations.StageWindow(StageKind(row.kind), row.opens_at, row.closes_at)
        for row in stages_of(round_.pk)
    ]


def shifted(round_, **by):
    """The table with some moments moved: ``self_assessment_closes_at=DAY``."""
    return [
        replace(
            one,
            opens_at=one.opens_at + by.get(f"{one.kind}_opens_at", timedelta()),
            closes_at=one.closes_at + by.get(f"{one.kind}_closes_at", timedelta()),
        )
        for one in table(round_)
    ]


def later(days=5):
    """Everything after the opening of the self-assessment, a few days later."""
    by = timedelta(days=days)
    names = [f"{kind}_{end}" for kind in (SELF, REVIEW, DETERMINATION) for end in ("opens_at", "closes_at")]
    return dict.fromkeys(names[1:], by)


def under_review():
    """Self-assessment over, review running for another day, determination after it."""
    round_, moment = reviewing_round(), clock.now()
    days = {SELF: (-40, -6), REVIEW: (-5, 1), DETERMINATION: (2, 10)}
    for kind, (opens, closes) in days.items():
        RoundStage.objects.filter(round=round_, kind=kind).update(
            opens_at=moment + opens * DAY, closes_at=moment + closes * DAY
        )
    return round_


def move(clerk, round_, stages, reason="台风停课"):
    return operations.move_windows(actor=clerk, round_id=round_.pk, stages=stages, reason=reason)


def test_an_extension_is_told_to_everybody_once_and_kept_on_record(clerk):
    first, second = make_institution(), make_institution()
    both = actor_with(Role.INSTITUTION_ADMIN, first)
    other = actor_with(Role.INSTITUTION_ADMIN, second)
    round_ = open_round(institutions=[first, second])
    before = table(round_)
    move(clerk, round_, shifted(round_, **later()))
    assert [one.closes_at for one in table(round_)] == [one.closes_at + 5 * DAY for one in before]
    entry = AuditEntry.objects.get(action="move_windows")
    assert entry.reason == "台风停课"
    assert entry.detail["before"]["self_assessment"][1] == before[0].closes_at.isoformat()
    told = Notice.objects.filter(event=f"round-{round_.pk}-windows-{entry.pk}", channel="desk")
    assert sorted(told.values_list("user_id", flat=True)) == sorted([both.user_id, other.user_id])
    assert "理由：台风停课" in told.first().body
    assert "“自评”改为" in told.first().body
    assert OutboxJob.objects.filter(task="disclosure.refresh_round", key__contains="windows").count() == 1


def test_the_clock_of_the_self_assessment_and_the_closing_follow(clerk):
    """Reminders hang on the clock: the term as it was announced has ended, the new one is reminded of anew."""
    round_ = open_round(institutions=[make_institution()], stages=windows(days=8))
    assessment = Assessment.objects.get()
    before = whose_turn("rating", assessment.pk).ends_at
    move(clerk, round_, shifted(round_, **later(10)))
    assert whose_turn("rating", assessment.pk).ends_at == before + 10 * DAY
    ended = deadlines_of("rating", assessment.pk).get(stopped_at__isnull=False)
    assert (ended.outcome, ended.was_late) == ("moved", False)
    move_clock(11)
    assert Assessment.objects.get().stage == Stage.INVITED
    move_clock(7)
    assert Assessment.objects.get().stage == Stage.NOT_FILED
    assert whose_turn("rating", assessment.pk) is None


def test_before_it_begins_the_self_assessment_may_be_shortened_or_moved(clerk):
    round_ = open_round(stages=windows(opens_at=clock.now() + 3 * DAY))
    move(clerk, round_, shifted(round_, self_assessment_opens_at=DAY, self_assessment_closes_at=-5 * DAY))
    assert table(round_)[0].closes_at < table(round_)[1].opens_at


@pytest.mark.parametrize(
    ("by", "error", "words"),
    [
        ({"self_assessment_closes_at": -DAY}, Refused, "只能延后"),
        ({"self_assessment_opens_at": DAY}, Refused, "已经开始"),
        ({"self_assessment_opens_at": -DAY}, Refused, "已经开始"),
        ({"self_assessment_closes_at": DAY}, InvalidInput, "不能在"),
        ({"review_opens_at": -DAY}, InvalidInput, "不能在"),
        ({"self_assessment_closes_at": -30 * DAY}, InvalidInput, "晚于开始时间"),
        ({}, InvalidInput, "没有改动"),
    ],
)
def test_what_would_harm_an_institution_or_overlap_is_refused(clerk, by, error, words):
    round_ = open_round()
    before = table(round_)
    with pytest.raises(error, match=words):
        move(clerk, round_, shifted(round_, **by))
    assert table(round_) == before
    assert not AuditEntry.objects.filter(action="move_windows").exists()


def test_nothing_is_moved_into_the_past(clerk):
    round_ = open_round(stages=windows(opens_at=clock.now() + 3 * DAY))
    with pytest.raises(Refused, match="现在以前"):
        move(clerk, round_, shifted(round_, self_assessment_opens_at=-4 * DAY))
    reviewing = under_review()
    with pytest.raises(Refused, match="截止时间不能改到现在以前"):
        move(clerk, reviewing, shifted(reviewing, review_closes_at=-2 * DAY))
    move(clerk, reviewing, shifted(reviewing, review_closes_at=DAY))


def test_a_self_assessment_that_is_over_stays_over(clerk):
    round_ = under_review()
    with pytest.raises(Refused, match="自评已经截止"):
        move(clerk, round_, shifted(round_, self_assessment_closes_at=DAY / 2))


def test_stages_are_neither_added_nor_taken_away_and_a_reason_is_needed(clerk):
    round_ = open_round()
    with pytest.raises(InvalidInput, match="不能增减"):
        move(clerk, round_, [table(round_)[0], table(round_)[2]])
    with pytest.raises(InvalidInput, match="请说明调整窗口的理由"):
        move(clerk, round_, shifted(round_, **later()), reason=" ")


def test_only_a_running_round_and_only_by_the_secretariat(clerk):
    draft = draft_round()
    with pytest.raises(Refused, match="已开展"):
        move(clerk, draft, shifted(draft, **later()))
    noticed = on_notice().round
    assert noticed.state != RoundState.DRAFT
    with pytest.raises(Refused, match="尚未公示"):
        move(clerk, noticed, table(noticed))
    for role in (Role.AUDITOR, Role.COMMITTEE_CHAIR, Role.INSTITUTION_ADMIN):
        with pytest.raises(Forbidden):
            move(actor_with(role), draft, [])
    with acting_for(make_association().pk), pytest.raises(NotFound):
        move(actor_with(Role.SECRETARIAT), draft, [])


def test_the_button_keeps_what_is_left_as_it_stands():
    staff = desk()
    with acting_for(staff.association.pk):
        round_ = open_round()
        before = table(round_)
    place = f"credit_rating/round/{round_.pk}/do/windows/"
    form = staff.get(place).context["form"]
    rows = {field.html_name: field.value() for _label, fields in form.grid() for field in fields}
    sent = {name: f"{value:%Y-%m-%dT%H:%M}" for name, value in rows.items() if value}
    unchanged = staff.post(place, **sent, reason="演示")
    assert unchanged.status_code == 400
    assert "没有改动任何窗口" in unchanged.content.decode()
    moved = staff.post(place, **(sent | {"row-3-closes_at": "2099-01-01T00:00"}), reason="演示")
    assert moved.status_code == 302
    with acting_for(staff.association.pk):
        after = table(round_)
    assert after[:2] == before[:2]
    assert minute(after[2].closes_at) == "2099-01-01 00:00"
