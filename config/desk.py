"""工作台: what waits for the person who is signed in, put together from the apps."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from association import clock
from association.access import MAY, deadlines_visible_to, notices_visible_to
from association.actors import Actor
from association.choices import COMMITTEE_ROLES, INSTITUTION_ROLES, REVIEWER_ROLES, STAFF_ROLES, Channel, Role
from association.clock_queue import due_now, of_institutions
from association.clock_rows import case_name, here_of
from association.counts import counts_of
from association.guards import signed_in
from association.language import translated
from association.middleware import PortalRequest
from association.rules.clock import end_of_day
from config.dashboard import waiting_items
from config.second_person import BREACHES, KINDS, PAPERS, counts_to_confirm, place_of, to_confirm
from credit_rating.access import MAY as RATING
from credit_rating.choices import AssignmentState, Stage
from credit_rating.queries import expert_review as judging
from credit_rating.queries import waiting
from members.access import MAY as JOINING
from members.queries import desk as joining

MOST_SHOWN = 20
MOST_NOTICES = 5


@dataclass(frozen=True, slots=True)
class Task:
    """待办: one thing, where it is done, and until when."""

    title: str
    what: str
    href: str
    due: datetime | None = None
    done: int | None = None
    total: int | None = None
    count: int | None = None


@signed_in
@require_safe
def desk(request: PortalRequest) -> HttpResponse:
    """What waits for this person, by role, and the latest notices."""
    actor = request.actor
    context = {
        "groups": [(title, tasks) for title, tasks in _groups(actor) if tasks is not None],
        "notices": unread(actor)[:MOST_NOTICES],
        "roles": "、".join(str(Role(role).label) for role in sorted(actor.roles)),
        "staff_desk": reverse("admin:index") if actor.is_staff else "",
    }
    return render(request, "association/desk.html", context)


def unread(actor: Actor) -> QuerySet[Any]:
    return notices_visible_to(actor).filter(channel=Channel.DESK, read_at__isnull=True)


def _groups(actor: Actor) -> list[tuple[str, list[Task] | None]]:
    """None where the role has no such work at all."""
    roles = actor.roles
    return [
        (_("秘书处待办"), _to_run(actor) if Role.SECRETARIAT in roles else None),
        (_("机构待办"), _of_institution(actor) if roles & INSTITUTION_ROLES else None),
        (_("评审待办"), _to_review(actor) if roles & REVIEWER_ROLES else None),
        (_("评定待办"), _to_decide(actor) if roles & COMMITTEE_ROLES else None),
        (_("规范评审"), _to_judge(actor) or None),
        (_("理事会待办"), _to_vote(actor) if Role.COUNCIL in roles else None),
        (_("调解待办"), _to_mediate(actor) if Role.MEDIATOR in roles else None),
        (_("审计"), _to_audit() if Role.AUDITOR in roles else None),
    ]


def _to_run(actor: Actor) -> list[Task]:
    """The kinds of the staff desk's 今日待办 of which something waits, each with its count and its list."""
    return [
        Task(str(one.next), str(one.label), one.href, one.due, count=one.count)
        for one in waiting_items(actor)
    ]


def _of_institution(actor: Actor) -> list[Task]:
    """Everything that 今日钟表 counts for the institution is among these, and what has no term besides."""
    sheets = list(waiting.with_terms(waiting.to_fill_in(actor))[:MOST_SHOWN])
    joined = list(joining.to_finish(actor)[:MOST_SHOWN])
    others = _other_terms(actor, {row.pk for row in sheets}, {row.pk for row in joined})
    tasks = [*map(_join, joined), *map(_fill_in, sheets), *others]
    return sorted(tasks, key=lambda task: (task.due is None, task.due or clock.now()))


def _other_terms(actor: Actor, sheets: set[int], joined: set[int]) -> list[Task]:
    """Answers to complaints, contributions and the like; of the rating only what is due and not listed already.

    A grade's validity runs for years: it is no work before its last day.
    """
    rows = of_institutions(actor).exclude(case_kind=RATING_CASE, case_id__in=sheets)
    rows = rows.exclude(case_kind=JOINING_CASE, case_id__in=joined)
    ahead = Q(case_kind=RATING_CASE, ends_at__gt=end_of_day(clock.today()))
    found = list(rows.exclude(ahead)[: MOST_SHOWN + 1])
    tasks = [
        Task(
            case_name(row.case_title), translated(row.action), here_of(row) or reverse("clocks"), row.ends_at
        )
        for row in found[:MOST_SHOWN]
    ]
    more = [Task(_("其余期限"), _("今日钟表"), reverse("clocks"))] if len(found) > MOST_SHOWN else []
    return tasks + more


RATING_CASE, JOINING_CASE = "rating", "application"


def _join(row: Any) -> Task:
    """入会申请 that waits for the institution."""
    return Task(
        f"{row.institution} · {_('入会申请')}",
        str(row.get_state_display()),
        reverse("membership_application", args=[row.pk]),
    )


def _to_vote(actor: Actor) -> list[Task]:
    return [
        Task(
            f"{row.get_matter_display()} · {row.institution}",
            _("参加表决"),
            reverse("council_vote", args=[row.pk]),
            row.ends_at,
        )
        for row in joining.to_vote(actor)[:MOST_SHOWN]
    ]


def _fill_in(row: Any) -> Task:
    title, here = f"{row.institution} · {row.round}", reverse("assessment", args=[row.pk])
    match row.stage:
        case Stage.INVITED:
            return Task(title, _("开始自评"), here, row.closes_at)
        case Stage.SELF_ASSESSING:
            sheet = reverse("self_assessment", args=[row.pk])
            return Task(title, _("填写自评"), sheet, row.closes_at, row.rows_done, row.rows_total)
        case Stage.SUPPLEMENT:
            return Task(title, _("补正材料"), here, row.supplement_due)
    due = max(notice.due_at for notice in row.prior_notices.all())
    return Task(title, _("阅读事先告知，可以申辩"), here, due)


def _to_mediate(actor: Actor) -> list[Task]:
    """What runs for the mediator by name, the nearest end first."""
    rows = deadlines_visible_to(actor).filter(owner_user_id=actor.user_id, stopped_at__isnull=True)
    rows = rows.exclude(case_path="").order_by("ends_at", "pk")[:MOST_SHOWN]
    return [
        Task(case_name(row.case_title), translated(row.action), here_of(row), row.ends_at) for row in rows
    ]


def _to_review(actor: Actor) -> list[Task]:
    return [_review(row) for row in waiting.to_review(actor)[:MOST_SHOWN]]


def _review(row: Any) -> Task:
    title = f"{row.assessment.institution} · {row.assessment.round}"
    if row.state == AssignmentState.DECLARED:
        return Task(title, _("评分"), reverse("review_sheet", args=[row.assessment_id]))
    return Task(title, _("声明有无利害关系"), reverse("assignments"))


def _to_judge(actor: Actor) -> list[Task]:
    return [
        Task(str(row), _("填写评审意见"), reverse("expert_review", args=[row.pk]))
        for row in judging.to_judge(actor)[:MOST_SHOWN]
    ]


def _to_decide(actor: Actor) -> list[Task]:
    tasks = [
        Task(f"{row.institution} · {row.round}", _decision(row), reverse("determination", args=[row.pk]))
        for row in waiting.to_decide(actor)[:MOST_SHOWN]
    ]
    publications = [Task(str(row), _("批准公布"), _round_table(row)) for row in waiting.to_publish(actor)]
    computing = [_compute(row) for row in waiting.to_compute(actor)]
    return _to_confirm(actor) + publications + computing + tasks


def _to_confirm(actor: Actor) -> list[Task]:
    """等待第二人, for whom no list of the secretariat has it already."""
    if Role.SECRETARIAT in actor.roles:
        return []
    counts = counts_to_confirm(actor)
    return [
        Task(str(then), str(label), place_of(page, chosen), count=counts[kind])
        for kind, label, then, page, chosen in KINDS
        if counts[kind]
    ]


def _compute(row: Any) -> Task:
    return Task(str(row), _("已复评%(count)d家，待计算与评定") % {"count": row.reviewed}, _round_table(row))


def _round_table(row: Any) -> str:
    return reverse("committee_round", args=[row.pk])


def _to_audit() -> list[Task]:
    """Nothing is asked of an auditor: where to read."""
    trail = reverse("admin:association_auditentry_changelist")
    return [
        Task(_("谁在何时办理、查阅了什么"), _("办理记录"), trail),
        Task(_("轮次、评估与公布，只读"), _("秘书处工作台"), reverse("admin:index")),
    ]


def _decision(row: Any) -> str:
    if row.waits_objection:
        return _("处理异议")
    if row.waits_defence:
        return _("答复申辩")
    return _("第二人签署") if row.waits_countersign else _("确认评定")


def desk_items(request: HttpRequest) -> list[tuple[str, str, bool, int]]:
    """Label, address, whether this page belongs there, and how much waits there."""
    actor, here = request.actor, request.path_info  # type: ignore[attr-defined]
    return [
        (label, reverse(name), here == root if name == "desk" else here.startswith(root), count)
        for label, name, root, shown, count in _places(actor, _counts(actor))
        if shown
    ]


def _places(actor: Actor, counts: Counter[str]) -> list[tuple[str, str, str, bool, int]]:
    """Label, name of the address, where it begins, whether it is for this person, and how much waits there."""
    acts, reviews = bool(actor.roles & INSTITUTION_ROLES), bool(actor.roles & REVIEWER_ROLES)
    judges, taken_over = actor.may(RATING, "give_expert_opinion"), counts["corrections"] + counts["imports"]
    papers, breaches = actor.may(JOINING, "confirm_paper_signature"), actor.may(JOINING, "decide_breach")
    posts = counts["appointments"] + counts["endings"]
    seals, appoints = actor.may(MAY, "approve_original"), actor.may(MAY, "confirm_appointment")
    return [
        (_("工作台"), "desk", "/desk/", True, 0),
        (_("今日钟表"), "clocks", "/desk/clocks/", True, counts["due"]),
        (_("我的评估"), "assessments", "/desk/rating/", acts, counts["filled"]),
        (_("我的评审"), "assignments", "/desk/review/", reviews, counts["reviewed"]),
        (_("规范评审"), "expert_reviews", "/desk/standards/", judges, counts["judged"]),
        (_("综合评定"), "committee", "/desk/committee/", bool(actor.roles & _DECIDE), counts["decided"]),
        (_("封存原件"), "originals", "/desk/originals/", actor.is_staff or seals, 0),
        (_("会籍"), "membership", "/desk/membership/", acts, 0),
        (_("自律公约"), "pledge_desk", "/desk/pledge/", acts, 0),
        (_("会费"), "own_dues", "/desk/dues/", acts, 0),
        (_("理事会表决"), "council_votes", "/desk/council/", bool(actor.roles & _COUNCIL), 0),
        (_("任职确认"), "waiting_appointments", "/desk/appointments/", appoints, posts),
        (
            _("历史结果"),
            "corrections",
            "/desk/corrections/",
            actor.may(RATING, "confirm_correction"),
            taken_over,
        ),
        (_("纸质签署"), PAPERS, "/admin/members/pledgepaper/", papers, counts["papers"]),
        (_("公约违约"), BREACHES, "/admin/members/pledgebreach/", breaches, counts["breaches"]),
        (_("投诉"), "cases", "/desk/complaints/", bool(actor.roles & _CASES), 0),
        (_("通知"), "notices", "/desk/notices/", True, counts["unread"]),
        (_("登录与安全"), "mfa_index", "/accounts/2fa/", True, 0),
    ]


_CASES = STAFF_ROLES | INSTITUTION_ROLES | {Role.MEDIATOR}
_COUNCIL = STAFF_ROLES | {Role.COUNCIL}
_DECIDE = COMMITTEE_ROLES | STAFF_ROLES


def _counts(actor: Actor) -> Counter[str]:
    """One query, whatever the roles; what a role has no page for is not asked."""
    asked: dict[str, QuerySet[Any]] = {"unread": unread(actor), "due": due_now(actor)} | to_confirm(actor)
    if actor.roles & INSTITUTION_ROLES:
        asked["filled"] = waiting.to_fill_in(actor)
    if actor.roles & REVIEWER_ROLES:
        asked["reviewed"] = waiting.to_review(actor)
    if actor.may(RATING, "give_expert_opinion"):
        asked["judged"] = judging.to_judge(actor)
    if actor.roles & _DECIDE:
        asked |= {"determined": waiting.to_decide(actor), "computed": waiting.to_compute(actor)}
        asked |= {"published": waiting.to_publish(actor)}
    found = Counter(counts_of(asked))
    found["decided"] = found["determined"] + found["computed"] + found["published"]
    return found
