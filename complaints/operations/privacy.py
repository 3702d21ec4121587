"""个人信息的查看、隐去与去标识化: every look leaves a trace, and what has served its purpose goes."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.audit import record, record_read
from association.choices import Unit
from association.deadlines import count, rule_in_force
from association.locker import forget_case
from association.models import Attachment, DeadlineRule
from association.rules.clock import ONE_DAY, end_of_day
from association.sheets import BOX_KEPT
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from common.text import one_line
from complaints.access.complaints import MAY, complaints_visible_to, is_respondent, opens_names
from complaints.choices.complaints import (
    NUMBERED,
    SAID_BY_CODE,
    Audience,
    PersonalField,
    RedactionState,
    Target,
)
from complaints.models import (
    Agreement,
    Complaint,
    Decision,
    Draft,
    Evidence,
    FollowUp,
    ImportBatch,
    Offer,
    PaymentReport,
    Person,
    PersonalData,
    RecusalRequest,
    Redaction,
    Reply,
    Retirement,
    Session,
    Survey,
    Unmasking,
)
from complaints.operations.cases import (
    lock_by_receipt,
    lock_complaint,
    lock_for_complainant,
    refuse_personal,
    required_text,
)
from complaints.operations.moves import move_redaction
from complaints.operations.papers import make_papers_again
from complaints.queries.desk import by_secret
from complaints.queries.people import opened, signer_of
from complaints.queries.redactions import places_of
from complaints.queries.shown import TEXTS, as_written

RETENTION = "RETENTION-COMPLAINT"
LONGEST_LINE, AT_ONCE = 200, 500
BY_COMPLAINANT = "投诉人要求隐去"
NAMED_PAPER = "打开调解协议书（机构联），载有投诉人姓名"
# Ours (docs/decisions/0009): long enough to mend a file, short for what nobody has decided to keep.
DAYS = {Unit.WORKING_DAY: 1, Unit.DAY: 1, Unit.MONTH: 28, Unit.YEAR: 365}


@transaction.atomic
def unmask(*, actor: Actor, complaint_id: int, field: str, reason: str, person_id: int | None = None) -> str:
    """查看一项个人信息: the datum itself, for a reason that is recorded with who and when."""
    actor.require(MAY, "unmask")
    complaint = _opened_case(actor, complaint_id)
    if field not in PersonalField.values:
        raise InvalidInput(_("没有这一项。"), {"field": _("没有这一项。")})
    why = required_text(one_line(reason), "reason", _("请写明查看的理由。"), LONGEST_LINE)
    refuse_personal(complaint, reason=why)
    people = Person.objects.filter(complaint=complaint).order_by("pk")
    person = people.filter(pk=person_id).first() if person_id else people.first()
    data = PersonalData.objects.filter(person=person).first()
    if person is None or data is None:
        raise NotFound(_("个人信息已经删除。"))
    _looked_at(actor, complaint, person, field, why)
    return as_written(complaint) if field == PersonalField.WORDS else opened(data, PersonalField(field))


@transaction.atomic
def read_named_agreement(*, actor: Actor, complaint_id: int, file_id: int) -> Attachment:
    """打开机构联: the paper of an agreement with the complainant's name where the complainant signs.

    The institution reads the name on its page anyway; for everybody else it is a look on record.
    """
    complaint = _openable(actor, complaint_id)
    agreement = Agreement.objects.filter(complaint=complaint, superseded_at__isnull=True).first()
    named = {agreement.named_proposal_id, agreement.named_document_id} if agreement is not None else set()
    if file_id not in named:
        raise NotFound(_("没有这份文件。"))
    if not is_respondent(actor, complaint):
        _looked_at(actor, complaint, signer_of(complaint), PersonalField.NAME, NAMED_PAPER)
    return Attachment.objects.get(pk=file_id)


def _openable(actor: Actor, complaint_id: int) -> Complaint:
    """The case of the institution itself, or one in which this person may look at personal data."""
    own = complaints_visible_to(actor).filter(pk=complaint_id).first()
    if own is not None and is_respondent(actor, own):
        return own
    actor.require(MAY, "unmask")
    return _opened_case(actor, complaint_id)


def _opened_case(actor: Actor, complaint_id: int) -> Complaint:
    complaint = lock_complaint(actor, complaint_id)
    if not opens_names(actor, complaint):
        raise Forbidden(_("您不是这件投诉的调解员。"))
    return complaint


def _looked_at(actor: Actor, complaint: Complaint, person: Person, field: str, reason: str) -> Unmasking:
    seen = Unmasking.objects.create(
        complaint=complaint,
        person=person,
        field=field,
        reason=reason,
        seen_by_id=actor.person_id,
        seen_at=clock.now(),
    )
    record_read(actor, "personal_data", complaint, unmasking=seen.pk, field=field)
    return seen


@transaction.atomic
def search_people(*, actor: Actor, typed: str) -> QuerySet[Complaint]:
    """按查询码、电话、姓名或证件号码查找: by keyed hash; that somebody searched is recorded, not for what."""
    actor.require(MAY, "search_people")
    found = by_secret(complaints_visible_to(actor), typed)
    record_read(actor, "people_by_search", None, found=found.count())
    return found


# -- redactions -----------------------------------------------------------------------------------------------


@transaction.atomic
def redact(
    *,
    actor: Actor,
    target: str,
    reason: str,
    audience: str = Audience.BOTH,
    target_id: int | None = None,
    first: int | None = None,
    last: int | None = None,
    complaint_id: int | None = None,
    receipt_code: str = "",
) -> Redaction:
    """隐去 words or a file from institution or public, at once; the original and the reason stay, a second person reviews.

    Whoever complained may hide own words by the receipt code.
    """
    if receipt_code:
        complaint, _method, by = lock_for_complainant(actor, complaint_id, receipt_code)
        _refuse_words_of_others(complaint, target, target_id)
    else:
        actor.require(MAY, "redact")
        complaint, by = lock_complaint(actor, complaint_id or 0), actor.person_id
    if audience not in Audience.values or target not in Target.values:
        raise InvalidInput(_("请说明隐去什么、对谁隐去。"))
    length = _length(complaint, Target(target), target_id)
    if length is not None and not (first is not None and last is not None and 0 <= first <= last < length):
        raise InvalidInput(_("请选中要隐去的文字。"), {"first": _("请选中要隐去的文字。")})
    missing = _("请写明隐去的理由，会显示给看不到的人。")
    why = required_text(one_line(reason), "reason", missing, LONGEST_LINE)
    refuse_personal(complaint, reason=why)
    redaction = Redaction.objects.create(
        complaint=complaint,
        target=target,
        target_id=target_id if target in NUMBERED else None,
        first=first if length is not None else None,
        last=last if length is not None else None,
        audience=audience,
        reason=why,
        proposed_by_id=by,
        proposed_at=clock.now(),
    )
    make_papers_again(complaint, f"hidden-{redaction.pk}")
    record(actor, "redact", redaction, complaint=complaint.pk, target=target)
    return redaction


@transaction.atomic
def hide_own_words(*, actor: Actor, receipt_code: str, words: str) -> list[Redaction]:
    """投诉人隐去自己写的文字, from institution and public, in every place where they stand."""
    complaint = lock_by_receipt(receipt_code)
    wanted = required_text(one_line(words), "words", _("请写出要隐去的文字。"), LONGEST_LINE)
    places = places_of(complaint, wanted, own=True)
    if not places:
        sentence = _("您写的内容中没有这些文字，请照原文填写。")
        raise InvalidInput(sentence, {"words": sentence})
    return [
        redact(
            actor=actor,
            receipt_code=receipt_code,
            target=place.target,
            target_id=place.target_id,
            first=place.first,
            last=place.last,
            reason=BY_COMPLAINANT,
        )
        for place in places
    ]


def _refuse_words_of_others(complaint: Complaint, target: str, target_id: int | None) -> None:
    """By the code one hides what one wrote: facts, demand, and the reasons of a withdrawal or an objection."""
    if target in {Target.FACTS, Target.DEMAND}:
        return
    said = Decision.objects.filter(complaint=complaint, pk=target_id or 0, kind__in=SAID_BY_CODE)
    if target != Target.DECISION or not said.exists():
        raise Refused(_("凭查询码只能隐去自己写的文字。"))


def _length(complaint: Complaint, target: Target, target_id: int | None) -> int | None:
    """Characters of the text; None for a file. Raises NotFound for what is not of this complaint."""
    if target == Target.FACTS:
        return len(complaint.facts)
    if target == Target.DEMAND:
        return len(complaint.demand)
    if target == Target.EVIDENCE:
        if Evidence.objects.filter(pk=target_id or 0, complaint=complaint).exists():
            return None
        raise NotFound(_("没有这一条。"))
    model, column = TEXTS[target]
    text = model.objects.filter(pk=target_id or 0, complaint=complaint).values_list(column, flat=True).first()
    if text is not None:
        return len(text)
    raise NotFound(_("没有这一条。"))


@transaction.atomic
def review_redaction(*, actor: Actor, redaction_id: int, confirmed: bool, decision: str) -> Redaction:
    """复核隐去 by somebody else: it stays hidden, or is shown again; either way with a reason."""
    actor.require(MAY, "confirm_redaction")
    found = Redaction.objects.filter(pk=redaction_id, complaint__in=complaints_visible_to(actor)).first()
    if found is None:
        raise NotFound(_("没有这一条。"))
    lock_complaint(actor, found.complaint_id)
    redaction = Redaction.objects.select_for_update().get(pk=redaction_id)
    if redaction.proposed_by_id == actor.person_id:
        raise Refused(_("隐去须由另一位同事复核。"))
    said = required_text(one_line(decision), "decision", _("请写明复核意见。"), LONGEST_LINE)
    refuse_personal(redaction.complaint, decision=said)
    move_redaction(
        redaction,
        RedactionState.CONFIRMED if confirmed else RedactionState.LIFTED,
        decided_by_id=actor.person_id,
        decided_at=clock.now(),
        decision=said,
    )
    if not confirmed:
        make_papers_again(redaction.complaint, f"shown-{redaction.pk}")
    record(actor, "review_redaction", redaction, confirmed=confirmed)
    return redaction


# -- retention ------------------------------------------------------------------------------------------------


@transaction.atomic
def retire_personal_data(*, actor: Actor) -> Retirement | None:
    """去标识化: files that ended longer ago than the rule says lose their personal data, texts and evidence.

    What remains are amounts, days and outcomes for the statistics. Drafts and import files past their day go as well.
    Runs until nothing is due; each run that removed something leaves a report.
    """
    actor.require(MAY, "retire_personal_data")
    rule = rule_in_force(RETENTION, clock.today())
    due = _due(rule)
    people, files = 0, 0
    for complaint in due:
        gone, kept = _retire(actor, complaint)
        people, files = people + gone, files + kept
    drafts, _kinds = Draft.objects.filter(expires_at__lte=clock.now()).delete()
    old = clock.now() - BOX_KEPT
    batches = ImportBatch.objects.filter(uploaded_at__lte=old).exclude(box=b"").update(box=b"")
    if not (due or drafts or batches):
        return None
    report = Retirement.objects.create(
        rule=rule,
        ended_before=_ended_before(rule),
        complaints=len(due),
        people=people,
        files=files,
        drafts=drafts,
        batches=batches,
        at=clock.now(),
    )
    record(actor, "retire_personal_data", report, complaints=len(due), people=people, files=files)
    return report


def _due(rule: DeadlineRule) -> list[Complaint]:
    """办结满期限的: first a generous look by the index of ends, then each counted by the rule."""
    shortest = timedelta(days=rule.number * DAYS[Unit(rule.unit)])
    rows = (
        Complaint.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(retired_at__isnull=True, ended_at__lte=clock.now() - shortest)
        .order_by("ended_at")[:AT_ONCE]
    )
    return [row for row in rows if row.ended_at and count(rule, row.ended_at).ends_at <= clock.now()]


def _ended_before(rule: DeadlineRule) -> date:
    """期限届满的界限: what ended before this day is due now."""
    day = clock.today() - timedelta(days=rule.number * DAYS[Unit(rule.unit)])
    while count(rule, end_of_day(day - ONE_DAY)).ends_at > clock.now():
        day -= ONE_DAY
    return day + ONE_DAY


def _retire(actor: Actor, complaint: Complaint) -> tuple[int, int]:
    """One file: first the mark that the database wants, then everything that may name a person."""
    complaint.retired_at = clock.now()
    complaint.facts = complaint.demand = complaint.handled_elsewhere = ""
    complaint.receipt_key = None
    complaint.respondent_name = complaint.respondent_address = ""
    complaint.save()
    gone, _kinds = PersonalData.objects.filter(person__complaint=complaint).delete()
    Person.objects.filter(complaint=complaint).update(authority=None)
    Reply.objects.filter(complaint=complaint).update(text="")
    Decision.objects.filter(complaint=complaint).update(reason="", document=None)
    Session.objects.filter(complaint=complaint).update(minutes="", excuse="", place="")
    Offer.objects.filter(complaint=complaint).update(terms="")
    RecusalRequest.objects.filter(complaint=complaint).update(reason="")
    Agreement.objects.filter(complaint=complaint).update(
        text="", proposal=None, named_proposal=None, document=None, named_document=None
    )
    PaymentReport.objects.filter(complaint=complaint).update(proof=None)
    Survey.objects.filter(complaint=complaint).update(comment="")
    FollowUp.objects.filter(complaint=complaint).update(comment="")
    Evidence.objects.filter(complaint=complaint).update(attachment=None)
    files = forget_case(f"complaint-{complaint.pk}")
    record(actor, "retire", complaint)
    return gone, files
