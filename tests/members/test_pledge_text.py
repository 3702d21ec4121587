"""自律公约: drafted, looked through, adopted by the general meeting, frozen; and what the database refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from association import clock, pledge
from association.actors import system
from association.choices import PledgeState, Role
from association.models import AuditEntry, Notice, PledgeClause, PledgeFlag, PledgeVersion
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from disclosure.models import PublicationLog
from tests.factories.people import actor_with, make_association
from tests.members.pledges import FLAGGED, TEXT, Desk

REFUSALS = (IntegrityError, InternalError)


@pytest.fixture
def desk(here):
    return Desk()


def refused_by_database(deed):
    with pytest.raises(REFUSALS), transaction.atomic():
        deed()


# -- the draft ------------------------------------------------------------------------------------------------


def test_draft_is_numbered_clauses_with_a_hash(desk):
    version = desk.draft()
    assert [row.text for row in version.clauses.all()] == [
        "依法取得办学许可，公示收费项目。", "按合同约定退费，原路退回。", "不作虚假宣传。",
    ]  # fmt: skip
    assert (version.state, version.number, len(version.sha256)) == (PledgeState.DRAFT, None, 64)


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"text": "依法办学。"}, "text", "第一条"),
        ({"text": "第一条 甲\n第三条 丙"}, "text", "应为第2条，写的是第3条"),
        ({"title": " "}, "title", "名称"),
        ({"text": "第一条 " + "长" * 2001}, "text", "超过2000个字"),
        ({"text": "\n".join(f"第{n}条 甲" for n in range(1, 122))}, "text", "最多120条"),
    ],
)
def test_draft_that_cannot_be_taken_says_why(desk, values, field, words):
    with pytest.raises(InvalidInput) as refused:
        desk.draft(**values)
    assert words in refused.value.fields[field]
    assert not PledgeVersion.objects.exists()


def test_draft_changed_by_somebody_else_is_not_overwritten(desk):
    first = desk.draft()
    old = first.sha256
    desk.draft(TEXT + "\n第四条 接受监督。", seen=old)
    with pytest.raises(Refused, match="已被他人修改"):
        desk.draft(TEXT + "\n第四条 别的。", seen=old)
    assert PledgeVersion.objects.count() == 1


def test_only_the_secretariat_drafts_clears_and_adopts(desk):
    version = desk.draft(FLAGGED)
    for role in (Role.AUDITOR, Role.COUNCIL, Role.INSTITUTION_ADMIN):
        other = actor_with(role)
        with pytest.raises(Forbidden):
            pledge.save_pledge_draft(actor=other, title="公约", text=TEXT)
        with pytest.raises(Forbidden):
            pledge.clear_pledge_wording(actor=other, flag_id=version.flags.get().pk, reason="可以")
        with pytest.raises(Forbidden):
            pledge.drop_pledge_draft(actor=other, version_id=version.pk)


# -- wording --------------------------------------------------------------------------------------------------


def test_flag_is_cleared_by_another_person_with_a_reason(desk):
    flag = desk.draft(FLAGGED).flags.get()
    assert (flag.code, flag.clause.place) == ("TERRITORY", 4)
    assert Notice.objects.filter(user_id=desk.second.user_id, event__startswith="pledge-wording").exists()
    with pytest.raises(Refused, match="起草人以外"):
        pledge.clear_pledge_wording(actor=desk.clerk, flag_id=flag.pk, reason="可以")
    with pytest.raises(InvalidInput):
        pledge.clear_pledge_wording(actor=desk.second, flag_id=flag.pk, reason=" ")
    cleared = pledge.clear_pledge_wording(actor=desk.second, flag_id=flag.pk, reason="许可的地域")
    assert (cleared.cleared_by_id, cleared.reason) == (desk.second.user_id, "许可的地域")
    with pytest.raises(Refused, match="已经核定"):
        pledge.clear_pledge_wording(actor=desk.second, flag_id=flag.pk, reason="再来")
    assert AuditEntry.objects.filter(action="clear_pledge_wording").count() == 1


def test_adoption_waits_for_every_flag(desk):
    version = desk.draft(FLAGGED)
    with pytest.raises(Refused, match="还有1项用语提示没有核定"):
        desk.adopt(version)
    desk.clear(version)
    assert desk.adopt(version).state == PledgeState.IN_FORCE


def test_what_was_cleared_stays_cleared_in_the_same_words_only(desk):
    version = desk.draft(FLAGGED)
    desk.clear(version)
    version = desk.draft(FLAGGED + "\n第五条 接受监督。", seen=version.sha256)
    assert version.flags.get().cleared_by_id == desk.second.user_id
    version = desk.draft(FLAGGED.replace("不得跨区招生", "不得跨区招生办学"), seen=version.sha256)
    assert version.flags.get().cleared_by_id is None


def test_who_cleared_and_then_rewrites_is_the_author_now(desk):
    version = desk.draft(FLAGGED)
    desk.clear(version)
    again = pledge.save_pledge_draft(actor=desk.second, title="公约", text=FLAGGED, seen=version.sha256)
    assert again.flags.get().cleared_by_id is None


# -- adoption -------------------------------------------------------------------------------------------------


def test_adopted_version_has_number_figures_and_is_published(desk):
    version = desk.adopted()
    assert (version.number, version.state, version.present) == (1, PledgeState.IN_FORCE, 3)
    assert version.quorum_rule.code == "PLEDGE-QUORUM"
    assert version.minutes.sha256


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"votes_for": 1}, "未达到法定人数"),
        ({"votes_for": 1, "votes_against": 1, "abstentions": 1}, "公约没有通过"),
    ],
)
def test_figures_must_reach_the_shares_of_the_charter(desk, values, words):
    with pytest.raises(Refused, match=words):
        desk.adopted(**values)
    assert PledgeVersion.objects.get().state == PledgeState.DRAFT


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"votes_for": 4}, "entitled"),
        ({"meeting": " "}, "meeting"),
        ({"entitled": 4}, "remark"),
    ],
)
def test_figures_that_cannot_be_are_refused_under_their_field(desk, values, field):
    with pytest.raises(InvalidInput) as refused:
        desk.adopted(**values)
    assert field in refused.value.fields


def test_days_of_the_meeting(desk):
    version, day = desk.draft(), clock.today()
    with pytest.raises(InvalidInput) as refused:
        desk.adopt(
            version, met_on=day + timedelta(days=1), effective_on=day + timedelta(days=2), remark="名册"
        )
    assert "met_on" in refused.value.fields
    with pytest.raises(InvalidInput) as refused:
        desk.adopt(version, effective_on=day - timedelta(days=1))
    assert "effective_on" in refused.value.fields


def test_figure_that_the_books_do_not_have_needs_a_remark(desk):
    assert desk.adopted(entitled=4, remark="一家会员的入会尚未登记").entitled == 4


def test_next_version_supersedes_the_one_in_force(desk):
    first = desk.adopted()
    second = desk.adopted(TEXT + "\n第四条 接受监督。")
    first.refresh_from_db()
    assert (second.number, second.state, first.state) == (2, PledgeState.IN_FORCE, PledgeState.SUPERSEDED)
    assert first.superseded_at is not None


def test_version_waits_for_its_day(desk, time):
    first = desk.adopted()
    day = clock.today() + timedelta(days=10)
    second = desk.adopted(TEXT + "\n第四条 接受监督。", effective_on=day)
    assert second.state == PledgeState.ADOPTED
    keeper = system(second.association_id)
    pledge.keep_pledge(actor=keeper)
    second.refresh_from_db()
    assert second.state == PledgeState.ADOPTED
    time.pass_days(10)
    for _ in range(2):
        pledge.keep_pledge(actor=keeper)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (PledgeState.SUPERSEDED, PledgeState.IN_FORCE)
    with pytest.raises(Forbidden):
        pledge.keep_pledge(actor=desk.clerk)


def test_dropped_draft_makes_room_for_another(desk):
    version = desk.draft()
    pledge.drop_pledge_draft(actor=desk.clerk, version_id=version.pk)
    with pytest.raises(Refused):
        desk.adopt(PledgeVersion.objects.get(pk=version.pk))
    assert desk.draft().pk != version.pk


def test_drafts_are_the_staffs_and_versions_of_neighbours_do_not_exist(desk):
    draft = desk.draft()
    with pytest.raises(NotFound):
        pledge.lock_version(desk.signers[0], draft.pk)
    other = make_association()
    with acting_for(other.pk), pytest.raises(NotFound):
        pledge.drop_pledge_draft(actor=actor_with(Role.SECRETARIAT), version_id=draft.pk)


# -- the database ---------------------------------------------------------------------------------------------


def figures(desk, version):
    """What a whole adoption writes, for breaking one of it."""
    other = desk.adopted()
    names = (
        "meeting", "met_on", "entitled", "present", "votes_for", "votes_against", "abstentions", "quorum_rule_id",
        "majority_rule_id", "minutes_id", "adopted_at", "adopted_by_id", "effective_on",
    )  # fmt: skip
    return {name: getattr(other, name) for name in names} | {"number": 9, "state": "adopted"}


def test_database_refuses_adoption_with_a_flag_that_nobody_cleared(desk):
    values = figures(desk, None)
    version = desk.draft(FLAGGED)
    refused_by_database(lambda: PledgeVersion.objects.filter(pk=version.pk).update(**values))
    desk.clear(version)
    PledgeVersion.objects.filter(pk=version.pk).update(**values)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sha256": "0" * 64, "looked_through": "0" * 64},
        {"looked_through": "0" * 64},
        {"entitled": 9},
        {"votes_for": 1, "votes_against": 1, "abstentions": 1},
        {"present": 2},
        {"minutes_id": None},
        {"state": "in_force"},
        {"state": "superseded"},
    ],
)
def test_database_refuses_adoption_that_is_not_borne_out(desk, wrong):
    values = figures(desk, None)
    version = desk.draft(TEXT + "\n第四条 接受监督。")
    refused_by_database(lambda: PledgeVersion.objects.filter(pk=version.pk).update(**values | wrong))
    PledgeVersion.objects.filter(pk=version.pk).update(**values)


def test_database_keeps_the_adopted_text(desk):
    version = desk.adopted(FLAGGED.replace("不得跨区招生", "接受监督"))
    here = PledgeVersion.objects.filter(pk=version.pk)
    for change in (
        lambda: here.update(title="别的"),
        lambda: here.update(sha256="0" * 64),
        lambda: here.update(votes_for=2),
        lambda: here.update(state="draft"),
        lambda: here.delete(),
        lambda: PledgeClause.objects.filter(version=version).update(text="别的"),
        lambda: PledgeClause.objects.filter(version=version).first().delete(),
        lambda: PledgeClause.objects.create(version=version, place=9, text="新", sha256="0" * 64),
        lambda: PledgeFlag.objects.create(
            version=version, clause=version.clauses.first(), code="X", title="题", citation="法", advice="",
            excerpt="甲", author_id=desk.clerk.user_id,
        ),
    ):  # fmt: skip
        refused_by_database(change)


def test_database_wants_another_person_to_clear_and_once(desk):
    flag = desk.draft(FLAGGED).flags.get()
    rows = PledgeFlag.objects.filter(pk=flag.pk)
    now = clock.now()
    refused_by_database(lambda: rows.update(cleared_by_id=desk.clerk.user_id, cleared_at=now, reason="可"))
    refused_by_database(lambda: rows.update(cleared_by_id=desk.second.user_id, cleared_at=now, reason=""))
    rows.update(cleared_by_id=desk.second.user_id, cleared_at=now, reason="可")
    refused_by_database(lambda: rows.update(reason="改"))


def test_one_draft_and_one_in_force(desk):
    desk.adopted()
    draft = desk.draft(TEXT + "\n第四条 接受监督。")
    refused_by_database(
        lambda: PledgeVersion.objects.create(
            title="又一个", sha256="0" * 64, drafted_by_id=desk.clerk.user_id, saved_at=clock.now()
        )
    )
    assert draft.state == PledgeState.DRAFT


def test_log_tells_adoption_and_what_came_after(home, time):
    with acting_for(home.pk):
        desk = Desk()
        desk.adopted()
    with acting_for(home.pk):
        desk.adopted(TEXT + "\n第四条 接受监督。")
    rows = PublicationLog.objects.filter(kind="pledge").order_by("seq")
    assert [row.action for row in rows] == ["put"] * 5
