"""调解协议书与告知书 as tagged PDFs. Persons appear masked, but in the institution's copy of an agreement, which
names all whom it binds: its case page gives it the same.
"""

from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from association.deadlines import count, rule_in_force
from association.models import Association
from association.rules.clock import beijing
from common.pdf import render_pdf
from complaints.choices.complaints import (
    Audience,
    DecisionKind,
    Party,
    PersonKind,
    RefusalGround,
    Target,
    TerminationGround,
)
from complaints.models import Agreement, Complaint, Decision, Instalment, Signature
from complaints.queries.people import masked, masked_people, name_of, signer_of
from complaints.queries.shown import Words, named_people
from complaints.rules.money import in_yuan

LANGUAGE, CONFIRM_IN_COURT = "zh-hans", "JUDICIAL-CONFIRM"
TITLES = {
    DecisionKind.REFUSE: "不予受理告知书",
    DecisionKind.TRANSFER: "转办告知书",
    DecisionKind.TERMINATE: "终止调解告知书",
}


def agreement_pdf(agreement: Agreement, reader: Party) -> bytes:
    """调解协议书 to be signed, or as both signed it: the same agreement gives the same bytes."""
    with override(LANGUAGE):
        html = render_to_string("complaints/agreement.html", _agreement(agreement, reader))
        return as_pdf(html, f"{_('调解协议书')} {agreement.complaint.number}", agreement.text_sha256)


def letter_pdf(decision: Decision) -> bytes:
    """告知书 of a refusal, a transfer or the end of a mediation, with ground, reasons and what can be done now."""
    with override(LANGUAGE):
        title = TITLES[DecisionKind(decision.kind)]
        html = render_to_string("complaints/letter.html", _letter(decision, title))
        return as_pdf(html, f"{title} {decision.complaint.number}", f"decision-{decision.pk}")


def agreement_file_name(agreement: Agreement, reader: Party) -> str:
    """Which of the four papers it is stands in its name."""
    copy = _("机构联") if reader == Party.INSTITUTION else _("投诉人联")
    pending = "" if agreement.signed_at else f"-{_('待签署')}"
    return f"{_('调解协议书')}{pending}-{copy}-{agreement.complaint.number}.pdf"


def letter_file_name(decision: Decision) -> str:
    return f"{TITLES[DecisionKind(decision.kind)]}-{decision.complaint.number}.pdf"


def _agreement(agreement: Agreement, reader: Party) -> dict[str, Any]:
    complaint = agreement.complaint
    paid = [
        {"position": row.position, "due_on": row.due_on, "amount": in_yuan(row.amount_fen)}
        for row in Instalment.objects.filter(agreement=agreement).order_by("position")
    ]
    return head(agreement.association_id, complaint) | {
        "title": _("调解协议书"),
        "agreement": agreement,
        "paragraphs": agreement.text.split("\n"),
        "amount": in_yuan(agreement.amount_fen),
        "payments": paid,
        "complainants": _bound(complaint, reader),
        "signatures": _signatures(agreement, reader),
        "pending": agreement.signed_at is None,
        "mediator": agreement.mediator.name,
        "confirmation": _confirmation(agreement),
    }


def _bound(complaint: Complaint, reader: Party) -> str:
    """Everybody whom it binds: whole for the other side of their contracts, masked for whoever has the code."""
    if reader == Party.INSTITUTION:
        return "、".join(one.titled for one in named_people(complaint) if one.name)
    return _masked_names(complaint)


def _masked_names(complaint: Complaint) -> str:
    people = masked_people([complaint])[complaint.pk]
    return "、".join(one.name for one in people if one.kind != PersonKind.AGENT)


def _signatures(agreement: Agreement, reader: Party) -> list[dict[str, Any]]:
    """A line for each side, with who signs there and, where it is done, how and when."""
    done = {one.party: one for one in Signature.objects.filter(agreement=agreement)}
    lines = []
    for side in Party:
        one = done.get(side)
        lines.append(
            {
                "party": side.label,
                "name": _signs_there(agreement, side, reader),
                "method": one.get_method_display() if one else "",
                "at": beijing(one.signed_at) if one else None,
            }
        )
    return lines


def _signs_there(agreement: Agreement, side: Party, reader: Party) -> str:
    """The complainant's whole name is for the institution alone: who has found a receipt code learns no name by it.

    Where several complain the representative signs for all of them, and the line says so.
    """
    complaint = agreement.complaint
    if side == Party.INSTITUTION:
        return complaint.institution.name if complaint.institution else complaint.respondent_name
    person = signer_of(complaint)
    name = name_of(person) if reader == Party.INSTITUTION else masked(person).name
    return _("%(name)s（代表全体投诉人）") % {"name": name} if person.is_representative else name


def _confirmation(agreement: Agreement) -> dict[str, Any] | None:
    """司法确认 of what a people's mediation committee mediated: until when both may ask for it, and by which article."""
    if agreement.committee_id is None or agreement.signed_at is None:
        return None
    rule = rule_in_force(CONFIRM_IN_COURT, beijing(agreement.signed_at).date())
    due = count(rule, agreement.signed_at)
    return {"until": due.on, "provisional": due.provisional, "citation": rule.citation}


def _letter(decision: Decision, title: str) -> dict[str, Any]:
    complaint = decision.complaint
    words = Words(complaint, Audience.INSTITUTION, for_both_sides=True)
    reason = words.of(Target.DECISION, decision.pk, decision.reason)
    return head(decision.association_id, complaint) | {
        "title": title,
        "decision": decision,
        "ground": _ground(decision),
        "paragraphs": reason.split("\n"),
        "decided_on": beijing(decision.decided_at).date(),
        "is_refusal": decision.kind == DecisionKind.REFUSE,
        "is_termination": decision.kind == DecisionKind.TERMINATE,
    }


def _ground(decision: Decision) -> str:
    grounds = RefusalGround if decision.kind == DecisionKind.REFUSE else TerminationGround
    return str(grounds(decision.ground).label) if decision.ground else ""


def head(association_id: int, complaint: Any) -> dict[str, Any]:
    """Who writes, about which case, and the sides of it with the people masked."""
    return {
        "association": Association.objects.select_related("parent").get(pk=association_id),
        "complaint": complaint,
        "complainants": _masked_names(complaint),
        "respondent": complaint.institution or complaint.respondent_name,
        "received_on": beijing(complaint.received_at).date(),
    }


def as_pdf(html: str, title: str, identifier: str) -> bytes:
    """In the style of a letter."""
    style = Path(str(finders.find("css/letter.css"))).read_text(encoding="utf-8")
    return render_pdf(html, style, {}, title=title, lang="zh-Hans", identifier=identifier.encode())
