"""调整窗口: the announced times of a round that runs are moved with a reason, never against an institution."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from association import clock
from association.actors import Actor
from association.audit import record
from association.moments import in_words, until_in_words
from association.notices import notify
from common.errors import InvalidInput, Refused
from common.said import Said
from credit_rating.access import MAY
from credit_rating.choices import WITHOUT_RESULT, RoundState, StageKind
from credit_rating.models import Assessment, Round, RoundStage
from credit_rating.operations.announcements import institution_people, refresh_round
from credit_rating.operations.assignments import required_text
from credit_rating.operations.rounds import DESK, StageWindow, check_stages, lock_round
from credit_rating.operations.terms import move_filing

RUNNING = frozenset({RoundState.OPEN, RoundState.REVIEWING, RoundState.DETERMINING})


@transaction.atomic
def move_windows(*, actor: Actor, round_id: int, stages: Sequence[StageWindow], reason: str) -> Round:
    """调整窗口 of a round that has been opened: the same stages, other times. Everybody invited is told once.

    What has begun keeps its beginning, nothing is moved into the past, and the 自评 that has begun only gets longer:
    that is the one moment which costs an institution something (decision 0007).
    """
    actor.require(MAY, "move_windows")
    round_ = lock_round(actor, round_id)
    if round_.state not in RUNNING:
        raise Refused(_("只有已开展、尚未公示的轮次可以调整窗口。"))
    reason = required_text(reason, "reason", _("请说明调整窗口的理由。"))
    known = {StageKind(row.kind): row for row in RoundStage.objects.filter(round=round_)}
    if [window.kind for window in stages] != sorted(known, key=list(StageKind).index):
        raise InvalidInput(_("轮次开展后，环节不能增减，只能调整时间。"))
    check_stages(stages)
    moved = [window for window in stages if _differs(window, known[window.kind])]
    if not moved:
        raise InvalidInput(_("没有改动任何窗口。"))
    for window in moved:
        _check_move(round_, window, known[window.kind])
    _write(actor, round_, moved, known, reason)
    return round_


def _differs(window: StageWindow, row: RoundStage) -> bool:
    return (window.opens_at, window.closes_at) != (row.opens_at, row.closes_at)


def _check_move(round_: Round, window: StageWindow, row: RoundStage) -> None:
    moment, named = clock.now(), {"stage": window.kind.label}
    if window.kind == StageKind.SELF_ASSESSMENT:
        _check_self_assessment(round_, window, row, moment)
    if window.opens_at != row.opens_at and min(window.opens_at, row.opens_at) <= moment:
        raise Refused(_("“%(stage)s”已经开始，或会提前到现在以前，开始时间不能这样改。") % named)
    if window.closes_at != row.closes_at and window.closes_at <= moment:
        raise Refused(_("“%(stage)s”的截止时间不能改到现在以前。") % named)


def _check_self_assessment(round_: Round, window: StageWindow, row: RoundStage, moment: datetime) -> None:
    """自评: shorter only before it begins; over is over, for everybody at the same moment."""
    if round_.state != RoundState.OPEN or row.closes_at <= moment:
        raise Refused(_("自评已经截止，不能再调整。"))
    if row.opens_at <= moment and window.closes_at < row.closes_at:
        raise Refused(_("自评已经开始，截止时间只能延后，不能提前。"))


def _write(
    actor: Actor,
    round_: Round,
    moved: Sequence[StageWindow],
    known: Mapping[StageKind, RoundStage],
    reason: str,
) -> None:
    before = {}
    for window in moved:
        row = known[window.kind]
        before[str(window.kind)] = [row.opens_at.isoformat(), row.closes_at.isoformat()]
        row.opens_at, row.closes_at = window.opens_at, window.closes_at
        row.save(update_fields=["opens_at", "closes_at"])
        if window.kind == StageKind.SELF_ASSESSMENT and round_.state == RoundState.OPEN:
            move_filing(actor, row)
    after = {
        str(window.kind): [window.opens_at.isoformat(), window.closes_at.isoformat()] for window in moved
    }
    entry = record(actor, "move_windows", round_, reason=reason, before=before, after=after)
    event = f"round-{round_.pk}-windows-{entry.pk}"
    _tell(round_, moved, reason, event)
    refresh_round(round_.pk, event)


def _tell(round_: Round, moved: Sequence[StageWindow], reason: str, event: str) -> None:
    """Each person once, also somebody who acts for several institutions."""
    under_way = Assessment.objects.filter(round=round_).exclude(stage__in=WITHOUT_RESULT)
    with override(settings.LANGUAGE_CODE):
        lines = [_line(window) for window in moved]
    notify(
        event,
        institution_people(under_way.values_list("institution_id", flat=True)),
        subject=Said(gettext_noop("%(title)s的时间有调整"), title=round_.title),
        body="".join([*lines, gettext_noop("理由：%(reason)s") % {"reason": reason}]),
        path=DESK,
    )


def _line(window: StageWindow) -> str:
    return gettext_noop("“%(stage)s”改为%(opens)s至%(closes)s（北京时间）。") % {
        "stage": window.kind.label,
        "opens": in_words(window.opens_at),
        "closes": until_in_words(window.closes_at),
    }
