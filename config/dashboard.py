"""The first page of the staff desk, and its side navigation."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from association import clock
from association.actors import Actor
from association.choices import STAFF_ROLES, QueuePart, Role
from association.clock_queue import part_counts
from association.moments import last_day
from association.queries import work_counts
from config.second_person import KINDS, counts_to_confirm, place_of
from credit_rating.access import assessments_visible_to
from credit_rating.queries.staff_queue import queue_counts

SOON = timedelta(days=2)
# Code, what waits, and the next step; in the order of a round.
STEPS = (
    ("unanswered", gettext_lazy("尚未开始自评的机构"), gettext_lazy("截止后记为未申报")),
    ("unassigned", gettext_lazy("已提交，等待指派评估员"), gettext_lazy("核对回避并指派")),
    ("supplements", gettext_lazy("补正中"), gettext_lazy("到期按现有材料评审")),
    ("reviewed", gettext_lazy("评审意见已齐"), gettext_lazy("结束评审")),
    ("to_compute", gettext_lazy("评审已结束，尚未计分"), gettext_lazy("计算全轮")),
    ("to_tell", gettext_lazy("拟定不利等级，尚未告知"), gettext_lazy("发出事先告知")),
    (
        "unreached",
        gettext_lazy("评估中的机构没有可以联系的人员"),
        gettext_lazy("聘任机构管理员，或者书面送达"),
    ),
    ("defended", gettext_lazy("申辩等待委员会答复"), gettext_lazy("提醒委员会")),
    ("heard", gettext_lazy("申辩期满或已答复"), gettext_lazy("纳入公示")),
    ("on_notice", gettext_lazy("公示中"), gettext_lazy("期满后提请公布")),
    ("disputed", gettext_lazy("有未处理的异议"), gettext_lazy("委员会按期答复")),
    ("to_propose", gettext_lazy("公示期满，等待提请公布"), gettext_lazy("提请公布")),
    ("to_approve", gettext_lazy("已提请，等待委员会主任批准"), gettext_lazy("由另一人批准")),
)
CLOCKS = (
    (QueuePart.OVERDUE, gettext_lazy("已逾期的期限"), gettext_lazy("立即办理")),
    (QueuePart.TODAY, gettext_lazy("今天到期的期限"), gettext_lazy("今天办理")),
    (QueuePart.WEEK, gettext_lazy("本周到期的期限"), gettext_lazy("安排办理")),
)
WORK = (
    ("running", gettext_lazy("进行中的作业"), gettext_lazy("查看进度"), "admin:association_job_changelist", "unfinished=yes"),
    ("dead", gettext_lazy("停办的后台作业"), gettext_lazy("查明原因后重新安排"), "admin:association_outboxjob_changelist", "state__exact=dead"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of 今日待办."""

    label: Any
    next: Any
    count: int
    href: str
    due: datetime | None
    tone: str
    when: str


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What waits, each leading to the list it counts, and by name what does not."""
    items = _items(request.actor)  # type: ignore[attr-defined]
    quiet = [item.label for item in items if not item.count]
    return context | {"waiting": _in_order(items), "quiet": quiet, "today": clock.today()}


def waiting_items(actor: Actor) -> list[Waiting]:
    """今日待办 of the secretariat: the kinds of which something waits, the nearest end first."""
    return _in_order(_items(actor))


def _items(actor: Actor) -> list[Waiting]:
    """Counts in four queries."""
    return [*_of_clocks(actor), *_to_confirm(actor), *_of_rounds(actor), *_of_work()]


def _in_order(items: list[Waiting]) -> list[Waiting]:
    return sorted(
        (item for item in items if item.count), key=lambda one: (one.due is None, one.due or clock.now())
    )


def _of_clocks(actor: Actor) -> list[Waiting]:
    """今日钟表: what is overdue, ends today or this week, of all kinds of cases."""
    address = reverse("clocks")
    found = part_counts(actor)
    return [
        _waiting(label, then, f"{address}?part={part}", found[part], None, alarming=part == QueuePart.OVERDUE)
        for part, label, then in CLOCKS
    ]


def _of_rounds(actor: Actor) -> list[Waiting]:
    counts = queue_counts(assessments_visible_to(actor))
    address = reverse("admin:credit_rating_assessment_changelist")
    return [
        _waiting(label, then, f"{address}?waits={code}", *counts.get(code, (0, None)))
        for code, label, then in STEPS
    ]


def _to_confirm(actor: Actor) -> list[Waiting]:
    """等待第二人: only what this person may confirm."""
    counts = counts_to_confirm(actor)
    return [
        _waiting(label, then, place_of(page, chosen), counts[kind], None)
        for kind, label, then, page, chosen in KINDS
    ]


def _of_work() -> list[Waiting]:
    counts = work_counts()
    found = []
    for code, label, then, page, chosen in WORK:
        found.append(
            _waiting(label, then, f"{reverse(page)}?{chosen}", counts[code], None, alarming=code == "dead")
        )
    return found


def _waiting(
    label: Any, then: Any, href: str, count: int, due: datetime | None, *, alarming: bool = False
) -> Waiting:
    tone, when = "", ""
    if due is not None:
        left = due - clock.now()
        tone = "danger" if left <= timedelta(0) else "warn" if left <= SOON else ""
        when = _in_days(due)
    return Waiting(label, then, count, href, due, "danger" if alarming else tone, when)


def _in_days(due: datetime) -> str:
    days = (last_day(due) - clock.today()).days
    if due <= clock.now():
        return _("已到期")
    return _("今天到期") if days == 0 else _("还有%(days)d天") % {"days": days}


GROUPS = (
    (
        None,
        (
            ("today", gettext_lazy("今日待办"), "admin:index"),
            ("alarm", gettext_lazy("今日钟表"), "clocks"),
        ),
    ),
    (
        gettext_lazy("诚信等级评估"),
        (
            ("flag", gettext_lazy("评估轮次"), "admin:credit_rating_round_changelist"),
            ("fact_check", pgettext_lazy("many", "评估"), "admin:credit_rating_assessment_changelist"),
            ("gavel", pgettext_lazy("many", "异议"), "admin:credit_rating_objection_changelist"),
            (
                "workspace_premium",
                pgettext_lazy("many", "公布"),
                "admin:credit_rating_publication_changelist",
            ),
            ("rule", gettext_lazy("评估规范"), "admin:credit_rating_assessmentstandard_changelist"),
            ("history", gettext_lazy("历史结果"), "admin:credit_rating_historicalresult_changelist"),
        ),
    ),
    (
        gettext_lazy("投诉与线索"),
        (
            ("support_agent", gettext_lazy("投诉"), "admin:complaints_complaint_changelist"),
            ("flag_circle", gettext_lazy("违法违规线索"), "admin:complaints_lead_changelist"),
        ),
    ),
    (
        gettext_lazy("机构与人员"),
        (
            ("school", gettext_lazy("培训机构"), "admin:members_institution_changelist"),
            (
                "group_add",
                pgettext_lazy("many", "入会申请"),
                "admin:members_membershipapplication_changelist",
            ),
            ("how_to_vote", gettext_lazy("理事会表决"), "admin:members_councilvote_changelist"),
            ("card_membership", pgettext_lazy("many", "会籍"), "admin:members_membershipterm_changelist"),
            ("workspaces", gettext_lazy("职务任期"), "admin:members_officeterm_changelist"),
            ("upload_file", pgettext_lazy("many", "会员工作簿"), "admin:members_memberbook_changelist"),
            ("handshake", gettext_lazy("自律公约"), "admin:association_pledgeversion_changelist"),
            ("report", gettext_lazy("公约违约"), "admin:members_pledgebreach_changelist"),
            ("draw", gettext_lazy("签署仪式"), "admin:members_pledgeceremony_changelist"),
            ("scan", gettext_lazy("纸质签署"), "admin:members_pledgepaper_changelist"),
            ("fact_check", gettext_lazy("公约签署"), "admin:members_pledgesignature_changelist"),
            ("badge", gettext_lazy("任职"), "admin:association_appointment_changelist"),
        ),
    ),
    (
        gettext_lazy("会费"),
        (
            ("gavel", pgettext_lazy("many", "会费标准决议"), "admin:members_duesresolution_changelist"),
            ("receipt_long", pgettext_lazy("many", "会费通知"), "admin:members_duesinvoice_changelist"),
            ("payments", pgettext_lazy("many", "会费收款"), "admin:members_duesreceipt_changelist"),
            (
                "account_balance",
                pgettext_lazy("many", "银行流水文件"),
                "admin:members_duesstatement_changelist",
            ),
            ("approval", pgettext_lazy("many", "会费凭单"), "admin:members_duesslip_changelist"),
            ("summarize", pgettext_lazy("many", "年度会费收支表"), "admin:members_duesaccount_changelist"),
        ),
    ),
    (
        gettext_lazy("退费计算"),
        (
            (
                "calculate",
                pgettext_lazy("many", "退费计算"),
                "admin:prepaid_escrow_refundcalculation_changelist",
            ),
            ("percent", gettext_lazy("退费利率"), "admin:prepaid_escrow_interestrate_changelist"),
            ("balance", gettext_lazy("退费规则版本"), "admin:prepaid_escrow_refundruleversion_changelist"),
        ),
    ),
    (
        gettext_lazy("办理与期限"),
        (
            ("receipt_long", gettext_lazy("办理记录"), "admin:association_auditentry_changelist"),
            ("lock", gettext_lazy("附件与原件"), "admin:association_attachment_changelist"),
            ("notifications", gettext_lazy("通知"), "admin:association_notice_changelist"),
            ("hourglass_top", gettext_lazy("作业进度"), "admin:association_job_changelist"),
            ("sync", gettext_lazy("待办作业"), "admin:association_outboxjob_changelist"),
            ("hourglass_empty", pgettext_lazy("many", "期限"), "admin:association_deadline_changelist"),
            ("timer", gettext_lazy("期限规则"), "admin:association_deadlinerule_changelist"),
            ("percent", gettext_lazy("章程参数"), "admin:association_charterrule_changelist"),
            ("calendar_month", gettext_lazy("放假与调休"), "admin:association_calendarday_changelist"),
            (
                "edit_calendar",
                gettext_lazy("本协会登记的放假与调休"),
                "admin:association_owncalendarday_changelist",
            ),
            ("schedule", gettext_lazy("办公时间与提醒"), "admin:association_workinghours_changelist"),
        ),
    ),
)


# Lists that some of those who may come in do not open (``open_to`` of the list refuses them by itself).
KEPT_FROM = {"admin:association_attachment_changelist": frozenset({Role.AUDITOR})}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The same for everyone who may come in but for what an auditor does not open; not to act means no button."""
    roles = request.actor.roles & STAFF_ROLES  # type: ignore[attr-defined]
    return [
        {
            "title": title,
            "items": [
                {"icon": icon, "title": label, "link": reverse(page)}
                for icon, label, page in items
                if roles - KEPT_FROM.get(page, frozenset())
            ],
        }
        for title, items in GROUPS
    ]


def mark(_request: HttpRequest) -> str:
    return static("img/mark.svg")
