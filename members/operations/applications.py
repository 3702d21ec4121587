"""入会申请 by the institution: a draft that is kept, material, handing in, the supplement, taking it back."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Side
from association.clocks import Owner, start_deadline, stop_all, stop_deadline
from association.in_turn import take_turn
from association.locker import store_file
from common.errors import InvalidInput, NotFound, Refused
from common.said import Said
from common.text import one_line, paragraphs
from members.access import MAY
from members.choices import Field
from members.choices.membership import (
    APPLICATION_OPEN,
    ApplicationState,
    EventKind,
    EvidenceKind,
    MemberState,
    Tier,
)
from members.models import ApplicationEvidence, Institution, MembershipApplication
from members.operations.moves import move_application
from members.operations.parts import (
    LONGEST,
    REVIEW,
    SUPPLEMENT,
    case_of,
    go_on_with_review,
    lock_institution,
    lock_own_application,
    required,
    tell_of,
    tell_staff,
)
from members.operations.readmission import refuse_too_early
from members.queries.membership import members_today
from members.rules.licences import licence_doubts

MOST_FILES = 20
OPEN_TO_FILES = frozenset({ApplicationState.DRAFT, ApplicationState.SUPPLEMENT})


@transaction.atomic
def save_application(
    *, actor: Actor, institution_id: int, field: str, licence_number: str, statement: str
) -> MembershipApplication:
    """存草稿: begins the draft of the institution, or goes on with it. Nothing needs to be complete yet.

    Raises Refused for a member, for one whose application is under way, and too early after an expulsion.
    """
    actor.require(MAY, "draft_application")
    if institution_id not in actor.institution_ids:
        raise NotFound(_("没有这家机构。"))
    take_turn("application", institution_id)
    institution = lock_institution(actor, institution_id)
    if field not in Field.values:
        raise InvalidInput(_("请选择类别。"), {"field": _("请选择类别。")})
    application = _draft_of(actor, institution)
    application.field = field
    application.licence_number = one_line(licence_number)[:20]
    application.statement = paragraphs(statement)[:LONGEST]
    application.saved_at = clock.now()
    application.save()
    record(actor, "save_application", application)
    return application


def _draft_of(actor: Actor, institution: Institution) -> MembershipApplication:
    rows = MembershipApplication.objects.select_for_update().filter(institution=institution)
    open_one = rows.filter(state__in=sorted(APPLICATION_OPEN)).first()
    if open_one is not None and open_one.state != ApplicationState.DRAFT:
        raise Refused(_("贵机构已有一件入会申请正在办理：%(number)s。") % {"number": open_one.number})
    refuse_members(institution)
    refuse_too_early(institution)
    fresh = MembershipApplication(institution=institution, applicant_id=actor.person_id, tier=Tier.MEMBER)
    return open_one or fresh


def refuse_members(institution: Institution) -> None:
    term = members_today().filter(institution=institution).first()
    if term is not None:
        label = MemberState(term.state).label
        raise Refused(_("贵机构现在已经是会员（%(state)s）。") % {"state": label})


@transaction.atomic
def add_application_evidence(
    *, actor: Actor, application_id: int, kind: str, upload: UploadedFile | None
) -> ApplicationEvidence:
    """上传材料: checked and kept in the locker; the same file twice is one."""
    actor.require(MAY, "draft_application")
    application = lock_own_application(actor, application_id)
    if kind not in EvidenceKind.values:
        raise InvalidInput(_("请选择材料的种类。"), {"kind": _("请选择材料的种类。")})
    _refuse_settled(application)
    if application.evidence.count() >= MOST_FILES:
        raise Refused(_("材料最多%(most)d份，请合并后上传。") % {"most": MOST_FILES})
    attachment = store_file(actor=actor, upload=upload, institution_id=application.institution_id)
    evidence, _is_new = ApplicationEvidence.objects.get_or_create(
        application=application, attachment=attachment, defaults={"kind": kind, "added_at": clock.now()}
    )
    record(actor, "add_application_evidence", evidence, application=application.pk)
    return evidence


def _refuse_settled(application: MembershipApplication) -> None:
    if application.state not in OPEN_TO_FILES:
        raise Refused(_("申请已经提交，材料不能再改；需要补正时协会会一次性告知。"))


@transaction.atomic
def remove_application_evidence(*, actor: Actor, application_id: int, evidence_id: int) -> None:
    """Only from a draft: what was handed in stays."""
    actor.require(MAY, "draft_application")
    application = lock_own_application(actor, application_id)
    if application.state != ApplicationState.DRAFT:
        raise Refused(_("申请已经提交，材料不能撤下。"))
    evidence = application.evidence.filter(pk=evidence_id).first()
    if evidence is None:
        raise NotFound(_("没有这份材料。"))
    record(actor, "remove_application_evidence", application, attachment=evidence.attachment_id)
    evidence.delete()


@transaction.atomic
def submit_application(*, actor: Actor, application_id: int) -> MembershipApplication:
    """提交: from now on it stays as it is. What looks odd about the licence is kept beside it, not refused."""
    actor.require(MAY, "submit_application")
    application = lock_own_application(actor, application_id)
    institution = lock_institution(actor, application.institution_id)
    refuse_members(institution)
    if institution.uscc is None:
        raise Refused(_("贵机构的统一社会信用代码尚未登记，请先联系协会补录。"))
    required(application.statement, "statement", _("请写明入会理由。"))
    if not application.evidence.filter(kind=EvidenceKind.REGISTRATION).exists():
        raise InvalidInput(_("请上传登记证书或营业执照。"), {"upload": _("请上传登记证书或营业执照。")})
    move_application(
        application,
        ApplicationState.APPLYING,
        submitted_at=clock.now(),
        applicant_id=actor.person_id,
        doubts=list(licence_doubts(application.licence_number, application.field)),
    )
    start_deadline(
        actor=actor,
        code=REVIEW,
        case=case_of(application),
        owner=Owner(Side.STAFF),
        action=gettext_noop("审查入会申请"),
    )
    record(actor, "submit_application", application, doubts=len(application.doubts))
    tell_of(actor, institution, EventKind.SUBMITTED)
    tell_staff(
        f"application-{application.pk}-submitted",
        institution.pk,
        gettext_noop("有一件入会申请待审查"),
        Said(gettext_noop("%(name)s提交了入会申请，请在期限内审查。"), name=institution.name),
        case_of(application).path,
    )
    return application


@transaction.atomic
def answer_supplement(*, actor: Actor, application_id: int, answer: str) -> MembershipApplication:
    """补正完毕: the review goes on, and its clock with it. Nothing more will be asked for."""
    actor.require(MAY, "answer_supplement")
    application = lock_own_application(actor, application_id)
    text = required(answer, "answer", _("请逐项说明补正的情况。"))
    move_application(
        application,
        ApplicationState.UNDER_REVIEW,
        supplement_answer=text,
        supplement_ended_at=clock.now(),
    )
    stop_deadline(actor=actor, case=case_of(application), code=SUPPLEMENT)
    go_on_with_review(actor, application)
    record(actor, "answer_supplement", application)
    tell_of(actor, application.institution, EventKind.SUPPLEMENT_ANSWERED)
    tell_staff(
        f"application-{application.pk}-supplemented",
        application.institution_id,
        gettext_noop("入会申请已补正"),
        Said(gettext_noop("%(name)s已提交补正，请继续审查。"), name=application.institution.name),
        case_of(application).path,
    )
    return application


@transaction.atomic
def recall_application(*, actor: Actor, application_id: int) -> MembershipApplication:
    """撤回: before the council is asked; a new application may be made at any time."""
    actor.require(MAY, "recall_application")
    application = lock_own_application(actor, application_id)
    was_sent = application.submitted_at is not None
    move_application(application, ApplicationState.RECALLED)
    stop_all(actor=actor, case=case_of(application), outcome="recalled")
    record(actor, "recall_application", application)
    if was_sent:
        tell_of(actor, application.institution, EventKind.RECALLED)
    return application
