"""等待第二人: what somebody else proposed and only another person can confirm, for the first pages and the menu."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from association.actors import Actor
from association.appointments import appointments_to_confirm
from association.counts import counts_of
from association.endings import endings_to_confirm
from complaints.queries.figures import figures_to_confirm
from complaints.queries.receipts import receipts_to_confirm
from credit_rating.queries.corrections import corrections_to_confirm, imports_to_confirm
from members.queries.breach import decisions_to_make
from members.queries.dues import slips_to_confirm
from members.queries.pledge import papers_to_confirm

PAPERS, BREACHES = "admin:members_pledgepaper_changelist", "admin:members_pledgebreach_changelist"
SLIPS = "admin:members_duesslip_changelist"
# Kind, what waits, the next step, the page where it is done, and what of its list is chosen.
KINDS = (
    ("appointments", gettext_lazy("任职等待第二人确认"), gettext_lazy("核对后确认"), "waiting_appointments", ""),
    ("endings", gettext_lazy("任职的终止等待第二人确认"), gettext_lazy("核对后确认"), "waiting_appointments", ""),
    ("corrections", gettext_lazy("历史结果的更正等待第二人确认"), gettext_lazy("核对后确认"), "corrections", ""),
    ("imports", gettext_lazy("历史结果的导入等待第二人确认"), gettext_lazy("核对后确认"), "corrections", ""),
    ("papers", gettext_lazy("纸质签署等待第二人核对"), gettext_lazy("对照扫描件核对"), PAPERS, "state__exact=waiting"),
    ("breaches", gettext_lazy("公约违约的决定等待第二人作出"), gettext_lazy("作出决定或者退回"), BREACHES, "state__exact=proposed"),
    ("dues", gettext_lazy("会费凭单等待第二人确认"), gettext_lazy("核对后确认"), SLIPS, "state__exact=waiting"),
    ("figures", gettext_lazy("年度投诉统计的更正等待第二人确认"), gettext_lazy("核对后确认"), "figures_desk", ""),
    ("receipts", gettext_lazy("补发的查询码等待第二人确认"), gettext_lazy("核对身份后确认"), "receipts_desk", ""),
)  # fmt: skip


def to_confirm(actor: Actor) -> dict[str, QuerySet[Any]]:
    """By kind, what this person may confirm; nothing of it was proposed by them."""
    return {
        "appointments": appointments_to_confirm(actor),
        "endings": endings_to_confirm(actor),
        "corrections": corrections_to_confirm(actor),
        "imports": imports_to_confirm(actor),
        "papers": papers_to_confirm(actor),
        "breaches": decisions_to_make(actor),
        "dues": slips_to_confirm(actor),
        "figures": figures_to_confirm(actor),
        "receipts": receipts_to_confirm(actor),
    }


def place_of(page: str, chosen: str) -> str:
    """Where it is done, with what is chosen there."""
    return f"{reverse(page)}?{chosen}" if chosen else reverse(page)


def counts_to_confirm(actor: Actor) -> dict[str, int]:
    """One query, and none for those who confirm nothing."""
    return counts_of(to_confirm(actor))
