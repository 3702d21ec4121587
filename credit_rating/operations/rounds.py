"""评估轮次: planned with its stages and windows, institutions invited, opened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.in_turn import take_turn
from association.moments import in_words, minute, until_in_words
from association.notices import notify, people_of
from common.errors import InvalidInput, NotFound, Refused
from common.said import Said
from common.text import one_line
from credit_rating.access import MAY, rounds_visible_to, standards_visible_to
from credit_rating.choices import RoundState, Stage, StageKind, StandardState
from credit_rating.models import Assessment, AssessmentStandard, Round, RoundStage
from credit_rating.operations.moves import move_round
from credit_rating.operations.terms import start_filing
from members.access import institutions_visible_to

ORDER = list(StageKind)
REVIEWS = frozenset({StageKind.DISTRICT_REVIEW, StageKind.REVIEW})
DESK = "/desk/"


@dataclass(frozen=True, slots=True)
class StageWindow:
    """环节的窗口: ``opens_at`` belongs to it, ``closes_at`` does not."""

    kind: StageKind
    opens_at: datetime
    closes_at: datetime


@transaction.atomic
def plan_round(
    *,
    actor: Actor,
    year: int,
    title: str,
    standard_id: int,
    stages: Sequence[StageWindow],
    authorising_document: str = "",
) -> Round:
    """筹备轮次 under a frozen standard; the stages are this round's own."""
    actor.require(MAY, "plan_round")
    standard = _frozen(actor, standard_id)
    title = one_line(title)
    if not title:
        raise InvalidInput(_("请填写轮次名称。"), {"title": _("请填写轮次名称。")})
    if not 2000 <= year <= 2100:  # noqa: PLR2004 - as the database says
        raise InvalidInput(_("年度应为四位数字。"), {"year": _("年度应为四位数字。")})
    check_stages(stages)
    take_turn("round", year)
    if Round.objects.filter(year=year, standard=standard).exists():
        raise Refused(_("%(year)d年度已有按这份规范开展的轮次。") % {"year": year})
    round_ = Round.objects.create(
        year=year,
        title=title,
        standard=standard,
        authorising_document=one_line(authorising_document),
        created_at=clock.now(),
    )
    _write_stages(round_, stages)
    record(actor, "plan_round", round_, standard=standard.pk, year=year)
    return round_


@transaction.atomic
def set_stages(*, actor: Actor, round_id: int, stages: Sequence[StageWindow]) -> Round:
    """环节 of a round that is still being prepared."""
    actor.require(MAY, "plan_round")
    round_ = lock_round(actor, round_id)
    if round_.state != RoundState.DRAFT:
        raise Refused(_("轮次已经开始，环节不能再改。"))
    check_stages(stages)
    RoundStage.objects.filter(round=round_).delete()
    _write_stages(round_, stages)
    record(actor, "set_stages", round_, stages=[window.kind for window in stages])
    return round_


@transaction.atomic
def invite(*, actor: Actor, round_id: int, institution_ids: Collection[int]) -> list[Assessment]:
    """邀请机构, members or not. Those invited before stay as they are; the new ones are returned."""
    actor.require(MAY, "invite")
    round_ = lock_round(actor, round_id)
    _check_may_invite(round_)
    wanted = set(institution_ids)
    known = set(institutions_visible_to(actor).filter(pk__in=wanted).values_list("pk", flat=True))
    if known != wanted:
        raise NotFound(_("没有这家机构。"))
    before = set(Assessment.objects.filter(round=round_).values_list("institution_id", flat=True))
    moment = clock.now()
    rows = Assessment.objects.bulk_create(
        Assessment(round=round_, institution_id=pk, invited_at=moment) for pk in sorted(wanted - before)
    )
    record(actor, "invite", round_, institutions=sorted(wanted - before))
    if round_.state == RoundState.OPEN:
        _announce(actor, round_, rows)
    return rows


@transaction.atomic
def open_round(*, actor: Actor, round_id: int) -> Round:
    """开展轮次: the invitations go out. Filling in begins with the window of the self-assessment."""
    actor.require(MAY, "open_round")
    round_ = lock_round(actor, round_id)
    if round_.standard.state != StandardState.FROZEN:
        raise Refused(_("评估规范尚未定稿或已停用，不能开展轮次。"))
    invited = list(Assessment.objects.filter(round=round_))
    if not invited:
        raise Refused(_("还没有邀请任何机构。"))
    if window_of(round_, StageKind.SELF_ASSESSMENT).closes_at <= clock.now():
        raise Refused(_("自评的截止时间已过，请先调整环节。"))
    move_round(round_, RoundState.OPEN)
    record(actor, "open_round", round_, institutions=len(invited))
    _announce(actor, round_, invited)
    return round_


def lock_round(actor: Actor, round_id: int) -> Round:
    found = rounds_visible_to(actor).select_related("standard").select_for_update(of=("self",))
    round_ = found.filter(pk=round_id).first()
    if round_ is None:
        raise NotFound(_("没有这个轮次。"))
    return round_


def window_of(round_: Round, kind: StageKind) -> RoundStage:
    """The window of a stage; a round without this stage is a refusal."""
    stage = RoundStage.objects.filter(round=round_, kind=kind).first()
    if stage is None:
        raise Refused(_("这个轮次没有“%(stage)s”环节。") % {"stage": kind.label})
    return stage


def refuse_before(round_: Round, kind: StageKind) -> None:
    """未到环节: the work of a stage does not begin before its window does."""
    window = window_of(round_, kind)
    if clock.now() < window.opens_at:
        raise Refused(
            _("“%(stage)s”自%(moment)s（北京时间）开始，现在还不能办理。")
            % {"stage": kind.label, "moment": minute(window.opens_at)}
        )


def _frozen(actor: Actor, standard_id: int) -> AssessmentStandard:
    standard = standards_visible_to(actor).filter(pk=standard_id).first()
    if standard is None:
        raise NotFound(_("没有这份规范。"))
    if standard.state != StandardState.FROZEN:
        raise Refused(
            _("规范“%(title)s”%(state)s，只有已定稿的规范可以用于轮次。")
            % {"title": standard.title, "state": standard.get_state_display()}
        )
    return standard


def check_stages(stages: Sequence[StageWindow]) -> None:
    """自评 first, 综合评定 last, a review between; each once, in order, without overlap."""
    kinds = [window.kind for window in stages]
    if len(set(kinds)) != len(kinds) or kinds != sorted(kinds, key=ORDER.index):
        raise InvalidInput(_("环节须按自评、区评、复评、综合评定的次序，各一次。"))
    if not {StageKind.SELF_ASSESSMENT, StageKind.DETERMINATION} <= set(kinds) or not REVIEWS & set(kinds):
        raise InvalidInput(_("轮次须有自评、综合评定，并至少有区评或复评之一。"))
    for window in stages:
        if window.closes_at <= window.opens_at:
            raise InvalidInput(_("“%(stage)s”的截止时间须晚于开始时间。") % {"stage": window.kind.label})
    for before, after in pairwise(stages):
        if after.opens_at < before.closes_at:
            raise InvalidInput(
                _("“%(after)s”不能在“%(before)s”截止前开始。")
                % {"after": after.kind.label, "before": before.kind.label}
            )


def _write_stages(round_: Round, stages: Sequence[StageWindow]) -> None:
    RoundStage.objects.bulk_create(
        RoundStage(
            round=round_,
            position=position,
            kind=window.kind,
            opens_at=window.opens_at,
            closes_at=window.closes_at,
        )
        for position, window in enumerate(stages, start=1)
    )


def _check_may_invite(round_: Round) -> None:
    closes_at = window_of(round_, StageKind.SELF_ASSESSMENT).closes_at
    if round_.state not in {RoundState.DRAFT, RoundState.OPEN} or closes_at <= clock.now():
        raise Refused(_("自评已截止，不能再邀请机构。"))


def _announce(actor: Actor, round_: Round, assessments: Collection[Assessment]) -> None:
    """Whoever was invited hears of it, and the clock of the self-assessment begins."""
    window = window_of(round_, StageKind.SELF_ASSESSMENT)
    start_filing(actor, window, assessments)
    for assessment in assessments:
        if assessment.stage == Stage.INVITED:
            notify(
                f"assessment-{assessment.pk}-invited",
                people_of(institution_id=assessment.institution_id),
                subject=Said(gettext_noop("邀请参加%(title)s"), title=round_.title),
                body=Said(
                    gettext_noop(
                        "请于%(opens)s至%(closes)s（北京时间）填写自评并提交。不参加的，记为“未申报”，不评定等级。"
                    ),
                    opens=in_words(window.opens_at),
                    closes=until_in_words(window.closes_at),
                ),
                path=DESK,
            )
