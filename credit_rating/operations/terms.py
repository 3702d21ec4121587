"""期限 of the rating on the one clock of the project: which begin, whose turn they are, and when they end.

The rows of the rating (notices, supplements, objections) keep a copy of the end for what is read and printed with
them. ``follow_deadline`` is the only function that writes it again, and a trigger lets it be nothing else than what
the clock says.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from association.actors import Actor, system
from association.audit import record
from association.choices import Side
from association.clocks import Case, Owner, expired, lapse, start_deadline, start_deadlines, stop_deadline
from association.models import Deadline
from association.notices import notify
from association.tenancy import current_association_id
from common.said import Said
from credit_rating.access import MAY
from credit_rating.choices import Stage
from credit_rating.models import (
    Assessment,
    Objection,
    PriorNotice,
    Publication,
    PublicNotice,
    Round,
    RoundStage,
    Supplement,
)
from credit_rating.operations.announcements import institution_people, refresh_round
from credit_rating.queries.windows import LONGER_ANSWER

RATING, NOTICE, OBJECTION = "rating", "public_notice", "objection"
FILE, SUPPLEMENT, DEFEND = "ROUND-SELF-ASSESSMENT", "ROUND-SUPPLEMENT", "ROUND-DEFENCE"
ANSWER, SHOWN, VALID = "ROUND-OBJECTION", "ROUND-PUBLIC-NOTICE", "ROUND-VALIDITY"
# In which stages the terms of an assessment run; the step that leaves them ends the term.
RUNS_IN = {
    FILE: frozenset({Stage.INVITED, Stage.SELF_ASSESSING}),
    SUPPLEMENT: frozenset({Stage.SUPPLEMENT}),
    DEFEND: frozenset({Stage.NOTICED}),
    VALID: frozenset({Stage.PUBLISHED, Stage.SUSPENDED}),
}
# These are there to run out: whose they are is not late when nothing was done.
RUN_OUT = frozenset({DEFEND, VALID})


# -- begin ----------------------------------------------------------------------------------------------------


def start_filing(actor: Actor, window: RoundStage, assessments: Collection[Assessment]) -> None:
    """自评: until the moment that the round has announced."""
    rows = [row for row in assessments if row.stage in RUNS_IN[FILE]]
    if rows:
        start_deadlines(
            actor=actor,
            code=FILE,
            starts=[(case_of(row), institution_of(row)) for row in rows],
            action=gettext_noop("填写并提交自评"),
            ends_at=window.closes_at,
            title=gettext_noop("自评"),
        )


def move_filing(actor: Actor, window: RoundStage) -> None:
    """调整窗口: the term as it was announced has ended, and runs anew until the new moment."""
    waiting = Assessment.objects.filter(round=window.round_id, stage__in=RUNS_IN[FILE])
    rows = list(waiting.select_related("institution", "round").order_by("pk"))
    for row in rows:
        stop_deadline(actor=actor, case=_known(row), code=FILE, outcome="moved")
    start_filing(actor, window, rows)


def start_supplement(actor: Actor, supplement: Supplement, told: datetime | None = None) -> None:
    """补正: counted, or until the moment that the institution was told (``told``), as for the terms below."""
    row = supplement.assessment
    start_deadline(
        actor=actor,
        code=SUPPLEMENT,
        case=case_of(row),
        owner=institution_of(row),
        action=gettext_noop("补正材料"),
        start=supplement.requested_at,
        ends_at=told,
    )


def start_defence(actor: Actor, notice: PriorNotice, told: datetime | None = None) -> None:
    row = notice.assessment
    start_deadline(
        actor=actor,
        code=DEFEND,
        case=case_of(row),
        owner=institution_of(row),
        action=gettext_noop("阅读事先告知，可以申辩"),
        start=notice.sent_at,
        ends_at=told,
    )


def start_public_notice(actor: Actor, notice: PublicNotice, told: datetime | None = None) -> None:
    start_deadline(
        actor=actor,
        code=SHOWN,
        case=case_of_notice(notice),
        owner=Owner(Side.STAFF),
        action=gettext_noop("公示期满后提请公布"),
        start=notice.opens_at,
        ends_at=told,
    )


def start_answer(actor: Actor, objection: Objection, told: datetime | None = None) -> None:
    """核查并答复: the term of three days, or the longer one where it was taken; both run from the filing."""
    start_deadline(
        actor=actor,
        code=ANSWER if objection.extended_at is None else LONGER_ANSWER,
        case=case_of_objection(objection),
        owner=Owner(Side.COMMITTEE),
        action=gettext_noop("核查并答复异议"),
        start=objection.filed_at,
        ends_at=told,
    )


def start_validity(actor: Actor, publication: Publication) -> None:
    """有效期: the publication says until when; what is printed on a certificate does not move with the holidays."""
    row = publication.assessment
    if publication.valid_until is not None:
        start_deadline(
            actor=actor,
            code=VALID,
            case=case_of(row),
            owner=institution_of(row),
            action=gettext_noop("等级将到期，参加下一轮评估"),
            ends_on=publication.valid_until,
        )


# -- cases ----------------------------------------------------------------------------------------------------


def case_of(assessment: Assessment) -> Case:
    title = f"{assessment.institution} · {assessment.round}"
    return Case(RATING, assessment.pk, title, f"/desk/rating/{assessment.pk}/")


def case_of_notice(notice: PublicNotice) -> Case:
    return Case(NOTICE, notice.pk, f"{notice.round}", f"/admin/credit_rating/round/{notice.round_id}/")


def case_of_objection(objection: Objection) -> Case:
    row = objection.assessment
    title = f"{row.institution} · {row.round}"
    return Case(OBJECTION, objection.pk, title, f"/desk/committee/objections/{objection.pk}/")


def institution_of(assessment: Assessment) -> Owner:
    return Owner(Side.INSTITUTION, institution_id=assessment.institution_id)


# -- end ------------------------------------------------------------------------------------------------------


def end_terms(assessment: Assessment, before: Stage, after: Stage) -> None:
    """What runs in the stage before and not in the one after has ended with this step."""
    robot = system(current_association_id())
    for code, stages in RUNS_IN.items():
        if before in stages and after not in stages:
            ended = code in RUN_OUT and lapse(actor=robot, case=_known(assessment), code=code)
            if not ended:
                stop_deadline(actor=robot, case=_known(assessment), code=code, outcome=after.value)


def end_defence(actor: Actor, assessment: Assessment) -> None:
    """申辩 was given: what remains is the committee's."""
    stop_deadline(actor=actor, case=_known(assessment), code=DEFEND, outcome="defended")


def end_answer(actor: Actor, objection: Objection, outcome: str) -> None:
    """Whichever of the two terms runs."""
    for code in (ANSWER, LONGER_ANSWER):
        stop_deadline(actor=actor, case=Case(OBJECTION, objection.pk, "", ""), code=code, outcome=outcome)


def end_what_ran_out(actor: Actor) -> None:
    """期满: a notice was shown for as long as it had to be, a right to answer was not used."""
    for kind, code in ((NOTICE, SHOWN), (RATING, DEFEND)):
        over = expired(kind, code).values_list("case_id", flat=True)
        for case_id in list(over):
            lapse(actor=actor, case=Case(kind, case_id, "", ""), code=code)


def _known(assessment: Assessment) -> Case:
    """Enough to find its terms by."""
    return Case(RATING, assessment.pk, "", "")


# -- copies ---------------------------------------------------------------------------------------------------


@transaction.atomic
def follow_deadline(*, actor: Actor, deadline_id: int) -> bool:
    """期限重新计算 on the clock: the copies of its end follow. Whether one had to; twice changes nothing."""
    actor.require(MAY, "keep_the_clock")
    deadline = Deadline.objects.filter(pk=deadline_id).first()
    if deadline is None:
        return False
    if deadline.code == SHOWN:
        return _follow_notice(actor, deadline)
    copies = {
        SUPPLEMENT: Supplement.objects.filter(assessment_id=deadline.case_id),
        DEFEND: PriorNotice.objects.filter(assessment_id=deadline.case_id, sent_at=deadline.started_at),
        ANSWER: Objection.objects.filter(pk=deadline.case_id, extended_at__isnull=True),
        LONGER_ANSWER: Objection.objects.filter(pk=deadline.case_id),
    }
    row: Any = copies[deadline.code].select_for_update().first() if deadline.code in copies else None
    if row is None or row.due_at == deadline.ends_at:
        return False
    row.due_at, row.explanation, row.reckoning = deadline.ends_at, deadline.told, deadline.reckoning
    row.save(update_fields=["due_at", "explanation", "reckoning"])
    record(actor, "follow_deadline", row, due_at=deadline.ends_at.isoformat())
    if deadline.code in {ANSWER, LONGER_ANSWER}:
        refresh_round(row.assessment.round_id, f"objection-{row.pk}-recounted-{deadline.counted_times}")
    return True


def _follow_notice(actor: Actor, deadline: Deadline) -> bool:
    """公示期重计: the institutions on it and the published list hear of the new end."""
    held_in = Round.objects.select_for_update().filter(public_notices=deadline.case_id).first()
    notice = PublicNotice.objects.select_for_update().filter(pk=deadline.case_id).first()
    if held_in is None or notice is None or _same(notice, deadline):
        return False
    notice.closes_at, notice.provisional = deadline.ends_at, deadline.provisional
    notice.explanation, notice.reckoning = deadline.told, deadline.reckoning
    notice.save(update_fields=["closes_at", "explanation", "provisional", "reckoning"])
    record(actor, "recount_notice", notice, closes_at=notice.closes_at.isoformat())
    event = f"public-notice-{notice.pk}-recounted-{deadline.counted_times}"
    notify(
        event,
        institution_people(notice.assessments.values_list("institution_id", flat=True)),
        subject=gettext_noop("评估结果公示期已按放假安排重新计算"),
        body=Said(gettext_noop("“%(round)s”：%(term)s"), round=held_in.title, term=notice.explanation),
        path="/desk/",
    )
    refresh_round(held_in.pk, event)
    return True


def _same(notice: PublicNotice, deadline: Deadline) -> bool:
    told = (deadline.ends_at, deadline.provisional, deadline.reckoning)
    return told == (notice.closes_at, notice.provisional, notice.reckoning)
