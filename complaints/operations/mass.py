"""群体性投诉: one negotiation with one institution; every person keeps a file, an offer and an answer of the own."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.audit import record
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from common.text import one_line, paragraphs
from complaints.access.complaints import MAY, complaints_visible_to, mass_cases_visible_to
from complaints.choices.complaints import BEFORE_ACCEPTANCE, MassState
from complaints.models import Complaint, MassCase, Offer
from complaints.operations.cases import required_text
from complaints.operations.moves import move_mass_case
from complaints.operations.replies import LONGEST_REPLY, make_offer
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
    case = MassCase.objects.create(
        institution_id=only,
        title=named,
        opened_by_id=actor.person_id,
        opened_at=clock.now(),
    )
    Complaint.objects.filter(pk__in=[complaint.pk for complaint in complaints]).update(mass_case=case)
    record(actor, "open_mass_case", case, complaints=len(complaints))
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
    """按人提出方案 in a mass case: an amount for each complaint, all of them or none. Faults are named by complaint."""
    actor.require(MAY, "offer")
    case = _lock_mass_case(actor, mass_case_id)
    if case.institution_id not in actor.institution_ids:
        raise Forbidden(_("您的角色不能办理此事。"))
    rows = Complaint.objects.select_for_update(of=("self",)).select_related("institution")
    complaints = {row.pk: row for row in rows.filter(mass_case=case).order_by("pk")}
    wrong = {str(pk): _("这件投诉不在群体性投诉中。") for pk in amounts_fen if pk not in complaints}
    for pk, complaint in complaints.items():
        if pk in amounts_fen and (why := wrong_amount(amounts_fen[pk], complaint.paid_fen)):
            wrong[str(pk)] = f"{complaint.number}：{why}"
    if wrong:
        raise InvalidInput(_("有%(many)s个金额不对，方案没有发出。") % {"many": len(wrong)}, wrong)
    return [
        make_offer(actor, complaints[pk], amount, pay_by, open_until, paragraphs(terms), case)
        for pk, amount in sorted(amounts_fen.items())
    ]


@transaction.atomic
def end_mass_case(*, actor: Actor, mass_case_id: int, notes: str) -> MassCase:
    """结束协商: each complaint goes on, or has come to its end, by itself."""
    actor.require(MAY, "open_mass_case")
    case = _lock_mass_case(actor, mass_case_id)
    move_mass_case(case, MassState.ENDED, ended_at=clock.now(), notes=paragraphs(notes)[:LONGEST_REPLY])
    record(actor, "end_mass_case", case)
    return case


def _lock_mass_case(actor: Actor, mass_case_id: int) -> MassCase:
    found: MassCase | None = (
        mass_cases_visible_to(actor).select_for_update(of=("self",)).filter(pk=mass_case_id).first()
    )
    if found is None:
        raise NotFound(_("没有这件群体性投诉。"))
    return found
