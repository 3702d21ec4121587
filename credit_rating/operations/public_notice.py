"""公示与异议: proposed results open to objection; an objection flags its entry at once and is decided by somebody else."""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.deadlines import start_clock
from association.notices import notify
from association.rules.explanation import as_parts
from common.errors import NotFound, Refused
from common.said import Said
from credit_rating.access import MAY
from credit_rating.choices import DeterminationState, ObjectionState, RoundState, Stage
from credit_rating.models import Assessment, Determination, Objection, PublicNotice, Round
from credit_rating.operations.announcements import institution_people, refresh_round
from credit_rating.operations.determination import is_adverse
from credit_rating.operations.moves import move_assessment, move_round
from credit_rating.operations.prior_notice import is_ripe
from credit_rating.operations.rounds import DESK, lock_round
from credit_rating.operations.terms import start_public_notice

UNFINISHED = frozenset({Stage.SUBMITTED, Stage.SUPPLEMENT, Stage.DISTRICT_REVIEWED, Stage.REVIEWED})
READY = (Stage.DETERMINED, Stage.NOTICED)
NAMED = 5


@transaction.atomic
def open_public_notice(
    *, actor: Actor, round_id: int, assessment_ids: Collection[int] | None = None
) -> PublicNotice:
    """公示: everything determined in the round, or the ones named; an adverse grade only after its prior notice."""
    actor.require(MAY, "open_public_notice")
    held_in = lock_round(actor, round_id)
    if held_in.state not in {RoundState.REVIEWING, RoundState.DETERMINING, RoundState.PUBLIC_NOTICE}:
        raise Refused(_("本轮现在不能公示。"))
    rows = Assessment.objects.select_for_update(of=("self",)).filter(round=held_in)
    shown = _ready(rows, assessment_ids)
    rule, due = start_clock("ROUND-PUBLIC-NOTICE")
    notice = PublicNotice.objects.create(
        round=held_in,
        rule=rule,
        opens_at=clock.now(),
        closes_at=due.ends_at,
        explanation=due.explanation,
        reckoning=as_parts(due.reckoning),
        provisional=due.provisional,
        opened_by_id=actor.person_id,
    )
    start_public_notice(actor, notice)
    for assessment in shown:
        move_assessment(assessment, Stage.PUBLIC_NOTICE, public_notice=notice)
    for state in (RoundState.DETERMINING, RoundState.PUBLIC_NOTICE):
        if _comes_before(held_in, state):
            move_round(held_in, state)
    record(actor, "open_public_notice", notice, assessments=[row.pk for row in shown])
    notify(
        f"public-notice-{notice.pk}",
        institution_people(row.institution_id for row in shown),
        subject=gettext_noop("评估结果公示"),
        body=Said(
            gettext_noop("“%(round)s”拟定结果公示，公示期内可提出异议。%(term)s"),
            round=held_in.title,
            term=due.explanation,
        ),
        path=DESK,
    )
    refresh_round(held_in.pk, f"public-notice-{notice.pk}")
    return notice


def _comes_before(held_in: Round, state: RoundState) -> bool:
    order = list(RoundState)
    return order.index(RoundState(held_in.state)) < order.index(state)


def ready_for_notice(held_in: Round) -> list[Assessment]:
    """What a public notice opened now would show; refused as opening it would be."""
    return _ready(Assessment.objects.filter(round=held_in), None)


def _ready(rows: QuerySet[Assessment], wanted: Collection[int] | None) -> list[Assessment]:
    """What goes on the list; refused with names where something that belongs on it is not ready."""
    rows = rows.select_related("institution", "round__standard").order_by("pk")
    if wanted is None:
        unfinished = [row for row in rows if row.stage in UNFINISHED]
        _refuse_named(_("以下机构尚未完成评定：%(names)s。"), unfinished)
        found = [row for row in rows if row.stage in READY]
    else:
        found = list(rows.filter(pk__in=wanted))
        if len(found) != len(set(wanted)):
            raise NotFound(_("没有这件评估。"))
        _refuse_named(
            _("以下机构尚未完成评定：%(names)s。"), [row for row in found if row.stage not in READY]
        )
    if not found:
        raise Refused(_("没有可以公示的结果。"))
    _check_ready(found)
    return found


def _check_ready(found: Collection[Assessment]) -> None:
    current = {
        row.assessment_id: row
        for row in Determination.objects.filter(assessment__in=[one.pk for one in found])
        .exclude(state=DeterminationState.SUPERSEDED)
        .select_related("prior_notice")
    }
    open_ones = [row for row in found if current[row.pk].state != DeterminationState.CONFIRMED]
    _refuse_named(_("以下机构的评定尚未确认：%(names)s。"), open_ones)
    disputed = set(
        Objection.objects.filter(assessment__in=found, state=ObjectionState.FILED).values_list(
            "assessment_id", flat=True
        )
    )
    _refuse_named(_("以下机构还有未处理的异议：%(names)s。"), [row for row in found if row.pk in disputed])
    unripe = [
        row
        for row in found
        if is_adverse(row) and not is_ripe(getattr(current[row.pk], "prior_notice", None))
    ]
    _refuse_named(_("以下机构的不利等级尚未告知，或申辩期未满、申辩未答复：%(names)s。"), unripe)


def _refuse_named(sentence: str, rows: Iterable[Assessment]) -> None:
    names = [str(row.institution) for row in rows]
    if names:
        shown = "、".join(names[:NAMED]) + (_("等") if len(names) > NAMED else "")
        raise Refused(sentence % {"names": shown})
