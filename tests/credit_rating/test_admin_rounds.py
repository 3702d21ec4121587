"""The staff desk of rounds and assessments: planning, inviting, assigning, the board, the notice."""

from datetime import timedelta

import pytest

from association import clock
from association.choices import Role
from association.models import Job
from association.person_fields import posts_of
from association.rules.clock import end_of_day
from association.tenancy import acting_for
from credit_rating.admin.rounds import steps_done
from credit_rating.choices import RoundState, Stage, StageKind
from credit_rating.models import Assessment, Assignment, Round
from tests.credit_rating.desk import desk
from tests.credit_rating.test_admin import (
    STANDARD,
    inside,
)
from tests.factories.people import actor_with, make_association, make_institution, valid_uscc
from tests.factories.rating import (
    draft_round,
    frozen_standard,
    open_round,
    reviewing_round,
    windows,
)
from tests.factories.review import determined

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return desk()


def stage_rows(kinds=(0, 2, 3)):
    start = clock.now().replace(second=0, microsecond=0) + timedelta(days=1)
    rows = {}
    for step, place in enumerate(kinds):
        window = (start + timedelta(days=10 * step), start + timedelta(days=10 * step + 10))
        for name, moment in zip(("opens_at", "closes_at"), window, strict=True):
            local = moment + timedelta(hours=8)
            rows[f"row-{place}-{name}"] = local.strftime("%Y-%m-%dT%H:%M")
    return rows


def test_a_round_is_planned_invited_by_pasted_codes_and_opened(here):
    with acting_for(here.association.pk):
        standard, chosen, pasted = frozen_standard(), make_institution(), make_institution()
    planned = here.post("credit_rating/round/do/plan/", year=2026, title="演示轮次", standard=standard.pk, **stage_rows())  # fmt: skip
    round_ = inside(here, Round.objects.get)
    assert planned["Location"] == here.address(f"credit_rating/round/{round_.pk}/")
    kinds = inside(here, lambda: [stage.kind for stage in round_.stages.order_by("position")])
    assert kinds == [StageKind.SELF_ASSESSMENT, StageKind.REVIEW, StageKind.DETERMINATION]
    invited = here.post(f"credit_rating/round/{round_.pk}/do/invite/", institutions=[chosen.pk], codes=f"\n{pasted.uscc}\n")  # fmt: skip
    assert invited.status_code == 302
    assert "受邀的2家机构" in here.get(f"credit_rating/round/{round_.pk}/do/open/").content.decode()
    here.post(f"credit_rating/round/{round_.pk}/do/open/")
    assert inside(here, lambda: Round.objects.get().state) == RoundState.OPEN


def test_pasted_codes_are_answered_line_by_line_and_nobody_is_invited(here):
    with acting_for(here.association.pk):
        round_, good = draft_round(institutions=[]), make_institution()
    neighbour = make_association()
    with acting_for(neighbour.pk):
        foreign = make_institution(uscc=valid_uscc(95555))
    lines = f"{good.uscc}\n12345\n{foreign.uscc}"
    page = here.post(f"credit_rating/round/{round_.pk}/do/invite/", codes=lines).content.decode()
    assert "第2行 12345：统一社会信用代码应为18位，现在是5位。" in page
    assert f"第3行 {foreign.uscc}：没有登记这个代码的机构" in page
    assert "第1行" not in page
    assert inside(here, Assessment.objects.count) == 0


def test_who_must_stand_aside_cannot_be_chosen_and_the_reason_is_shown(here):
    with acting_for(here.association.pk):
        institution = make_institution("演示被评学校")
        round_ = reviewing_round(institutions=[institution])
        tied = actor_with(Role.ASSESSOR, employer=institution, name="演示有关人")
        clear = actor_with(Role.ASSESSOR, name="演示无关人")
        row = Assessment.objects.get(round=round_)
        posts = posts_of([tied.user_id, clear.user_id])
    address = f"credit_rating/assessment/{row.pk}/do/assign/"
    page = here.get(address).content.decode()
    assert f'value="{posts[clear.user_id]}"' in page
    assert f'value="{posts[tied.user_id]}"' not in page
    assert "任职于“演示被评学校”" in page
    for nobody in (posts[tied.user_id], 0, "x"):
        assert here.post(address, assessors=[nobody]).status_code == 400
    assert here.post(address, assessors=[posts[clear.user_id]]).status_code == 302
    assert inside(here, lambda: [one.assessor_id for one in Assignment.objects.all()]) == [clear.user_id]


def test_finishing_too_early_is_refused_in_place_and_in_bulk(here):
    row = inside(here, lambda: Assessment.objects.get(round=reviewing_round()))
    page = here.post(f"credit_rating/assessment/{row.pk}/do/finish/", discussion="").content.decode()
    assert "份评审意见，现有0份" in page
    chosen = {"action": "finish", "_selected_action": [row.pk], "index": 0, "confirmed": "1"}
    answer = here.client.post(here.address("credit_rating/assessment/"), chosen, follow=True)
    assert "份评审意见，现有0份" in answer.content.decode()
    assert inside(here, lambda: Assessment.objects.get().stage) == Stage.SUBMITTED


def test_supplements_are_asked_in_one_list(here):
    row = inside(here, lambda: Assessment.objects.get(round=reviewing_round()))
    here.post(f"credit_rating/assessment/{row.pk}/do/supplement/", **{"row-1-request": "请补许可证"})
    with acting_for(here.association.pk):
        row.refresh_from_db()
        assert (row.stage, [item.request for item in row.supplement.items.all()]) == (
            Stage.SUPPLEMENT,
            ["请补许可证"],
        )
    assert "supplements" in here.get().content.decode()


def test_computing_before_any_review_is_finished_is_refused(here):
    round_ = inside(here, reviewing_round)
    answer = here.post(f"credit_rating/round/{round_.pk}/do/compute/")
    assert "还没有完成评审的机构" in answer.content.decode()
    assert inside(here, Job.objects.count) == 0


def test_rounds_and_assessments_of_the_neighbour_are_not_found(here):
    elsewhere = make_association()
    with acting_for(elsewhere.pk):
        row = Assessment.objects.get(round=reviewing_round())
        paths = [f"credit_rating/round/{row.round_id}/", f"credit_rating/assessment/{row.pk}/", f"{STANDARD}/{row.round.standard_id}/"]  # fmt: skip
    assert [here.get(path).status_code for path in paths] == [404, 404, 404]
    assert here.post(f"credit_rating/round/{row.round_id}/do/compute/").status_code == 404
    assert here.post(f"credit_rating/assessment/{row.pk}/do/finish/").status_code == 404


def test_an_auditor_sees_the_round_without_buttons():
    here = desk(Role.AUDITOR)
    round_ = inside(here, reviewing_round)
    page = here.get(f"credit_rating/round/{round_.pk}/").content.decode()
    assert "进度看板" in page
    assert "/do/" not in page
    assert here.post(f"credit_rating/round/{round_.pk}/do/compute/").status_code == 403


@pytest.mark.parametrize(
    ("stage", "done"),
    [
        (Stage.INVITED, [False, False, False, False]),
        (Stage.NOT_FILED, [False, False, False, False]),
        (Stage.SUBMITTED, [True, False, False, False]),
        (Stage.REVIEWED, [True, True, False, False]),
        (Stage.NOTICED, [True, True, True, False]),
        (Stage.OBJECTION, [True, True, True, False]),
        (Stage.PUBLISHED, [True, True, True, True]),
    ],
)
def test_the_board_shows_what_is_behind_an_institution(stage, done):
    kinds = [StageKind.SELF_ASSESSMENT, StageKind.REVIEW, StageKind.DETERMINATION]
    assert steps_done(Assessment(stage=stage), kinds) == done


def test_the_board_shows_every_institution_page_by_page(here, monkeypatch):
    monkeypatch.setattr("credit_rating.admin.rounds.ON_BOARD", 2)
    with acting_for(here.association.pk):
        names = sorted(f"演示{letter}校" for letter in "甲乙丙")
        round_ = open_round(institutions=[make_institution(name) for name in names])
    page = f"credit_rating/round/{round_.pk}/"
    shown = [
        [name for name in names if name in here.get(page, board=number).content.decode()]
        for number in ("1", "2", "99", "x")
    ]
    assert [len(one) for one in shown] == [2, 1, 1, 2]
    assert sorted(shown[0] + shown[1]) == names
    first = here.get(page).content.decode()
    assert "第1页，共2页，3项" in first
    assert 'href="?board=2#board"' in first
    assert 'href="?board=1#board"' in here.get(page, board="2").content.decode()


def test_deadlines_on_the_staff_desk_end_at_24_like_everywhere(here):
    with acting_for(here.association.pk):
        day = clock.today()
        closes = end_of_day(day + timedelta(days=5))
        round_ = open_round(stages=windows(opens_at=closes - timedelta(days=20)))
    words = f"{day + timedelta(days=5)} 24:00"
    assert words in here.get(f"credit_rating/round/{round_.pk}/").content.decode()
    assert words in here.get().content.decode()


def test_the_button_of_the_notice_says_who_is_not_ready(here):
    with acting_for(here.association.pk):
        round_ = reviewing_round(institutions=[make_institution(), make_institution()])
        first, second = round_.assessments.order_by("pk")
        determined(first)
        name = str(second.institution)
    address = f"credit_rating/round/{round_.pk}/do/notice/"
    body = here.get(address).content.decode()
    assert f"现在还不能公示：以下机构尚未完成评定：{name}。" in body
    assert "进入公示，任何人可见" not in body
    with acting_for(here.association.pk):
        determined(second)
    assert "2家的拟定结果进入公示" in here.get(address).content.decode()
