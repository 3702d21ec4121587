"""更正历史结果: one person proposes what a result taken over should say, another confirms it; the row itself stays."""

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Role
from association.notices import notify, people_of
from association.outbox import enqueue
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from common.said import Said
from common.text import one_line
from credit_rating.access import MAY, corrections_visible_to, tied_to
from credit_rating.choices import CorrectionState
from credit_rating.models import HistoricalResult, ResultCorrection
from credit_rating.operations.announcements import institution_people, refresh_institution
from credit_rating.operations.moves import move_correction
from credit_rating.queries.corrections import CORRECTED, as_it_stands
from credit_rating.rules.past_results import text_faults

DESK = "/desk/corrections/"
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Corrected:
    """What the result should say; everything, also that which stays."""

    grade: str
    issuing_body: str
    source_title: str
    source_url: str = ""
    note: str = ""


@transaction.atomic
def propose_correction(
    *, actor: Actor, result_id: int, corrected: Corrected, reason: str, basis: str, removes: bool = False
) -> ResultCorrection:
    """提出更正: nothing changes yet. ``removes`` takes the result down and leaves what it says as it is.

    One waits at a time. Raises InvalidInput, Refused where nothing would change or one waits, Forbidden (回避).
    """
    actor.require(MAY, "propose_correction")
    result = _lock_result(actor, result_id)
    if ResultCorrection.objects.filter(result=result, state=CorrectionState.WAITING).exists():
        raise Refused(_("这项结果已有一项更正等待确认。"))
    stands = as_it_stands(result)
    before = {name: getattr(stands, name) for name in CORRECTED}
    after = before if removes else _checked(corrected)
    if after == before and removes == stands.removed:
        raise Refused(_("没有改动任何内容。"))
    correction = ResultCorrection.objects.create(
        result=result,
        removes=removes,
        reason=_said(reason, "reason", _("请填写更正的理由。")),
        basis=_said(basis, "basis", _("请填写更正的依据。")),
        proposed_by_id=actor.person_id,
        proposed_at=clock.now(),
        **after,
    )
    record(actor, "propose_correction", correction, reason=correction.reason, result=result.pk)
    deciders = set(people_of(roles=[Role.SECRETARIAT, Role.COMMITTEE_CHAIR])) - {actor.person_id}
    _tell(correction, deciders, gettext_noop("一项历史结果的更正等待确认"), ASKED)
    return correction


ASKED = gettext_noop(
    "%(institution)s%(year)s年度结果拟更正。理由：%(reason)s。请由提出人以外的人核对后确认。"
)
CONFIRMED = gettext_noop("%(institution)s%(year)s年度结果已更正，公众页面随即更新。理由：%(reason)s。")
DECLINED = gettext_noop("%(institution)s%(year)s年度结果不予更正，公众页面不变。")


@transaction.atomic
def confirm_correction(*, actor: Actor, correction_id: int) -> ResultCorrection:
    """确认更正, by somebody else: pages, register, interface and publication log say it from now on."""
    correction = _lock_for_decision(actor, correction_id)
    move_correction(correction, CorrectionState.CONFIRMED, **_decided(actor))
    record(actor, "confirm_correction", correction, result=correction.result_id)
    result = correction.result
    event = f"correction-{correction.pk}"
    enqueue("disclosure.refresh_past_rounds", key=f"{event}-{result.year}", year=result.year)
    refresh_institution(result.institution_id, event)
    told = {correction.proposed_by_id, *institution_people([result.institution_id])}
    _tell(correction, told, gettext_noop("一项历史结果已更正"), CONFIRMED)
    return correction


@transaction.atomic
def decline_correction(*, actor: Actor, correction_id: int) -> ResultCorrection:
    """不予更正, by somebody else: the result stays as it is; another correction may be proposed."""
    correction = _lock_for_decision(actor, correction_id)
    move_correction(correction, CorrectionState.DECLINED, **_decided(actor))
    record(actor, "decline_correction", correction, result=correction.result_id)
    _tell(correction, {correction.proposed_by_id}, gettext_noop("一项历史结果不予更正"), DECLINED)
    return correction


@transaction.atomic
def withdraw_correction(*, actor: Actor, correction_id: int) -> ResultCorrection:
    """撤回更正 by whoever proposed it, before it is decided."""
    actor.require(MAY, "withdraw_correction")
    correction = _lock_waiting(actor, correction_id)
    if correction.proposed_by_id != actor.person_id:
        raise Refused(_("只有提出人可以撤回。"))
    move_correction(correction, CorrectionState.WITHDRAWN, **_decided(actor))
    record(actor, "withdraw_correction", correction, result=correction.result_id)
    return correction


def _decided(actor: Actor) -> dict[str, object]:
    return {"decided_by_id": actor.person_id, "decided_at": clock.now()}


def _lock_for_decision(actor: Actor, correction_id: int) -> ResultCorrection:
    actor.require(MAY, "confirm_correction")
    correction = _lock_waiting(actor, correction_id)
    if correction.proposed_by_id == actor.person_id:
        raise Forbidden(_("提出人与确认人不能是同一人。"))
    return correction


def _lock_waiting(actor: Actor, correction_id: int) -> ResultCorrection:
    """The result first, then its correction: the order in which all of these take them."""
    found = corrections_visible_to(actor).filter(pk=correction_id).first()
    if found is None:
        raise NotFound(_("没有这项更正。"))
    result = _lock_result(actor, found.result_id)
    correction = ResultCorrection.objects.select_for_update().get(pk=found.pk)
    correction.result = result
    if correction.state != CorrectionState.WAITING:
        raise Refused(_("这项更正已经办理：%(state)s。") % {"state": correction.get_state_display()})
    return correction


def _lock_result(actor: Actor, result_id: int) -> HistoricalResult:
    rows = HistoricalResult.objects.select_related("institution").select_for_update(of=("self",))
    result = rows.filter(pk=result_id).first()
    if result is None:
        raise NotFound(_("没有这项历史结果。"))
    if result.institution_id in tied_to(actor):
        raise Forbidden(_("您与这家机构有任职关系，应当回避。"))
    return result


def _checked(corrected: Corrected) -> dict[str, str]:
    """In one line each, and as a result that is taken over: the same lengths, and the same kind of address."""
    typed = {name: one_line(text) for name, text in asdict(corrected).items()}
    wrong: dict[str, str] = {}
    for name, sentence in text_faults(typed):
        wrong.setdefault(name, sentence)
    if wrong:
        raise InvalidInput(_("更正的内容有误，请修改后再提交。"), wrong)
    return typed


def _said(text: str, field: str, sentence: str) -> str:
    found = one_line(text)
    if not found:
        raise InvalidInput(sentence, {field: sentence})
    if len(found) > LONGEST_REASON:
        sentence = _("最多%(most)d个字。") % {"most": LONGEST_REASON}
        raise InvalidInput(sentence, {field: sentence})
    return found


def _tell(correction: ResultCorrection, people: set[int], subject: str, body: str) -> None:
    result = correction.result
    notify(
        f"correction-{correction.pk}-{correction.state}",
        people,
        subject=subject,
        body=Said(body, institution=result.institution, year=result.year, reason=correction.reason),
        path=DESK if correction.state == CorrectionState.WAITING else "/desk/notices/",
    )
