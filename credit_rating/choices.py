"""Words of 诚信等级评估 and the step tables of standards, rounds and assessments."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class StandardState(TextChoices):
    DRAFT = "draft", _("编制中")
    EXPERT_REVIEW = "expert_review", _("专家评审")
    FROZEN = "frozen", _("已定稿")
    RETIRED = "retired", _("已停用")


STANDARD_STEPS = {
    StandardState.DRAFT: frozenset({StandardState.EXPERT_REVIEW}),
    StandardState.EXPERT_REVIEW: frozenset({StandardState.DRAFT, StandardState.FROZEN}),
    StandardState.FROZEN: frozenset({StandardState.RETIRED}),
    StandardState.RETIRED: frozenset(),
}


class Verdict(TextChoices):
    AGREE = "agree", _("同意")
    AGREE_WITH_CHANGES = "agree_with_changes", _("修改后同意")
    DISAGREE = "disagree", _("不同意")


class StageKind(TextChoices):
    SELF_ASSESSMENT = "self_assessment", _("自评")
    DISTRICT_REVIEW = "district_review", _("区评")
    REVIEW = "review", _("复评")
    DETERMINATION = "determination", _("综合评定")


class RoundState(TextChoices):
    DRAFT = "draft", _("筹备中")
    OPEN = "open", _("自评中")
    REVIEWING = "reviewing", _("评审中")
    DETERMINING = "determining", _("综合评定中")
    PUBLIC_NOTICE = "public_notice", _("公示中")
    PUBLISHED = "published", _("已公布")
    ENDED = "ended", _("已结束（无结果）")


ROUND_STEPS = {
    RoundState.DRAFT: frozenset({RoundState.OPEN}),
    RoundState.OPEN: frozenset({RoundState.REVIEWING}),
    RoundState.REVIEWING: frozenset({RoundState.DETERMINING, RoundState.ENDED}),
    RoundState.DETERMINING: frozenset({RoundState.PUBLIC_NOTICE, RoundState.ENDED}),
    RoundState.PUBLIC_NOTICE: frozenset({RoundState.PUBLISHED}),
    RoundState.PUBLISHED: frozenset(),
    RoundState.ENDED: frozenset(),
}


class Stage(TextChoices):
    """Where one institution stands in a round (domain rules A1 to A13)."""

    INVITED = "invited", _("已邀请")
    SELF_ASSESSING = "self_assessing", _("自评中")
    NOT_FILED = "not_filed", _("未申报")
    SUBMITTED = "submitted", _("已自评")
    SUPPLEMENT = "supplement", _("补正中")
    DISTRICT_REVIEWED = "district_reviewed", _("已区评")
    REVIEWED = "reviewed", _("已复评")
    DETERMINED = "determined", _("已拟定")
    NOTICED = "noticed", _("已告知")
    PUBLIC_NOTICE = "public_notice", _("公示中")
    OBJECTION = "objection", _("异议处理")
    PUBLISHED = "published", _("已公布")
    SUSPENDED = "suspended", _("暂停")
    EXPIRED = "expired", _("已过期")
    WITHDRAWN = "withdrawn", _("已退出")


STEPS = {
    Stage.INVITED: frozenset({Stage.SELF_ASSESSING, Stage.NOT_FILED, Stage.WITHDRAWN}),
    Stage.SELF_ASSESSING: frozenset({Stage.SUBMITTED, Stage.NOT_FILED, Stage.WITHDRAWN}),
    Stage.NOT_FILED: frozenset(),
    Stage.SUBMITTED: frozenset({Stage.SUPPLEMENT, Stage.DISTRICT_REVIEWED, Stage.REVIEWED, Stage.WITHDRAWN}),
    Stage.SUPPLEMENT: frozenset({Stage.SUBMITTED, Stage.DISTRICT_REVIEWED, Stage.WITHDRAWN}),
    Stage.DISTRICT_REVIEWED: frozenset({Stage.SUPPLEMENT, Stage.REVIEWED, Stage.WITHDRAWN}),
    Stage.REVIEWED: frozenset({Stage.DETERMINED, Stage.WITHDRAWN}),
    Stage.DETERMINED: frozenset({Stage.DETERMINED, Stage.NOTICED, Stage.PUBLIC_NOTICE}),
    Stage.NOTICED: frozenset({Stage.DETERMINED, Stage.PUBLIC_NOTICE}),
    Stage.PUBLIC_NOTICE: frozenset({Stage.OBJECTION, Stage.PUBLISHED}),
    Stage.OBJECTION: frozenset({Stage.PUBLIC_NOTICE, Stage.DETERMINED}),
    Stage.PUBLISHED: frozenset({Stage.SUSPENDED, Stage.EXPIRED}),
    Stage.SUSPENDED: frozenset({Stage.PUBLISHED, Stage.EXPIRED}),
    Stage.EXPIRED: frozenset(),
    Stage.WITHDRAWN: frozenset(),
}
# Outcomes of their own: never a grade, and never a bad one.
WITHOUT_RESULT = frozenset({Stage.NOT_FILED, Stage.WITHDRAWN})


OVERRULED = _("这个等级由评定委员会说明理由改判，经两人签署，不是按得分对应的等级。")


def overruled_note(overruled: bool) -> str:  # noqa: FBT001 - what the row holds
    """改判, in the one sentence that card, interface, certificate and its verification say; nothing of a computed grade."""
    return str(OVERRULED) if overruled else ""


class PublicState(TextChoices):
    """七种公开状态: the only words the public sees about an institution's grade.

    ``earlier`` is a result of others that is no longer listed as current: by our own rule, for its source names no last day.
    """

    NOT_ASSESSED = "not_assessed", _("未参评")
    IN_PROGRESS = "in_progress", _("评估中")
    GRADED = "graded", _("已评")
    UNDER_OBJECTION = "objection", _("异议中")
    SUSPENDED = "suspended", _("暂停")
    EXPIRED = "expired", _("已过期")
    EARLIER = "earlier", _("往年结果")


class ItemState(TextChoices):
    OPEN = "open", _("未填")
    SCORED = "scored", _("已填")
    NA = "na", _("不适用")


class MapKind(TextChoices):
    SAME = "same", _("不变")
    RENAMED = "renamed", _("更名")
    REWEIGHTED = "reweighted", _("调分")
    SPLIT = "split", _("拆分")
    MERGED = "merged", _("合并")
    NEW = "new", _("新增")
    RETIRED = "retired", _("取消")


class AssignmentState(TextChoices):
    ASSIGNED = "assigned", _("待声明")
    DECLARED = "declared", _("已声明无利害关系")
    RECUSED = "recused", _("已回避")
    ENDED = "ended", _("已解除")


ASSIGNMENT_STEPS = {
    AssignmentState.ASSIGNED: frozenset(
        {AssignmentState.DECLARED, AssignmentState.RECUSED, AssignmentState.ENDED}
    ),
    AssignmentState.DECLARED: frozenset({AssignmentState.RECUSED, AssignmentState.ENDED}),
    AssignmentState.RECUSED: frozenset(),
    AssignmentState.ENDED: frozenset(),
}
# 评审期间: somebody may be assigned, stand aside or be released.
UNDER_REVIEW = frozenset({Stage.SUBMITTED, Stage.SUPPLEMENT, Stage.DISTRICT_REVIEWED})
# 不再评审: what such a person has written in this review does not count.
ASIDE = frozenset({AssignmentState.RECUSED, AssignmentState.ENDED})


class DeclaredTie(TextChoices):
    """利害关系的种类, as who stands aside names it; the values are those of ``association.rules.conflict.TieKind``."""

    EMPLOYMENT = "employment", _("任职")
    OFFICE = "office", _("担任职务")
    SHAREHOLDING = "shareholding", _("持有股权")
    TEACHING = "teaching", _("授课")
    CONSULTING = "consulting", _("提供咨询")
    FAMILY = "family", _("近亲属任职")
    COMPLAINANT = "complainant", _("曾投诉该机构")
    LITIGATION = "litigation", _("涉诉")
    SUPPLIER = "supplier", _("供应服务")
    DECLARED = "declared", _("其他利害关系")


class Clearance(TextChoices):
    """回避核对的结论: a competitor's interest is shown and weighed, any other tie keeps the assessor out."""

    CLEAR = "clear", _("无利害关系")
    WARN = "warn", _("须留意")
    BLOCKED = "blocked", _("应当回避")


class DeterminationState(TextChoices):
    PROPOSED = "proposed", _("待确认")
    COUNTERSIGN = "countersign", _("待第二人签署")
    CONFIRMED = "confirmed", _("已确认")
    SUPERSEDED = "superseded", _("已被替代")


DETERMINATION_STEPS = {
    DeterminationState.PROPOSED: frozenset(
        {DeterminationState.COUNTERSIGN, DeterminationState.CONFIRMED, DeterminationState.SUPERSEDED}
    ),
    DeterminationState.COUNTERSIGN: frozenset({DeterminationState.CONFIRMED, DeterminationState.PROPOSED}),
    DeterminationState.CONFIRMED: frozenset({DeterminationState.SUPERSEDED}),
    DeterminationState.SUPERSEDED: frozenset(),
}


class ObjectionState(TextChoices):
    FILED = "filed", _("已提出")
    UPHELD = "upheld", _("成立")
    REJECTED = "rejected", _("不成立")


OBJECTION_STEPS = {
    ObjectionState.FILED: frozenset({ObjectionState.UPHELD, ObjectionState.REJECTED}),
    ObjectionState.UPHELD: frozenset(),
    ObjectionState.REJECTED: frozenset(),
}


class CorrectionState(TextChoices):
    """更正 of a result taken over from elsewhere: asked for by one person, decided by another."""

    WAITING = "waiting", _("待确认")
    CONFIRMED = "confirmed", _("已更正")
    DECLINED = "declined", _("不予更正")
    WITHDRAWN = "withdrawn", _("已撤回")


CORRECTION_STEPS = {
    CorrectionState.WAITING: frozenset(
        {CorrectionState.CONFIRMED, CorrectionState.DECLINED, CorrectionState.WITHDRAWN}
    ),
    CorrectionState.CONFIRMED: frozenset(),
    CorrectionState.DECLINED: frozenset(),
    CorrectionState.WITHDRAWN: frozenset(),
}


class ImportState(TextChoices):
    """导入 of results from elsewhere: brought by one person, decided by another."""

    WAITING = "waiting", _("待确认")
    CONFIRMED = "confirmed", _("已导入")
    DECLINED = "declined", _("不予导入")
    WITHDRAWN = "withdrawn", _("已撤回")


IMPORT_STEPS = {
    ImportState.WAITING: frozenset({ImportState.CONFIRMED, ImportState.DECLINED, ImportState.WITHDRAWN}),
    ImportState.CONFIRMED: frozenset(),
    ImportState.DECLINED: frozenset(),
    ImportState.WITHDRAWN: frozenset(),
}


class CertificateStanding(TextChoices):
    """扫码验真 answers one of these from live data."""

    VALID = "valid", _("有效")
    SUPERSEDED = "superseded", _("已被新结果替代")
    SUSPENDED = "suspended", _("暂停")
    EXPIRED = "expired", _("已过期")
    NOT_OURS = "not_ours", _("不是本平台证书")
