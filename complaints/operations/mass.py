"""群体性投诉: one negotiation with one institution; every person keeps a file, an offer and an answer of the own."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.notices import notify, people_of
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from common.said import Said
from common.text import one_line, paragraphs
from complaints.access.complaints import MAY, complaints_visible_to, mass_cases_visible_to
from complaints.choices.complaints import BEFORE_ACCEPTANCE, MassState, OfferState
from complaints.models import Complaint, MassCase, Offer
from complaints.operations.cases import refuse_personal, required_text
from complaints.operations.moves import move_mass_case
from complaints.operations.replies import LONGEST_REPLY, NEGOTIABLE, after_mediation, make_offer, wrong_days
from complaints.rules.money import wrong_amount


@transaction.atomic
def open_mass_case(*, actor: Actor, title: str, complaint_ids: list[int]) -> MassCase:
    """建立群体性投诉: complaints of many against one institution, negotiated once, offered to each."""
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
    if any(complaint.state in BEFORE_ACCEPTANCE or complaint.mass_case_id for complaint in complaints):
        raise Refused(_("只能合并已受理、且不在其他群体性投诉中的投诉。"))
    refuse_personal(*complaints, title=named)
    case = MassCase.objects.create(
        institution_id=only,
        title=named,
        opened_by_id=actor.person_id,
        opened_at=clock.now(),
    )
    Complaint.objects.filter(pk__in=[complaint.pk for complaint in complaints]).update(mass_case=case)
    record(actor, "open_mass_case", case, complaints=len(complaints))
    _tell_institution(
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
    return [
        _same_offer(case, complaints[pk], amount, pay_by, open_until, said)
        or make_offer(actor, complaints[pk], amount, pay_by, open_until, said, case)
        for pk, amount in sorted(amounts_fen.items())
    ]


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
    _tell_institution(
        case,
        "ended",
        gettext_noop("群体性投诉的协商已结束"),
        gettext_noop("没有和解的投诉逐件继续办理；已接受的方案请按期付款。"),
    )
    return case


def _tell_institution(case: MassCase, event: str, subject: str, body: str, **values: Any) -> None:
    """``subject`` and ``body`` are marked with ``gettext_noop``; what is written stays in Chinese."""
    notify(
        f"mass-case-{case.pk}-{event}",
        people_of(institution_id=case.institution_id),
        subject=Said(subject, **values),
        body=Said(body, **values),
        path=f"/desk/complaints/mass/{case.pk}/",
    )


def _lock_mass_case(actor: Actor, mass_case_id: int) -> MassCase:
    found: MassCase | None = (
        mass_cases_visible_to(actor).select_for_update(of=("self",)).filter(pk=mass_case_id).first()
    )
    if found is None:
        raise NotFound(_("没有这件群体性投诉。"))
    return found
