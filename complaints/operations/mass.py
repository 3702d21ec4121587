"""群体性投诉: one negotiation with one institution; every person keeps a file, an offer and an answer of the own."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from common.text import one_line, paragraphs
from complaints.access.complaints import MAY, complaints_visible_to, mass_cases_visible_to
from complaints.choices.complaints import MassState, OfferState
from complaints.models import Complaint, MassCase, Offer
from complaints.operations.cases import (
    lock_for_complainant,
    refuse_personal,
    required_text,
)
from complaints.operations.mass_clock import (
    LEAST,
    keep_in_step,
    stop_talk,
    tell_complainants,
    tell_institution,
    tell_institution_of_end,
)
from complaints.operations.moves import move_mass_case
from complaints.operations.replies import LONGEST_REPLY, NEGOTIABLE, after_mediation, make_offer, wrong_days
from complaints.rules.money import wrong_amount


@transaction.atomic
def open_mass_case(*, actor: Actor, title: str, complaint_ids: list[int]) -> MassCase:
    """建立群体性投诉: complaints of many against one institution, negotiated once, offered to each.

    Each complainant is told, and may say at any time to go on alone (``leave_mass_case``): joined is with consent. A
    joint negotiation that is over holds nobody: who is left of one may be in the next.
    """
    actor.require(MAY, "open_mass_case")
    named = required_text(one_line(title), "title", _("请填写名称。"), 120)
    rows = complaints_visible_to(actor).select_for_update(of=("self",)).filter(pk__in=complaint_ids)
    complaints = list(rows.order_by("pk"))
    if len(complaints) < len(set(complaint_ids)) or not complaints:
        raise NotFound(_("没有这件投诉。"))
    institutions = {complaint.institution_id for complaint in complaints}
    only = institutions.pop()
    if institutions or only is None:
        raise Refused(_("只能合并针对同一家机构的投诉。"))
    # Asked for after the complaints are held: somebody else may have joined them while we waited.
    before = {complaint.mass_case_id for complaint in complaints if complaint.mass_case_id}
    joined = MassCase.objects.filter(pk__in=before, state=MassState.NEGOTIATING).exists()
    if joined or any(complaint.state not in NEGOTIABLE for complaint in complaints):
        raise Refused(_("只能合并已受理、正在协商或者调解，且不在其他群体性投诉中的投诉。"))
    if len(complaints) < LEAST:
        raise Refused(_("合并协商至少要有两件正在办理的投诉。"))
    refuse_personal(*complaints, title=named)
    case = MassCase.objects.create(
        institution_id=only,
        title=named,
        opened_by_id=actor.person_id,
        opened_at=clock.now(),
        opened_with=len(complaints),
    )
    Complaint.objects.filter(pk__in=[complaint.pk for complaint in complaints]).update(mass_case=case)
    record(actor, "open_mass_case", case, complaints=len(complaints))
    keep_in_step(actor, case)
    tell_complainants(case, complaints, "opened")
    tell_institution(
        case,
        "opened",
        gettext_noop("协会已将%(many)s件投诉合并协商"),
        gettext_noop("请统一协商，按人提出方案；每位投诉人各自答复。"),
        many=len(complaints),
    )
    return case


@transaction.atomic
def offer_to_all(
    *,
    actor: Actor,
    mass_case_id: int,
    amounts_fen: Mapping[int, int],
    pay_by: date,
    open_until: date,
    terms: str = "",
) -> list[Offer]:
    """按人提出方案 in a mass case: an amount for each complaint, all of them or none. Faults are named by complaint.

    Who has exactly this offer already keeps it: sent twice it is made once.
    """
    case, complaints = _checked(actor, mass_case_id, amounts_fen, pay_by, open_until)
    said = paragraphs(terms)
    made = [
        _same_offer(case, complaints[pk], amount, pay_by, open_until, said)
        or make_offer(actor, complaints[pk], amount, pay_by, open_until, said, case)
        for pk, amount in sorted(amounts_fen.items())
    ]
    keep_in_step(actor, case)
    return made


@transaction.atomic
def look_over_offers(
    *,
    actor: Actor,
    mass_case_id: int,
    amounts_fen: Mapping[int, int],
    pay_by: date,
    open_until: date,
    terms: str = "",
) -> int:
    """预览: refused like the offers themselves, and nothing is made. How many would be."""
    _case, _complaints = _checked(actor, mass_case_id, amounts_fen, pay_by, open_until)
    return len(amounts_fen)


def _checked(
    actor: Actor, mass_case_id: int, amounts_fen: Mapping[int, int], pay_by: date, open_until: date
) -> tuple[MassCase, dict[int, Complaint]]:
    """The case and its complaints, locked."""
    actor.require(MAY, "offer")
    case = _lock_mass_case(actor, mass_case_id)
    if case.institution_id not in actor.institution_ids:
        raise Forbidden(_("您的角色不能办理此事。"))
    if case.state != MassState.NEGOTIATING:
        raise Refused(_("这件群体性投诉的协商已经结束。"))
    if not amounts_fen:
        raise InvalidInput(_("请至少为一位投诉人填写金额。"))
    if wrong_day := wrong_days(pay_by, open_until):
        raise InvalidInput(wrong_day)
    rows = Complaint.objects.select_for_update(of=("self",)).select_related("institution")
    complaints = {row.pk: row for row in rows.filter(mass_case=case).order_by("pk")}
    wrong = {str(pk): _("这件投诉不在群体性投诉中。") for pk in amounts_fen if pk not in complaints}
    for pk, complaint in complaints.items():
        if pk in amounts_fen and (why := _wrong(complaint, amounts_fen[pk], open_until)):
            wrong[str(pk)] = f"{complaint.number}：{why}"
    if wrong:
        raise InvalidInput(_("有%(many)s个金额不对，方案没有发出。") % {"many": len(wrong)}, wrong)
    return case, complaints


def _same_offer(
    case: MassCase, complaint: Complaint, amount_fen: int, pay_by: date, open_until: date, terms: str
) -> Offer | None:
    return Offer.objects.filter(
        complaint=complaint,
        mass_case=case,
        state=OfferState.MADE,
        amount_fen=amount_fen,
        pay_by=pay_by,
        open_until=open_until,
        terms=terms[:LONGEST_REPLY],
    ).first()


def _wrong(complaint: Complaint, amount_fen: int, open_until: date) -> str:
    if complaint.state not in NEGOTIABLE:
        return _("现在是“%(state)s”，不能提出方案。") % {"state": complaint.get_state_display()}
    wrong = wrong_amount(amount_fen, complaint.paid_fen, complaint.returned_fen) or after_mediation(
        complaint, open_until
    )
    return wrong or ("" if amount_fen else _("请填写金额。"))


@transaction.atomic
def end_mass_case(*, actor: Actor, mass_case_id: int, notes: str) -> MassCase:
    """结束协商: each complaint goes on, or has come to its end, by itself."""
    actor.require(MAY, "open_mass_case")
    case = _lock_mass_case(actor, mass_case_id)
    said = required_text(paragraphs(notes), "notes", _("请写明协商的结果或者结束的理由。"), LONGEST_REPLY)
    refuse_personal(*Complaint.objects.filter(mass_case=case), notes=said)
    move_mass_case(case, MassState.ENDED, ended_at=clock.now(), notes=said)
    record(actor, "end_mass_case", case)
    stop_talk(actor, case)
    tell_complainants(case, list(Complaint.objects.filter(mass_case=case, ended_at=None)), "ended")
    tell_institution_of_end(case)
    return case


@transaction.atomic
def leave_mass_case(*, actor: Actor, complaint_id: int | None = None, receipt_code: str = "") -> Complaint:
    """单独办理: whoever complained goes on alone, without a reason; an offer that was made stands until it is answered.

    With fewer than two open complaints left the joint negotiation is over. Raises Refused where there is none.
    """
    complaint, method, _by = lock_for_complainant(actor, complaint_id, receipt_code)
    joined = MassCase.objects.filter(complaints=complaint, state=MassState.NEGOTIATING)
    if not joined.exists():
        raise Refused(_("这件投诉不在合并协商中。"))
    # An offer to all holds the case and waits for the complaints: who holds a complaint does not wait for the case.
    case = joined.select_for_update(of=("self",), skip_locked=True).first()
    if case is None:
        raise Refused(_("合并协商此刻正在办理，请稍后再试。"))
    complaint.mass_case = None
    complaint.save(update_fields=["mass_case"])
    record(actor, "leave_mass_case", complaint, mass_case=case.pk, method=method.value)
    tell_institution(
        case,
        f"left-{complaint.pk}",
        gettext_noop("投诉%(number)s改为单独办理"),
        gettext_noop("投诉人不参加合并协商，请就这一件单独答复和协商。"),
        number=complaint.number,
    )
    keep_in_step(actor, case)
    return complaint


def _lock_mass_case(actor: Actor, mass_case_id: int) -> MassCase:
    found: MassCase | None = (
        mass_cases_visible_to(actor).select_for_update(of=("self",)).filter(pk=mass_case_id).first()
    )
    if found is None:
        raise NotFound(_("没有这件群体性投诉。"))
    return found
