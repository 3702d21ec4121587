"""办理线索: screened, given to an officer without ties, checked in time, decided with grounds."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Role, Side
from association.clocks import Owner, deadlines_of, hand_over, start_deadline, stop_deadline
from association.conflicts import conflicts_with
from association.notices import notify, people_of
from association.sealed import seal_text
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from common.said import Said
from complaints.access.leads import MAY
from complaints.choices.hearings import HearingStage
from complaints.choices.leads import (
    DECIDED,
    LEAD_OPEN,
    FindingBasis,
    LeadCategory,
    LeadState,
    MessageKind,
    Speaker,
)
from complaints.models import Lead, LeadFinding, LeadMessage, LeadRecusal
from complaints.operations.lead_anchors import hold_articles, law_now
from complaints.operations.lead_cases import (
    CHECK,
    EXTENSION,
    FEEDBACK,
    KIND,
    SCREEN,
    case_of,
    lock_lead,
    lock_own,
    meant_by,
    owner_of,
    refuse_identity,
    required,
)
from complaints.operations.lead_hearings import ask, call_off, refuse_unheard
from complaints.operations.moves import move_lead
from complaints.queries.lead_boxes import MESSAGE, start_of
from members.queries import institutions


@transaction.atomic
def screen_lead(*, actor: Actor, lead_id: int, category: str = "") -> Lead:
    """筛查: it is for us to look at, under this category; the check must begin."""
    actor.require(MAY, "screen_lead")
    hold_articles()
    lead = lock_lead(actor, lead_id)
    if category and category not in LeadCategory.values:
        sentence = _("请选择类别。")
        raise InvalidInput(sentence, {"category": sentence})
    take_in(actor, lead)
    wanted = LeadCategory(category or lead.category)
    move_lead(
        lead,
        LeadState.SCREENED,
        screened_on=clock.today(),
        category=wanted,
        anchor=law_now(wanted),
    )
    stop_deadline(actor=actor, case=case_of(lead), code=SCREEN)
    start_deadline(
        actor=actor,
        code=CHECK,
        case=case_of(lead),
        owner=Owner(Side.STAFF),
        action=gettext_noop("指定承办人并核查"),
    )
    record(actor, "screen_lead", lead, category=str(wanted))
    return lead


def take_in(actor: Actor, lead: Lead) -> None:
    """登记: the clock of the screening runs from the day it was sent. Done once, by whoever comes first."""
    if lead.taken_in_on is not None or lead.state != LeadState.SUBMITTED or lead.submitted_on is None:
        return
    start_deadline(
        actor=actor,
        code=SCREEN,
        case=case_of(lead),
        owner=Owner(Side.STAFF),
        action=gettext_noop("初步审查"),
        start=start_of(lead.submitted_on),
    )
    lead.taken_in_on = clock.today()
    lead.save(update_fields=["taken_in_on"])


@transaction.atomic
def identify_lead_institution(*, actor: Actor, lead_id: int, institution_id: int) -> Lead:
    """认定机构: a name that an informant wrote is this institution of the register. Not the other way round."""
    actor.require(MAY, "identify_lead_institution")
    lead = lock_lead(actor, lead_id)
    institution = institutions().filter(pk=institution_id).first()
    if institution is None:
        raise NotFound(_("没有这家机构。"))
    if lead.institution_id is not None:
        raise Refused(_("这件线索已经认定了机构。"))
    _refuse_tied(actor.person_id, lead, institution)
    if lead.officer_id is not None and lead.officer_id != actor.user_id:
        _refuse_tied(lead.officer_id, lead, institution)
    lead.institution = institution
    lead.save(update_fields=["institution"])
    record(actor, "identify_lead_institution", lead, institution=institution_id)
    return lead


def _refuse_tied(person_id: int, lead: Lead, institution: object | None = None) -> None:
    subjects = [institution] if institution is not None else meant_by(lead)
    if lead.recusals.filter(person_id=person_id).exists():
        raise Refused(_("此人已经在这件线索中回避。"))
    if any(conflicts_with([person_id], subject)[person_id] for subject in subjects):
        raise Refused(_("此人与被反映的机构有利害关系，应当回避。"))


@transaction.atomic
def assign_lead_officer(*, actor: Actor, lead_id: int, officer_id: int) -> Lead:
    """指定承办人: somebody of the secretariat without a tie; the check begins, or goes on in other hands.

    From now on only this person reads what was told.
    """
    actor.require(MAY, "assign_lead_officer")
    lead = lock_lead(actor, lead_id)
    if officer_id not in people_of(roles=[Role.SECRETARIAT]):
        sentence = _("承办人须是秘书处人员。")
        raise InvalidInput(sentence, {"officer_id": sentence})
    if officer_id == lead.officer_id:
        raise Refused(_("此人已经是承办人。"))
    _refuse_tied(officer_id, lead)
    before = lead.officer_id
    if lead.state == LeadState.SCREENED:
        move_lead(lead, LeadState.VERIFYING, officer_id=officer_id)
    elif lead.state == LeadState.VERIFYING or lead.state in DECIDED:
        lead.officer_id = officer_id
        lead.save(update_fields=["officer"])
    else:
        raise Refused(_("筛查之后、归档之前才能指定承办人。"))
    for code in _running(lead):
        hand_over(
            actor=actor,
            case=case_of(lead),
            code=code,
            owner=Owner(Side.STAFF, user_id=officer_id),
            action=gettext_noop("核查线索") if lead.state == LeadState.VERIFYING else None,
        )
    record(actor, "assign_lead_officer", lead, officer=officer_id, before=before)
    notify(
        f"lead-{lead.pk}-officer-{officer_id}-{clock.today():%Y%m%d}",
        [officer_id],
        subject=gettext_noop("有一件线索由您承办"),
        body=Said(
            gettext_noop("线索%(number)s由您承办。线索提供人的信息须保密，每次查看都有记录。"),
            number=lead.number,
        ),
        path=case_of(lead).path,
    )
    return lead


def _running(lead: Lead) -> list[str]:
    rows = deadlines_of(KIND, lead.pk).filter(stopped_at__isnull=True)
    return list(rows.values_list("code", flat=True))


@transaction.atomic
def recuse_from_lead(*, actor: Actor, lead_id: int, reason: str) -> LeadRecusal:
    """申请回避 by the officer: the lead goes back to be given to somebody else, and never to this person again."""
    actor.require(MAY, "recuse_from_lead")
    lead = lock_lead(actor, lead_id)
    why = required(reason, "reason", _("请说明回避的理由。"))
    refuse_identity(lead, reason=why)
    if lead.recusals.filter(person_id=actor.person_id).exists():
        raise Refused(_("您已经在这件线索中回避。"))
    if lead.officer_id == actor.person_id and lead.state != LeadState.VERIFYING:
        raise Refused(_("已经作出处理的线索，请先由他人接办。"))
    recusal = LeadRecusal.objects.create(
        lead=lead, person_id=actor.person_id, reason=why, recused_on=clock.today()
    )
    record(actor, "recuse_from_lead", lead, reason=why)
    if lead.officer_id == actor.person_id:
        _hand_back(actor, lead)
    return recusal


def _hand_back(actor: Actor, lead: Lead) -> None:
    move_lead(lead, LeadState.SCREENED, officer_id=None)
    for code in _running(lead):
        hand_over(
            actor=actor,
            case=case_of(lead),
            code=code,
            owner=Owner(Side.STAFF),
            action=gettext_noop("另行指定承办人"),
        )


@transaction.atomic
def ask_informant(*, actor: Actor, lead_id: int, text: str) -> LeadMessage:
    """向提供人提问: stands on the page that opens with the receipt code. The clock runs on."""
    actor.require(MAY, "ask_informant")
    lead = lock_lead(actor, lead_id)
    if lead.officer_id is not None and lead.officer_id != actor.person_id:
        raise Forbidden(_("只有这件线索的承办人可以办理。"))
    if lead.state not in LEAD_OPEN:
        raise Refused(_("这件线索已经作出处理，不再提问。"))
    message = say(actor, lead, MessageKind.QUESTION, required(text, "text", _("请填写问题。")))
    record(actor, "ask_informant", lead, message=message.pk)
    return message


def say(actor: Actor, lead: Lead, kind: MessageKind, text: str) -> LeadMessage:
    """One message of the association; it may be read over somebody's shoulder, so it holds no identity either."""
    refuse_identity(lead, text=text)
    return put_message(actor, lead, kind, text)


def put_message(actor: Actor, lead: Lead, kind: MessageKind, text: str) -> LeadMessage:
    """The same for words of the portal itself, which know nobody: whatever name somebody gave, they are never refused."""
    return LeadMessage.objects.create(
        lead=lead,
        speaker=Speaker.STAFF,
        kind=kind,
        text_box=seal_text(text, purpose=MESSAGE),
        sent_on=clock.today(),
        author_id=actor.person_id,
    )


@transaction.atomic
def extend_lead_check(*, actor: Actor, lead_id: int, reason: str) -> Lead:
    """延长核查: once, with reasons, before the term is over; the second term is counted from the end of the first."""
    actor.require(MAY, "extend_lead_check")
    lead = lock_own(actor, lead_id)
    why = required(reason, "reason", _("请说明延长的理由。"))
    refuse_identity(lead, reason=why)
    if lead.state != LeadState.VERIFYING or lead.extended_on is not None:
        raise Refused(_("核查期限只能在核查中延长一次。"))
    running = deadlines_of(KIND, lead.pk).filter(code=CHECK, stopped_at__isnull=True).first()
    if running is None or clock.now() >= running.ends_at:
        raise Refused(_("核查期限已满，不能再延长。"))
    stop_deadline(actor=actor, case=case_of(lead), code=CHECK, outcome="extended")
    start_deadline(
        actor=actor,
        code=EXTENSION,
        case=case_of(lead),
        owner=owner_of(lead),
        action=gettext_noop("核查线索"),
        start=start_of(running.due_on),
    )
    lead.extended_on, lead.extension_reason = clock.today(), why
    lead.save(update_fields=["extended_on", "extension_reason"])
    record(actor, "extend_lead_check", lead, reason=why)
    return lead


@transaction.atomic
def decide_lead(
    *, actor: Actor, lead_id: int, outcome: str, grounds: str, facts: str = "", measure: str = ""
) -> Lead:
    """处理线索: handled under the pledge (with the facts proven and the measure), unfounded, or insufficient.

    To refer it to an authority is ``refer_lead``. Nothing is handled before the institution was heard; it hears of the
    finding, never of who told, and may object (``lead_hearings``).
    """
    actor.require(MAY, "decide_lead")
    lead = lock_own(actor, lead_id)
    if outcome not in DECIDED - {LeadState.REFERRED}:
        sentence = _("请选择处理结果。")
        raise InvalidInput(sentence, {"outcome": sentence})
    if outcome == LeadState.HANDLED:
        refuse_unheard(lead)
    settle(actor, lead, LeadState(outcome), required(grounds, "grounds", _("请写明处理理由。")))
    if outcome == LeadState.HANDLED:
        finding = _finding(actor, lead, facts, measure)
        ask(actor, lead, HearingStage.AFTER, _told(finding))
    record(actor, "decide_lead", lead, outcome=outcome)
    return lead


def settle(actor: Actor, lead: Lead, outcome: LeadState, grounds: str) -> None:
    """The decision itself: its clocks stop, and for a named informant the clock of the answer begins.

    The grounds outlive what was told, so they name nobody.
    """
    refuse_identity(lead, grounds=grounds)
    move_lead(
        lead,
        outcome,
        outcome=outcome,
        grounds=grounds,
        decided_on=clock.today(),
        decided_by_id=actor.person_id,
    )
    call_off(actor, lead, handled=outcome == LeadState.HANDLED)
    for code in (CHECK, EXTENSION):
        stop_deadline(actor=actor, case=case_of(lead), code=code)
    if not lead.is_anonymous:
        start_deadline(
            actor=actor,
            code=FEEDBACK,
            case=case_of(lead),
            owner=owner_of(lead),
            action=gettext_noop("向线索提供人反馈处理结果"),
        )


def _finding(actor: Actor, lead: Lead, facts: str, measure: str) -> LeadFinding:
    proven = required(facts, "facts", _("请写明查实的事实。"))
    taken = required(measure, "measure", _("请写明按公约采取的措施。"))
    refuse_identity(lead, facts=proven, measure=taken)
    return LeadFinding.objects.create(
        lead=lead,
        basis=FindingBasis.PLEDGE,
        category=lead.category,
        anchor=lead.anchor,
        facts=proven,
        measure=taken,
        found_on=clock.today(),
        found_by_id=actor.person_id,
    )


def _told(finding: LeadFinding) -> str:
    """What the institution reads of it."""
    told = gettext_noop("经协会核查：%(facts)s\n处理措施：%(measure)s")
    return told % {"facts": finding.facts, "measure": finding.measure}
