"""收到投诉: by the person, by staff for a caller; the receipt code is shown once and kept by nobody."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.deadlines import count, number_in_force, rule_in_force
from association.locker import store_for_case
from association.models import Attachment
from association.rules.clock import ONE_DAY, end_of_day
from association.sealed import seal_text, search_key, search_keys, unseal_text
from common.errors import InvalidInput, NotFound, Refused, TooLarge
from common.text import one_line
from complaints.access.complaints import MAY
from complaints.choices.complaints import (
    EvidenceKind,
    Intake,
    Method,
    Party,
    PersonKind,
    Source,
    State,
    Subject,
)
from complaints.models import Complaint, Draft, Evidence, Person, PersonalData
from complaints.operations.cases import (
    STAFF,
    lock_against_own,
    lock_by_receipt,
    lock_complaint,
    refuse_tied,
    start_clock,
    tell_staff,
)
from complaints.operations.untold import ACCEPT_BY
from complaints.queries.people import sealed
from complaints.queries.tracking import RECEIPT
from complaints.rules.intake import Applicant, Filing, checked, doubts
from complaints.rules.receipts import grouped, new_code
from members.queries import institutions

DRAFT = "complaints.draft"
DRAFT_KEPT = timedelta(days=14)  # ours (docs/decisions/0009)
LONGEST_DRAFT = 200_000
REPRESENTATIVES = "CMP-REPRESENTATIVES"
MOST_FILES, LONGEST_KEY, LONGEST_REASON = 30, 40, 200
DECIDE = gettext_noop("审查投诉，决定受理、不予受理或者转办并告知投诉人")


@dataclass(frozen=True, slots=True)
class Filed:
    """What the person gets: the file and the code in groups of four, which is not shown again."""

    complaint: Complaint
    receipt_code: str


@dataclass(frozen=True, slots=True)
class Exhibit:
    """证据 as sent: what it proves, and the file."""

    kind: str
    upload: UploadedFile | None


@transaction.atomic
def file_complaint(
    *, actor: Actor, filing: Filing, exhibits: Sequence[Exhibit] = (), draft_key: str = ""
) -> Filed:
    """提交投诉 without an account. Refused filings leave the draft as it is, so nothing typed is lost.

    Raises InvalidInput (by field), Refused (over the time limit, handled elsewhere, no consumer matter).
    """
    clean = look_over(filing)
    if draft_key and not discard_draft(draft_key):
        raise Refused(_("这份投诉已经提交过。请用提交时给您的查询码查看进度。"))
    return _file(actor, clean, Intake.WEB, exhibits)


def look_over(filing: Filing) -> Filing:
    """The cleaned filing, as it will be taken; nothing is stored. Raises InvalidInput, Refused like filing itself."""
    clean = _checked(filing)
    refuse_doubtful(clean)
    return clean


@transaction.atomic
def file_for_caller(
    *,
    actor: Actor,
    filing: Filing,
    exhibits: Sequence[Exhibit] = (),
    delegated_by: str = "",
    delegation_number: str = "",
    filing_key: str = "",
) -> Filed:
    """代录: for somebody on the phone or at the counter, who is told the code. What speaks against it is decided later.

    ``filing_key`` is of the page it was typed on: sent a second time it is refused with the number of the first.
    """
    actor.require(MAY, "file_for_caller")
    clean, key = _checked(filing), filing_key[:LONGEST_KEY] or None
    _refuse_second(key)
    more = {
        "received_by_id": actor.person_id,
        "delegated_by": one_line(delegated_by)[:80],
        "delegation_number": one_line(delegation_number)[:60],
        "filing_key": key,
    }
    try:
        with transaction.atomic():
            filed = _file(actor, clean, Intake.CALLER, exhibits, **more)
            refuse_tied(actor, filed.complaint)
            return filed
    except IntegrityError:
        _refuse_second(key)
        raise


def _refuse_second(filing_key: str | None) -> None:
    """Also for two clicks at the same moment: then the database has let one of them in."""
    same = Complaint.objects.filter(filing_key=filing_key).first() if filing_key else None
    if same is not None:
        sentence = _("这件投诉已经登记过，编号%(number)s。没有记下查询码的，请在案件页补发。")
        raise Refused(sentence % {"number": same.number})


def _checked(filing: Filing) -> Filing:
    today = clock.today()
    joined = any(person.is_representative or person.kind == PersonKind.JOINED for person in filing.people)
    # Who complains alone does not wait for a rule about others.
    result = checked(filing, today, number_in_force(REPRESENTATIVES, today) if joined else 0)
    wrong = dict(result.wrong)
    if result.filing.subject not in Subject.values:
        wrong["subject"] = _("请选择投诉事项。")
    if wrong:
        raise InvalidInput(_("还有内容需要填写或者更正，已填的内容没有丢失。"), wrong)
    return result.filing


def refuse_doubtful(filing: Filing) -> None:
    """不予受理的情形 that the filing itself shows."""
    found = doubts(filing, clock.today(), limit_end(filing))
    if found:
        raise Refused(found[0].sentence)


def limit_end(filing: Filing | Complaint) -> Any:
    """The last day on which a complaint about this harm is taken, by the rule in force today."""
    if filing.harmed_on is None:
        return None
    rule = rule_in_force("CMP-LIMIT", clock.today())
    return count(rule, end_of_day(filing.harmed_on - ONE_DAY)).on


def _file(actor: Actor, filing: Filing, intake: Intake, exhibits: Sequence[Exhibit], **more: Any) -> Filed:
    if filing.harmed_on is None:
        raise InvalidInput(_("请填写知道权益受损的日期。"))
    code = new_code()
    complaint = Complaint.objects.create(
        institution_id=known_institution(filing),
        respondent_name=filing.respondent_name,
        respondent_address=filing.respondent_address,
        intake=intake,
        subject=filing.subject,
        harmed_on=filing.harmed_on,
        contract_on=filing.contract_on,
        facts=filing.facts,
        demand=filing.demand,
        paid_fen=filing.paid_fen,
        claimed_fen=filing.claimed_fen,
        is_consumer=filing.is_consumer,
        handled_elsewhere=filing.handled_elsewhere,
        shares_phone=filing.shares_phone,
        receipt_key=search_key(code, purpose=RECEIPT),
        received_at=clock.now(),
        **more,
    )
    write_people(complaint, filing.people)
    for exhibit in exhibits:
        refuse_signed(exhibit)
        keep_exhibit(actor, complaint, exhibit, Source.COMPLAINANT)
    start_clock(actor, complaint, ACCEPT_BY, STAFF, DECIDE)
    record(actor, "file_complaint", complaint, intake=intake)
    tell_staff(
        complaint,
        "filed",
        gettext_noop("收到投诉%(number)s"),
        gettext_noop("请在规定期限内决定是否受理并告知投诉人。"),
    )
    return Filed(complaint, grouped(code))


def known_institution(filing: Filing) -> int | None:
    """The institution chosen, or the only one of exactly this name."""
    rows = institutions()
    if filing.institution_id is not None:
        found = rows.filter(pk=filing.institution_id).values_list("pk", flat=True).first()
        if found is None:
            sentence = _("没有这家机构，请重新选择。")
            raise InvalidInput(sentence, {"institution_id": sentence})
        return found
    same = list(rows.filter(name=filing.respondent_name).values_list("pk", flat=True)[:2])
    return same[0] if len(same) == 1 else None


def write_people(complaint: Complaint, people: Sequence[Applicant]) -> None:
    """Each person and, apart, the sealed data."""
    for applicant in people:
        person = Person.objects.create(
            complaint=complaint,
            kind=PersonKind(applicant.kind),
            is_representative=applicant.is_representative,
        )
        PersonalData.objects.create(person=person, **sealed(applicant))


def keep_exhibit(actor: Actor, complaint: Complaint, exhibit: Exhibit, source: Source) -> Evidence:
    """Into the locker of the case. The same file twice is one."""
    if exhibit.kind not in EvidenceKind.values:
        sentence = _("请说明这份材料是什么。")
        raise InvalidInput(sentence, {"kind": sentence})
    if Evidence.objects.filter(complaint=complaint).count() >= MOST_FILES:
        raise TooLarge(_("每件投诉最多%(most)s份材料，请合并后再传。") % {"most": MOST_FILES})
    attachment: Attachment = store_for_case(
        upload=exhibit.upload,
        case=f"complaint-{complaint.pk}",
        name=str(EvidenceKind(exhibit.kind).label),
        uploaded_by_id=actor.user_id,
    )
    evidence, _is_new = Evidence.objects.get_or_create(
        complaint=complaint,
        attachment=attachment,
        defaults={
            "kind": exhibit.kind,
            "source": source,
            "added_by_id": actor.user_id,
            "added_at": clock.now(),
        },
    )
    if evidence.kind == EvidenceKind.AUTHORITY and source != Source.INSTITUTION:
        agents = Person.objects.filter(complaint=complaint, kind=PersonKind.AGENT)
        agents.update(authority=attachment)
    return evidence


def refuse_signed(exhibit: Exhibit) -> None:
    """签名的书面意见 comes with the deed that it is about, and with nothing else."""
    if exhibit.kind == EvidenceKind.SIGNED:
        sentence = _("签名的书面意见或者协议书，请在登记时上传。")
        raise InvalidInput(sentence, {"kind": sentence})


@transaction.atomic
def add_evidence(
    *, actor: Actor, exhibit: Exhibit, complaint_id: int | None = None, receipt_code: str = ""
) -> Evidence:
    """补充证据: by the complainant, the institution or staff, while the case is open. The same file twice is one."""
    if receipt_code:
        complaint, source = lock_by_receipt(receipt_code), Source.COMPLAINANT
    else:
        actor.require(MAY, "add_evidence")
        if actor.is_staff:
            complaint, source = lock_complaint(actor, complaint_id or 0), Source.STAFF
        else:
            complaint, source = lock_against_own(actor, complaint_id or 0), Source.INSTITUTION
    if complaint.ended_at is not None or complaint.state in {State.WITHDRAWN, State.TRANSFERRED}:
        raise Refused(_("这件投诉已经办结，不能再补充材料。"))
    refuse_signed(exhibit)
    evidence = keep_exhibit(actor, complaint, exhibit, source)
    record(actor, "add_evidence", evidence, complaint=complaint.pk, source=source)
    return evidence


def keep_signed(
    actor: Actor,
    complaint: Complaint,
    method: Method,
    paper: UploadedFile | None,
    party: Party = Party.COMPLAINANT,
) -> Evidence | None:
    """签名的书面意见: what staff write down for a side stands on a paper, and its scan is kept with the case.

    Nothing for who has the receipt code or an account. Raises InvalidInput without a paper.
    """
    if method != Method.PAPER:
        return None
    if paper is None:
        sentence = (
            _("请上传投诉人签名的书面意见（扫描件或照片）。")
            if party == Party.COMPLAINANT
            else _("请上传机构签名或者盖章的书面意见或者协议书（扫描件或照片）。")
        )
        raise InvalidInput(sentence, {"paper": sentence})
    kept = keep_exhibit(actor, complaint, Exhibit(EvidenceKind.SIGNED, paper), Source.STAFF)
    if (kept.kind, kept.source) != (EvidenceKind.SIGNED, Source.STAFF):
        taken = _("这份文件已经作为别的材料收在案件里，请上传签名的书面意见。")
        raise InvalidInput(taken, {"paper": taken})
    return kept


def on_paper(signed: Evidence | None) -> dict[str, Any]:
    """For the trail: which paper a deed rests on."""
    return {"paper": signed.pk} if signed is not None else {}


# -- drafts ---------------------------------------------------------------------------------------------------


def new_draft_key() -> str:
    """For the browser that types; it is the only place where it is."""
    return secrets.token_urlsafe(24)


@transaction.atomic
def save_draft(*, actor: Actor, draft_key: str, content: dict[str, Any]) -> Draft:
    """保存草稿 as one types; the last one counts. Sealed, and gone after two weeks or with the filing."""
    text = json.dumps(content, ensure_ascii=False)
    if not draft_key or len(text) > LONGEST_DRAFT:
        raise TooLarge(_("草稿过长，没有保存。"))
    moment = clock.now()
    row, _is_new = Draft.objects.update_or_create(
        key=search_key(draft_key, purpose=DRAFT),
        association_id=actor.association_id,
        defaults={
            "box": seal_text(text, purpose=DRAFT),
            "saved_at": moment,
            "expires_at": moment + DRAFT_KEPT,
        },
    )
    return row


@transaction.atomic
def discard_draft(draft_key: str) -> bool:
    """Whether there was one. Two at once: one of them is told that there was none."""
    gone, _by_kind = Draft.objects.filter(key__in=search_keys(draft_key, purpose=DRAFT)).delete()
    return bool(gone)


def read_draft(draft_key: str) -> dict[str, Any]:
    """Raises NotFound when it is not there any more."""
    keys = search_keys(draft_key, purpose=DRAFT)
    row = Draft.objects.filter(key__in=keys, expires_at__gt=clock.now()).first()
    if row is None:
        raise NotFound(_("没有保存的草稿。"))
    content: dict[str, Any] = json.loads(unseal_text(row.box, purpose=DRAFT))
    return content
