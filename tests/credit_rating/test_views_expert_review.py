"""规范评审 as whole requests: who finds a draft, what an expert reads and says, and whose words are shown."""

import pytest

from association.choices import INSTITUTION_ROLES, Role
from association.models import Notice
from association.tenancy import acting_for
from credit_rating import operations
from credit_rating.choices import StandardState
from credit_rating.models import ExpertOpinion
from tests.credit_rating.desk_pages import Desk, statements
from tests.factories.people import actor_with, make_association
from tests.factories.rating import draft_standard, frozen_standard, frozen_successor, small_spec

pytestmark = pytest.mark.django_db
EXPERTS = [Role.COMMITTEE, Role.COMMITTEE_CHAIR, Role.ASSESSOR, Role.DISTRICT_REVIEWER]


@pytest.fixture
def association(settings):
    settings.PORTAL_DEMO = False
    found = make_association()
    with acting_for(found.pk):
        yield found


def sent(spec=None):
    standard = draft_standard(spec)
    return operations.send_to_experts(actor=actor_with(Role.SECRETARIAT), standard_id=standard.pk)


def give(desk, standard, **fields):
    return desk.post(
        f"standards/{standard.pk}/opinion/", **({"verdict": "agree", "text": "结构完整"} | fields)
    )


@pytest.mark.parametrize("role", EXPERTS)
def test_expert_finds_the_draft_judges_it_and_it_waits_no_more(association, role):
    standard = sent()
    desk = Desk(association, actor_with(role))
    first = desk.get("").content.decode()
    assert "填写评审意见" in first
    assert f'/desk/standards/{standard.pk}/"' in first
    assert "待填写" in desk.get("standards/").content.decode()
    answer = give(desk, standard, verdict="agree_with_changes", text="第一项宜说明口径")
    assert (answer.status_code, answer["Location"]) == (302, f"/{association.slug}/desk/standards/")
    opinion = ExpertOpinion.objects.get()
    assert (opinion.verdict, opinion.text) == ("agree_with_changes", "第一项宜说明口径")
    assert opinion.expert_id == desk.actor.user_id
    assert "填写评审意见" not in desk.get("").content.decode()
    assert "已填写" in desk.get("standards/").content.decode()


def test_page_has_the_whole_text(association):
    standard = sent()
    body = Desk(association, actor_with(Role.ASSESSOR)).get(f"standards/{standard.pk}/").content.decode()
    for row in standard.indicators.all():
        assert row.title in body
    for band in standard.bands.all():
        assert band.label in body
    assert "怎样计算" in body
    assert "专家评审" in body


def test_own_words_are_shown_and_other_experts_words_are_not(association):
    standard = sent()
    own, other = (Desk(association, actor_with(Role.ASSESSOR)) for _ in range(2))
    give(own, standard, text="本人的意见")
    give(other, standard, text="别人的意见")
    body = own.get(f"standards/{standard.pk}/").content.decode()
    assert "本人的意见" in body
    assert "别人的意见" not in body
    assert "针对以前的稿子" not in body


def test_text_that_is_sent_again_waits_again(association):
    standard, clerk = sent(), actor_with(Role.SECRETARIAT)
    desk = Desk(association, actor_with(Role.COMMITTEE))
    give(desk, standard)
    operations.return_to_draft(actor=clerk, standard_id=standard.pk, reason="按意见修改")
    assert "没有在评审的规范" in desk.get("standards/").content.decode()
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    assert "待填写" in desk.get("standards/").content.decode()
    assert "针对以前的稿子" in desk.get(f"standards/{standard.pk}/").content.decode()


def test_opinion_may_be_given_twice_and_neither_is_lost(association):
    standard, desk = sent(), Desk(association, actor_with(Role.ASSESSOR))
    give(desk, standard, text="第一次")
    give(desk, standard, verdict="disagree", text="第二次")
    assert list(ExpertOpinion.objects.order_by("pk").values_list("text", flat=True)) == ["第一次", "第二次"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [({"verdict": ""}, "请选择结论"), ({"verdict": "perhaps"}, "请选择结论"), ({"text": " "}, "请填写意见")],
)
def test_what_is_missing_is_named_and_nothing_is_stored(association, fields, says):
    standard, desk = sent(), Desk(association, actor_with(Role.ASSESSOR))
    answer = give(desk, standard, **fields)
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not ExpertOpinion.objects.exists()


def test_frozen_standard_is_read_and_not_judged(association):
    standard, desk = frozen_standard(), Desk(association, actor_with(Role.ASSESSOR))
    body = desk.get(f"standards/{standard.pk}/").content.decode()
    assert "只能阅读" in body
    assert "提交意见" not in body
    count = ExpertOpinion.objects.count()
    assert give(desk, standard).status_code == 409
    assert ExpertOpinion.objects.count() == count


def test_successor_shows_what_became_of_each_indicator(association):
    old = frozen_standard()
    new = frozen_successor(old, small_spec(version="2"))
    body = Desk(association, actor_with(Role.COMMITTEE)).get(f"standards/{new.pk}/").content.decode()
    assert "与上一版的指标对照" in body
    assert "不变" in body


@pytest.mark.parametrize("role", [*sorted(INSTITUTION_ROLES), Role.SECRETARIAT, Role.AUDITOR])
def test_others_have_neither_page_nor_entry(association, role):
    standard, desk = sent(), Desk(association, actor_with(role))
    assert "/desk/standards/" not in desk.get("").content.decode()
    for answer in (desk.get("standards/"), desk.get(f"standards/{standard.pk}/"), give(desk, standard)):
        assert answer.status_code == 403
    assert not ExpertOpinion.objects.exists()


def test_neighbours_draft_does_not_exist_here(association):
    other = make_association()
    with acting_for(other.pk):
        standard = sent()
    desk = Desk(association, actor_with(Role.COMMITTEE))
    assert str(standard) not in desk.get("standards/").content.decode()
    assert desk.get(f"standards/{standard.pk}/").status_code == 404
    assert give(desk, standard).status_code == 404
    with acting_for(other.pk):
        assert not ExpertOpinion.objects.exists()
        standard.refresh_from_db()
        assert standard.state == StandardState.EXPERT_REVIEW


def test_notice_leads_to_the_page(association):
    expert = actor_with(Role.ASSESSOR)
    standard = sent()
    told = Notice.objects.get(user_id=expert.user_id, channel="desk")
    assert told.path == f"/desk/standards/{standard.pk}/"


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_one_and_for_three(association, count):
    for number in range(count):
        sent(small_spec(code=f"S{number}"))
    desk = Desk(association, actor_with(Role.ASSESSOR))
    with statements() as found:
        answer = desk.get("standards/")
    assert answer.content.decode().count("待填写") == count
    assert len(found) == 6, found
