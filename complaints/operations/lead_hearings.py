"""听取意见: an institution is told what is alleged before a lead is handled under the pledge, and what was found after it.

What it is told holds no word of who told. Where nobody of it has an account it is told on paper, and its term begins on
the day of service. Silence is no admission: the check goes on, and a finding that nobody objected to stands.
"""

from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Side
from association.clocks import (
    Case,
    Owner,
    deadlines_of,
    expired,
    lapse,
    start_deadline,
    stop_all,
    stop_deadline,
)
from association.locker import store_document, store_for_case
from association.models import Attachment
from association.notices import notify, people_of
from association.rules.clock import BEIJING, beijing
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from common.said import Said
from complaints.access.leads import MAY, hearings_visible_to
from complaints.choices.complaints import Method
from complaints.choices.hearings import OVER, WAITING, HearingStage, HearingState
from complaints.choices.leads import LeadState
from complaints.choices.telling import TellingWay
from complaints.documents.hearings import hearing_file_name, hearing_pdf
from complaints.models import Lead, LeadHearing
from complaints.operations.lead_cases import lock_lead, lock_own, refuse_identity, required, untied_staff
from complaints.operations.moves import move_hearing
from complaints.operations.own_voice import refuse_own_voice
from complaints.queries.hearings import TERMS, involved, last_day, may_replace, within_term

KIND, PDF, NOON = "hearing", "application/pdf", 12
SERVE_BY, REVIEW_BY = "LEAD-SERVE", "LEAD-REVIEW"
ON_PAPER = frozenset({TellingWay.LETTER, TellingWay.HANDED})
WRITTEN = gettext_noop("协会按书面意见登记了贵机构的意见")
WRITTEN_BODY = gettext_noop("不是贵机构出具的，请在期限内登录重新提出，以贵机构自己提出的为准。")
AGAIN = gettext_noop("机构登录后自己提出了意见，取代按书面意见登记的")
ACTIONS = {
    HearingStage.BEFORE: gettext_noop("对协会拟认定的事实陈述意见"),
    HearingStage.AFTER: gettext_noop("对协会的认定和措施提出异议（没有异议的不必办理）"),
}
SUBJECTS = {
    HearingStage.BEFORE: gettext_noop("请对协会核查的事项陈述意见"),
    HearingStage.AFTER: gettext_noop("协会按自律公约作出处理"),
}
BODIES = {
    HearingStage.BEFORE: gettext_noop(
        "协会正在核查下列事项，拟按自律公约处理：\n%(words)s\n请在期限内登录陈述意见；期满没有陈述的，协会按已有材料处理。"
    ),
    HearingStage.AFTER: gettext_noop(
        "%(words)s\n不同意的，可以在期限内登录提出异议，由作出认定以外的人员复核。"
    ),
}


# -- before the finding ---------------------------------------------------------------------------------------


@transaction.atomic
def hear_institution(*, actor: Actor, lead_id: int, words: str) -> LeadHearing:
    """告知拟认定的事实, by the officer in charge; ``words`` never give away who told. Again only where more came up."""
    actor.require(MAY, "hear_institution")
    lead = lock_own(actor, lead_id)
    if lead.state != LeadState.VERIFYING:
        raise Refused(_("核查中的线索才能听取机构的意见。"))
    if lead.institution_id is None:
        raise Refused(_("请先认定机构，再听取它的意见。"))
    told = required(words, "words", _("请写明拟认定的事实和拟采取的措施。"))
    refuse_identity(lead, words=told)
    if lead.hearings.filter(state__in=WAITING).exists():
        raise Refused(_("已经请机构陈述，请等待它的意见或者期限届满。"))
    return ask(actor, lead, HearingStage.BEFORE, told)


def refuse_unheard(lead: Lead) -> None:
    """未听取意见: nothing is handled under the pledge before the institution spoke or had its time to."""
    told = lead.hearings.filter(stage=HearingStage.BEFORE)
    if lead.institution_id is None:
        raise Refused(_("请先认定机构，再按公约处理。"))
    if not told.filter(state__in=OVER).exists() or told.filter(state__in=WAITING).exists():
        raise Refused(_("请先告知机构拟认定的事实；机构陈述以后或者期限届满以后，才能按公约处理。"))
    for written in told.filter(state=HearingState.HEARD, method=Method.PAPER):
        if within_term(written):
            sentence = _("机构的意见是工作人员按书面意见登记的，%(day)s期限届满以后才能按公约处理。")
            raise Refused(sentence % {"day": last_day(written)})


def call_off(actor: Actor, lead: Lead, *, handled: bool) -> None:
    """不再听取: the lead came to something else. Whoever was told is told that nothing is done."""
    for hearing in lead.hearings.filter(stage=HearingStage.BEFORE):
        if hearing.state in WAITING:
            move_hearing(hearing, HearingState.DROPPED)
            stop_all(actor=actor, case=case_of(hearing), outcome="dropped")
        if hearing.served_on is not None and not handled:
            tell_institution(
                hearing,
                "over",
                gettext_noop("协会的核查已经结束"),
                gettext_noop("协会没有按自律公约作出处理。"),
            )


# -- telling it -----------------------------------------------------------------------------------------------


def ask(actor: Actor, lead: Lead, stage: HearingStage, words: str) -> LeadHearing:
    """By a notice where somebody of the institution has an account, else by a letter that staff serve."""
    hearing = LeadHearing.objects.create(
        lead=lead,
        institution_id=lead.institution_id or 0,
        stage=stage,
        words=words,
        asked_by_id=actor.person_id,
        asked_at=clock.now(),
    )
    record(actor, "hear_institution", hearing, lead=lead.pk, stage=stage.value)
    if people_of(institution_id=hearing.institution_id):
        _serve_by_notice(actor, hearing)
        return hearing
    hearing.letter = store_document(
        actor=actor,
        data=hearing_pdf(hearing),
        name=hearing_file_name(hearing),
        media_type=PDF,
        institution_id=None,
        case=f"{lead.case}-letter",
    )
    hearing.save(update_fields=["letter"])
    start_deadline(
        actor=actor,
        code=SERVE_BY,
        case=case_of(hearing),
        owner=Owner(Side.STAFF),
        action=gettext_noop("打印告知书书面送达机构，并登记送达日期"),
    )
    return hearing


def _serve_by_notice(actor: Actor, hearing: LeadHearing) -> None:
    stage = HearingStage(hearing.stage)
    _open(actor, hearing, TellingWay.NOTICE, clock.today(), None)
    tell_institution(hearing, "told", SUBJECTS[stage], BODIES[stage])


@transaction.atomic
def serve_hearing(*, actor: Actor, hearing_id: int, way: str, served_on: date) -> LeadHearing:
    """登记送达 on paper: the term of the institution begins on ``served_on``."""
    actor.require(MAY, "serve_hearing")
    hearing = lock_hearing(actor, hearing_id)
    if hearing.state != HearingState.SERVING:
        raise Refused(_("这件事项不需要书面送达。"))
    if way not in ON_PAPER:
        sentence = _("须书面送达，请选择送达的方式。")
        raise InvalidInput(sentence, {"way": sentence})
    if not beijing(hearing.asked_at).date() <= served_on <= clock.today():
        sentence = _("送达的日期不能早于告知书作出之日，也不能晚于今天。")
        raise InvalidInput(sentence, {"served_on": sentence})
    _open(actor, hearing, TellingWay(way), served_on, actor.person_id)
    record(actor, "serve_hearing", hearing, way=way, on=served_on.isoformat())
    return hearing


def _open(actor: Actor, hearing: LeadHearing, way: TellingWay, day: date, by: int | None) -> None:
    stage, case = HearingStage(hearing.stage), case_of(hearing)
    move_hearing(hearing, HearingState.OPEN, served_on=day, served_by_id=by, way=way)
    stop_deadline(actor=actor, case=case, code=SERVE_BY, outcome="told")
    noon = datetime(day.year, day.month, day.day, NOON, tzinfo=BEIJING)
    start_deadline(
        actor=actor,
        code=TERMS[stage],
        case=case,
        owner=Owner(Side.INSTITUTION, institution_id=hearing.institution_id),
        action=ACTIONS[stage],
        start=clock.now() if day == clock.today() else max(noon, hearing.asked_at),
    )


# -- what it says ---------------------------------------------------------------------------------------------


@transaction.atomic
def state_hearing(
    *,
    actor: Actor,
    hearing_id: int,
    statement: str,
    paper: UploadedFile | None = None,
    received_on: date | None = None,
) -> LeadHearing:
    """陈述意见 or 提出异议 by the institution, or from its ``paper`` by staff: what came in its term counts.

    Raises Refused to whoever finds or is in charge, and where the institution speaks for itself. Its own word within the
    term takes the place of what staff wrote down.
    """
    actor.require(MAY, "state_hearing")
    hearing = lock_hearing(actor, hearing_id)
    said = required(statement, "statement", _("请写明意见。"))
    own = hearing.institution_id in actor.institution_ids
    if not own and not actor.is_staff:
        raise Forbidden(_("您的角色不能办理此事。"))
    if own and may_replace(hearing):
        return _speak_again(actor, hearing, said)
    if hearing.state != HearingState.OPEN:
        state = hearing.told_state if own else hearing.get_state_display()
        raise Refused(_("现在是“%(state)s”，不能提出意见。") % {"state": state})
    if not own:
        refuse_own_voice(hearing.institution_id)
        if actor.user_id in involved(hearing):
            raise Refused(_("您承办这件事项或者作出认定，机构的书面意见须由另一位同事登记。"))
    day = clock.today() if own else _received(hearing, received_on)
    _refuse_late(hearing, day)
    move_hearing(
        hearing,
        HearingState.HEARD,
        statement=said,
        stated_at=clock.now(),
        received_on=day,
        method=Method.ACCOUNT if own else Method.PAPER,
        stated_by_id=actor.person_id,
        paper=None if own else _scan(actor, hearing, paper),
    )
    stage = HearingStage(hearing.stage)
    stop_deadline(actor=actor, case=case_of(hearing), code=TERMS[stage], outcome="answered")
    record(actor, "state_hearing", hearing, method=hearing.method, on=day.isoformat())
    if not own:
        tell_institution(hearing, "written", WRITTEN, WRITTEN_BODY)
    if stage == HearingStage.AFTER:
        _ask_for_review(actor, hearing)
    else:
        _tell_officer(hearing, gettext_noop("机构已陈述意见"))
    return hearing


def _speak_again(actor: Actor, hearing: LeadHearing, said: str) -> LeadHearing:
    """自己重新提出: the paper stays beside it, for whoever asks who wrote it."""
    hearing.statement, hearing.stated_at = said, clock.now()
    hearing.received_on, hearing.method = clock.today(), Method.ACCOUNT
    hearing.stated_by_id = actor.person_id
    hearing.save(update_fields=["statement", "stated_at", "received_on", "method", "stated_by"])
    record(actor, "state_hearing", hearing, method=hearing.method, on=clock.today().isoformat(), instead=True)
    tell(hearing, "again", _concerned(hearing), AGAIN, gettext_noop("请核对后继续办理。"))
    return hearing


def _concerned(hearing: LeadHearing) -> list[int]:
    """Whoever is in charge; of an objection those who may review it."""
    officer = hearing.lead.officer_id
    if hearing.stage == HearingStage.BEFORE and officer:
        return [officer]
    return [one for one in untied_staff(hearing.lead) if one not in involved(hearing)]


def _received(hearing: LeadHearing, day: date | None) -> date:
    if day is None or hearing.served_on is None or not hearing.served_on <= day <= clock.today():
        sentence = _("收到的日期须在送达之后、今天之前。")
        raise InvalidInput(sentence, {"received_on": sentence})
    return day


def _refuse_late(hearing: LeadHearing, day: date) -> None:
    running = deadlines_of(KIND, hearing.pk).filter(code=TERMS[HearingStage(hearing.stage)]).last()
    if running is not None and day > running.due_on:
        raise Refused(_("期限已于%(day)s届满。") % {"day": running.due_on.isoformat()})


def _scan(actor: Actor, hearing: LeadHearing, paper: UploadedFile | None) -> Attachment:
    """Raises InvalidInput without one: what staff write down for a side stands on a paper."""
    if paper is None:
        sentence = _("请上传机构签名或者盖章的书面意见（扫描件或照片）。")
        raise InvalidInput(sentence, {"paper": sentence})
    name = gettext_noop("机构的书面意见")
    return store_for_case(upload=paper, case=hearing.lead.case, name=name, uploaded_by_id=actor.user_id)


def _ask_for_review(actor: Actor, hearing: LeadHearing) -> None:
    start_deadline(
        actor=actor,
        code=REVIEW_BY,
        case=case_of(hearing),
        owner=Owner(Side.STAFF),
        action=gettext_noop("由作出认定以外的同事复核机构的异议"),
    )
    finder = hearing.lead.finding.found_by_id
    tell(
        hearing,
        "objected",
        [one for one in untied_staff(hearing.lead) if one != finder],
        gettext_noop("机构对一项认定提出异议"),
        gettext_noop("请由作出认定以外的同事复核；支持的，再由另一位同事确认。"),
    )


def close_silent(actor: Actor) -> int:
    """期满没有提出: the term is over, and nobody was late. Returns how many."""
    closed = 0
    for stage, code in TERMS.items():
        for case_id in list(expired(KIND, code).values_list("case_id", flat=True)):
            hearing = LeadHearing.objects.select_for_update(of=("self",)).get(pk=case_id)
            lapse(actor=actor, case=case_of(hearing), code=code)
            move_hearing(hearing, HearingState.SILENT)
            closed += 1
            if stage == HearingStage.BEFORE:
                _tell_officer(hearing, gettext_noop("机构在期限内没有陈述意见"))
    return closed


def serve_where_reached(actor: Actor) -> int:
    """账号已开通: whoever was to be told on paper and can sign in now is told by a notice. Returns how many."""
    told = 0
    for hearing in LeadHearing.objects.select_for_update(of=("self",)).filter(state=HearingState.SERVING):
        if people_of(institution_id=hearing.institution_id):
            _serve_by_notice(actor, hearing)
            told += 1
    return told


# -- finding and telling --------------------------------------------------------------------------------------


def lock_hearing(actor: Actor, hearing_id: int) -> LeadHearing:
    """Raises NotFound, also to staff who are tied to the institution: for them it is not there."""
    rows = hearings_visible_to(actor).select_for_update(of=("self",)).select_related("lead")
    found = rows.filter(pk=hearing_id).first()
    if found is None:
        raise NotFound(_("没有这件事项。"))
    if found.institution_id not in actor.institution_ids:
        lock_lead(actor, found.lead_id)
    return found


def case_of(hearing: LeadHearing) -> Case:
    """The queue shows it to all staff and to the institution, so its title names neither the lead nor anybody."""
    title = gettext_noop("听取意见 %(number)s") % {"number": hearing.number}
    return Case(KIND, hearing.pk, title, path_of(hearing))


def path_of(hearing: LeadHearing) -> str:
    return f"/desk/hearings/{hearing.pk}/"


def tell_institution(hearing: LeadHearing, event: str, subject: str, body: str) -> None:
    tell(hearing, f"{event}-institution", people_of(institution_id=hearing.institution_id), subject, body)


def _tell_officer(hearing: LeadHearing, subject: str) -> None:
    officer = hearing.lead.officer_id
    body = gettext_noop("请核对后继续办理。")
    tell(hearing, "heard", [officer] if officer else untied_staff(hearing.lead), subject, body)


def tell(hearing: LeadHearing, event: str, people: list[int], subject: str, body: str) -> None:
    notify(
        f"hearing-{hearing.pk}-{event}",
        people,
        subject=subject,
        body=Said(body, words=hearing.words) if "%(words)s" in body else body,
        path=path_of(hearing),
    )
