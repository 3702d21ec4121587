"""Words officials use, and the steps that may follow one another."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(TextChoices):
    ASSOCIATION = "association", _("社会团体")
    BRANCH = "branch", _("分支机构")


class Accent(TextChoices):
    """主色 of an association; each is defined with checked contrast in variables.css."""

    AZURITE = "azurite", _("石青")
    PINE = "pine", _("松绿")
    VERMILION = "vermilion", _("朱砂")
    INDIGO = "indigo", _("靛蓝")
    OCHRE = "ochre", _("赭石")
    INK = "ink", _("墨")


class Role(TextChoices):
    SECRETARIAT = "secretariat", _("秘书处")
    COMMITTEE_CHAIR = "committee_chair", _("评定委员会主任")
    COMMITTEE = "committee", _("评定委员会委员")
    COUNCIL = "council", _("理事会成员")
    DISTRICT_REVIEWER = "district_reviewer", _("区级评估员")
    ASSESSOR = "assessor", _("评估员")
    MEDIATOR = "mediator", _("调解员")
    AUDITOR = "auditor", _("审计员")
    INSTITUTION_ADMIN = "institution_admin", _("机构管理员")
    INSTITUTION_STAFF = "institution_staff", _("机构经办人")


INSTITUTION_ROLES = frozenset({Role.INSTITUTION_ADMIN, Role.INSTITUTION_STAFF})
COMMITTEE_ROLES = frozenset({Role.COMMITTEE_CHAIR, Role.COMMITTEE})
REVIEWER_ROLES = frozenset({Role.ASSESSOR, Role.DISTRICT_REVIEWER})
# Who may open the staff desk (the admin site); everyone else works at the desk.
STAFF_ROLES = frozenset({Role.SECRETARIAT, Role.AUDITOR})
# A second factor is asked of everyone who decides about others.
SECOND_FACTOR_ROLES = STAFF_ROLES | COMMITTEE_ROLES | REVIEWER_ROLES | {Role.MEDIATOR, Role.COUNCIL}
# Who decides, judges or binds an institution is appointed by one person and confirmed by another.
CONFIRMED_ROLES = SECOND_FACTOR_ROLES - {Role.AUDITOR} | {Role.INSTITUTION_ADMIN}


class DayKind(TextChoices):
    OFF = "off", _("放假")
    WORK = "work", _("调休上班")


class OwnDayKind(TextChoices):
    """What an association says of a day: over the shared calendar, or (SHARED) no longer anything of its own."""

    OFF = "off", _("放假")
    WORK = "work", _("调休上班")
    ORDINARY = "ordinary", _("按周计")
    SHARED = "shared", _("恢复共用日历")


# These name the holiday that they belong to.
DAYS_NAMED = frozenset({OwnDayKind.OFF, OwnDayKind.WORK})


class Unit(TextChoices):
    WORKING_DAY = "working_day", _("工作日")
    DAY = "day", _("日")
    MONTH = "month", _("个月")
    YEAR = "year", _("年")
    # 人数 that a rule sets: a number of people is no term, and no clock counts by it.
    PERSON = "person", _("人")


# What a clock counts by.
OF_TIME = frozenset({Unit.WORKING_DAY, Unit.DAY, Unit.MONTH, Unit.YEAR})


class Certainty(TextChoices):
    SOURCED = "sourced", _("有出处")
    CHARTER = "charter", _("协会自定")
    INFERENCE = "inference", _("推定")
    UNVERIFIED = "unverified", _("未核实")


# What may drive a clock as it stands; the others only after somebody has confirmed them by name.
CERTAIN = frozenset({Certainty.SOURCED, Certainty.CHARTER})


class Side(TextChoices):
    """轮到谁: whose turn it is. OUTSIDE is an authority, a court, an appraiser."""

    STAFF = "staff", _("秘书处")
    INSTITUTION = "institution", _("机构")
    COMPLAINANT = "complainant", _("投诉人")
    COMMITTEE = "committee", _("评定委员会")
    ASSESSOR = "assessor", _("评估员")
    OUTSIDE = "outside", _("外部单位")


class Channel(TextChoices):
    DESK = "desk", _("站内")
    MAIL = "mail", _("邮件")


class OutboxState(TextChoices):
    WAITING = "waiting", _("待办")
    DONE = "done", _("已完成")
    DEAD = "dead", _("已停办")


class JobState(TextChoices):
    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("未完成")


JOB_STEPS = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.FAILED}),
    JobState.RUNNING: frozenset({JobState.RUNNING, JobState.DONE, JobState.FAILED}),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset(),
}


class BatchState(TextChoices):
    """导入: a file that is looked at, and what was decided about it."""

    CHECKED = "checked", _("已试导入，待决定")
    LOADING = "loading", _("导入中")
    LOADED = "loaded", _("已导入")
    DISCARDED = "discarded", _("已放弃")


BATCH_STEPS = {
    BatchState.CHECKED: frozenset({BatchState.LOADING, BatchState.LOADED, BatchState.DISCARDED}),
    BatchState.LOADING: frozenset({BatchState.LOADED}),
    BatchState.LOADED: frozenset(),
    BatchState.DISCARDED: frozenset(),
}


class OriginalRequestState(TextChoices):
    WAITING = "waiting", _("待批准")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("未批准")


ORIGINAL_REQUEST_STEPS = {
    OriginalRequestState.WAITING: frozenset({OriginalRequestState.APPROVED, OriginalRequestState.REFUSED}),
    OriginalRequestState.APPROVED: frozenset(),
    OriginalRequestState.REFUSED: frozenset(),
}


class PledgeState(TextChoices):
    """自律公约的版本: adopted by the general meeting, in force from its day on, until the next is."""

    DRAFT = "draft", _("草稿")
    ADOPTED = "adopted", _("已通过，尚未生效")
    IN_FORCE = "in_force", _("现行有效")
    SUPERSEDED = "superseded", _("已被替代")
    DROPPED = "dropped", _("已放弃")


PLEDGE_STEPS = {
    PledgeState.DRAFT: frozenset({PledgeState.ADOPTED, PledgeState.DROPPED}),
    # One that another overtakes before its day never comes into force.
    PledgeState.ADOPTED: frozenset({PledgeState.IN_FORCE, PledgeState.SUPERSEDED}),
    PledgeState.IN_FORCE: frozenset({PledgeState.SUPERSEDED}),
    PledgeState.SUPERSEDED: frozenset(),
    PledgeState.DROPPED: frozenset(),
}


class QueuePart(TextChoices):
    """今日钟表: the parts of the list, in their order."""

    OVERDUE = "overdue", _("已逾期")
    TODAY = "today", _("今天到期")
    WEEK = "week", _("本周到期")
    LATER = "later", _("以后到期")
    WAITING = "waiting", _("等待他人")


# 事项类别 of a deadline; who starts clocks for another kind names it here.
CASE_KINDS = {
    "complaint": pgettext_lazy("一件", "投诉"),
    "mass": _("集体投诉"),
    "lead": pgettext_lazy("一件", "线索"),
    "hearing": _("听取机构的意见"),
    "rating": _("评估"),
    "public_notice": _("公示"),
    "objection": _("异议"),
    "application": _("入会申请"),
    "council_vote": _("理事会表决"),
    "membership": _("会籍"),
    "breach": _("公约违约"),
    "dues_resolution": pgettext_lazy("one", "会费标准决议"),
    "dues": pgettext_lazy("one", "会费通知"),
    "dues_account": _("年度会费收支表"),
    "listing": _("红黑榜"),
}
