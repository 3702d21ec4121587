"""异议: filed during the public notice, flagged at once, decided by somebody who did not make the decision."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import COMMITTEE_ROLES, INSTITUTION_ROLES, Role
from association.deadlines import start_clock
from association.language import translated
from association.notices import notify, people_of
from association.rules.explanation import as_parts
from common.errors import Forbidden, InvalidInput, Involved, NotFound, Refused
from common.said import Said
from common.text import one_line, paragraphs
from credit_rating.access import MAY, assessments_visible_to
from credit_rating.choices import ObjectionState, Stage, StageKind
from credit_rating.models import (
    Assessment,
    Indicator,
    Objection,
    Opinion,
    OpinionItem,
)
from credit_rating.operations.announcements import refresh_institution, refresh_round
from credit_rating.operations.assignments import lock_assessment, refuse_conflict, required_text
from credit_rating.operations.computation import current_determination, recompute
from credit_rating.operations.moves import move_assessment, move_objection
from credit_rating.operations.nobody_left import tell_if_nobody_is_left
from credit_rating.operations.prior_notice import reopen
from credit_rating.operations.rounds import DESK
from credit_rating.operations.scored_rows import scored
from credit_rating.operations.terms import end_answer, start_answer
from credit_rating.queries.conflicts import conflict_check
from credit_rating.queries.involved import (
    DECIDED_IT,
    REVIEWED_IT,
    REVIEWS,
    deciders_of,
    hands_for_deciding,
    hands_for_objections,
    has_scored,
)
from credit_rating.queries.standards import indicator_spec
from credit_rating.queries.windows import is_open

Corrections = Mapping[int, Mapping[str, str]]


@transaction.atomic
def file_objection(
    *,
    actor: Actor,
    assessment_id: int,
    text: str,
    document_number: str = "",
    objector_id: int | None = None,
) -> Objection:
    """提出异议: by the institution itself, or on paper through the secretariat, before the notice ends."""
    actor.require(MAY, "file_objection")
    assessment = lock_assessment(actor, assessment_id)
    notice = assessment.public_notice
    if assessment.stage not in {Stage.PUBLIC_NOTICE, Stage.OBJECTION} or notice is None:
        raise Refused(_("这件评估不在公示中，不能提出异议。"))
    if not is_open(notice):
        raise Refused(_("公示期已满，不能再提出异议。"))
    objector, number = _source(actor, assessment, one_line(document_number), objector_id)
    _refuse_repeated(assessment, objector, number)
    rule, due = start_clock("ROUND-OBJECTION")
    objection = Objection.objects.create(
        assessment=assessment,
        public_notice=notice,
        objector_id=objector,
        document_number=number,
        text=required_text(paragraphs(text), "text", _("请填写异议内容。")),
        filed_by_id=actor.person_id,
        filed_at=clock.now(),
        rule=rule,
        due_at=due.ends_at,
        explanation=due.explanation,
        reckoning=as_parts(due.reckoning),
    )
    start_answer(actor, objection)
    if assessment.stage == Stage.PUBLIC_NOTICE:
        move_assessment(assessment, Stage.OBJECTION)
    record(actor, "file_objection", objection)
    _tell(objection, due.explanation)
    tell_if_nobody_is_left(
        f"objection-{objection.pk}", assessment, hands_for_objections(actor, assessment).left
    )
    refresh_flag(assessment, f"objection-{objection.pk}-filed")
    return objection


def refresh_flag(assessment: Assessment, event: str) -> None:
    """Both the card of the institution and the list of the round carry the flag."""
    refresh_institution(assessment.institution_id, event)
    refresh_round(assessment.round_id, event)


def _source(
    actor: Actor, assessment: Assessment, number: str, objector_id: int | None
) -> tuple[int | None, str]:
    """Who objects: the institution of the desk, or the paper that the secretariat registers."""
    if actor.roles & INSTITUTION_ROLES and assessment.institution_id in actor.institution_ids:
        return assessment.institution_id, ""
    if Role.SECRETARIAT not in actor.roles:
        raise Forbidden(_("您的角色不能办理此事。"))
    if not number:
        sentence = _("请填写书面异议的收文编号。")
        raise InvalidInput(sentence, {"document_number": sentence})
    return objector_id, number[:60]


def _refuse_repeated(assessment: Assessment, objector_id: int | None, number: str) -> None:
    """One open objection of an institution, and one for each paper; the assessment is locked."""
    filed = Objection.objects.filter(assessment=assessment)
    if number and filed.filter(document_number=number).exists():
        sentence = _("收文编号“%(number)s”的异议已经登记。") % {"number": number}
        raise Refused(sentence)
    if objector_id is not None and filed.filter(objector_id=objector_id, state=ObjectionState.FILED).exists():
        raise Refused(_("该机构的异议已经收到，正在处理，不能重复提出。"))


def _tell(objection: Objection, term: str) -> None:
    people = people_of(roles=[*COMMITTEE_ROLES, Role.SECRETARIAT])
    people += people_of(institution_id=objection.assessment.institution_id)
    notify(
        f"objection-{objection.pk}",
        people,
        subject=gettext_noop("评估结果公示收到异议"),
        body=Said(
            gettext_noop("%(institution)s的公示条目已标注“异议中”。%(term)s"),
            institution=objection.assessment.institution,
            term=term,
        ),
        path=DESK,
    )


@transaction.atomic
def decide_objection(
    *,
    actor: Actor,
    objection_id: int,
    upheld: bool,
    decision: str,
    corrections: Corrections | None = None,
) -> Objection:
    """处理异议. Upheld: the corrected indicators are scored anew, only this result is computed again and determined anew.

    ``corrections``: for each indicator its id and the entry, as in a review row (``na_reason`` makes it 不适用).
    """
    actor.require(MAY, "decide_objection")
    assessment, objection = hold_objection(actor, objection_id)
    move_objection(
        objection,
        ObjectionState.UPHELD if upheld else ObjectionState.REJECTED,
        decision=required_text(paragraphs(decision), "decision", _("请填写处理意见。")),
        decided_by_id=actor.user_id,
        decided_at=clock.now(),
    )
    if upheld:
        _correct(actor, assessment, corrections or {})
    elif corrections:
        raise InvalidInput(
            _("异议不成立的，不能更正评分。请清空填写的更正，或者选择异议成立。"),
        )
    else:
        _close_if_last(assessment)
    end_answer(actor, objection, objection.state)
    record(actor, "decide_objection", objection, upheld=upheld, corrected=sorted(corrections or {}))
    _tell_decision(objection)
    if upheld:
        tell_if_nobody_is_left(
            f"objection-{objection.pk}-upheld", assessment, hands_for_deciding(actor, assessment).left
        )
    refresh_flag(assessment, f"objection-{objection.pk}-decided")
    return objection


def hold_objection(actor: Actor, objection_id: int) -> tuple[Assessment, Objection]:
    """Both held until the transaction ends, for somebody who may judge this one."""
    found = Objection.objects.filter(pk=objection_id, assessment__in=assessments_visible_to(actor)).first()
    if found is None:
        raise NotFound(_("没有这项异议。"))
    assessment = lock_assessment(actor, found.assessment_id)
    objection = Objection.objects.select_for_update().get(pk=found.pk)
    objection.assessment = assessment
    _refuse_earlier_decider(actor, assessment)
    return assessment, objection


def _refuse_earlier_decider(actor: Actor, assessment: Assessment) -> None:
    """Nobody judges an objection to their own decision; who scored or has an interest does not judge it either."""
    if actor.person_id in deciders_of(assessment):
        raise Involved(str(DECIDED_IT))
    if has_scored([actor.person_id], assessment, REVIEWS):
        raise Involved(str(REVIEWED_IT))
    refuse_conflict(conflict_check(actor.person_id, assessment))


def _close_if_last(assessment: Assessment) -> None:
    still_open = Objection.objects.filter(assessment=assessment, state=ObjectionState.FILED).exists()
    if assessment.stage == Stage.OBJECTION and not still_open:
        move_assessment(assessment, Stage.PUBLIC_NOTICE)


def _correct(actor: Actor, assessment: Assessment, corrections: Corrections) -> None:
    """异议成立: the determination starts over, on corrected points or, where it was overruled, on the computed ones."""
    before = current_determination(assessment)
    overruled = before is not None and before.overruled
    if not corrections and not overruled:
        sentence = _("异议成立的，请更正相应指标的评分。")
        raise InvalidInput(sentence, {"corrections": sentence})
    if corrections:
        _correction_opinion(actor, assessment, corrections)
    if assessment.stage in {Stage.OBJECTION, Stage.NOTICED}:
        move_assessment(assessment, Stage.DETERMINED)
    recompute(actor, assessment)
    after = current_determination(assessment)
    if before is not None and after is not None and after.pk == before.pk:
        reopen(assessment)


def _correction_opinion(actor: Actor, assessment: Assessment, corrections: Corrections) -> Opinion:
    """更正意见: the committee's own opinion, only on the indicators it corrects."""
    rows = Indicator.objects.filter(standard=assessment.round.standard_id, pk__in=corrections)
    leaves = {row.pk: row for row in rows.select_related("parent")}
    if leaves.keys() != set(corrections):
        raise NotFound(_("没有这项指标。"))
    moment = clock.now()
    opinion = Opinion.objects.create(
        assessment=assessment,
        kind=StageKind.DETERMINATION,
        author_id=actor.user_id,
        started_at=moment,
    )
    OpinionItem.objects.bulk_create(
        [_corrected_item(actor, opinion, leaves[pk], raw) for pk, raw in corrections.items()]
    )
    opinion.submitted_at = moment
    opinion.save(update_fields=["submitted_at"])
    return opinion


def _corrected_item(
    actor: Actor, opinion: Opinion, indicator: Indicator, raw: Mapping[str, str]
) -> OpinionItem:
    try:
        value = scored(indicator_spec(indicator), raw, raw.get("na_reason", ""))
    except InvalidInput as wrong:
        words = translated(wrong.sentence)
        raise InvalidInput(f"{indicator.code}：{words}", {f"fix-{indicator.pk}": words}) from wrong
    return OpinionItem(
        opinion=opinion,
        indicator=indicator,
        state=value.state,
        entry=dict(value.entry),
        points=value.points,
        na_reason=value.na_reason,
        version=1,
        edited_by_id=actor.user_id,
        edited_at=clock.now(),
    )


def _tell_decision(objection: Objection) -> None:
    people = [objection.filed_by_id, *people_of(institution_id=objection.assessment.institution_id)]
    with override(settings.LANGUAGE_CODE):
        outcome = f"{objection.get_state_display()}：{objection.decision}"
    notify(
        f"objection-{objection.pk}-decided",
        people,
        subject=gettext_noop("异议处理结果"),
        body=outcome,
        path=DESK,
    )
