"""Words of 会籍 and the steps of an application, of a vote of the council and of a membership."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ApplicationState(TextChoices):
    """入会申请: a draft is the institution's alone."""

    DRAFT = "draft", _("草稿")
    APPLYING = "applying", _("已提交")
    UNDER_REVIEW = "under_review", _("审查中")
    SUPPLEMENT = "supplement", _("待补正")
    COUNCIL_VOTE = "council_vote", _("理事会表决中")
    ADMITTED = "admitted", _("同意入会")
    REJECTED = "rejected", _("不予入会")
    RECALLED = "recalled", _("已撤回")


APPLICATION_STEPS = {
    ApplicationState.DRAFT: frozenset({ApplicationState.APPLYING, ApplicationState.RECALLED}),
    ApplicationState.APPLYING: frozenset({ApplicationState.UNDER_REVIEW, ApplicationState.RECALLED}),
    ApplicationState.UNDER_REVIEW: frozenset(
        {ApplicationState.SUPPLEMENT, ApplicationState.COUNCIL_VOTE, ApplicationState.RECALLED}
    ),
    ApplicationState.SUPPLEMENT: frozenset({ApplicationState.UNDER_REVIEW, ApplicationState.RECALLED}),
    # Back to UNDER_REVIEW when the vote came to nothing for want of a quorum.
    ApplicationState.COUNCIL_VOTE: frozenset(
        {ApplicationState.ADMITTED, ApplicationState.REJECTED, ApplicationState.UNDER_REVIEW}
    ),
    ApplicationState.ADMITTED: frozenset(),
    ApplicationState.REJECTED: frozenset(),
    ApplicationState.RECALLED: frozenset(),
}
APPLICATION_ENDED = frozenset(state for state, after in APPLICATION_STEPS.items() if not after)
APPLICATION_OPEN = frozenset(ApplicationState) - APPLICATION_ENDED
RECALLABLE = frozenset(
    state for state, after in APPLICATION_STEPS.items() if ApplicationState.RECALLED in after
)


class VoteState(TextChoices):
    OPEN = "open", _("表决中")
    PASSED = "passed", _("通过")
    FAILED = "failed", _("未通过")
    VOID = "void", _("未达法定人数")


VOTE_STEPS = {
    VoteState.OPEN: frozenset({VoteState.PASSED, VoteState.FAILED, VoteState.VOID}),
    VoteState.PASSED: frozenset(),
    VoteState.FAILED: frozenset(),
    VoteState.VOID: frozenset(),
}


class Matter(TextChoices):
    ADMISSION = "admission", _("入会申请")
    EXPULSION = "expulsion", _("除名")


class Choice(TextChoices):
    FOR = "for", _("赞成")
    AGAINST = "against", _("反对")
    ABSTAIN = "abstain", _("弃权")
    RECUSED = "recused", _("回避")


CAST = (Choice.FOR, Choice.AGAINST, Choice.ABSTAIN)


class Tier(TextChoices):
    MEMBER = "member", _("会员单位")
    COUNCIL = "council", _("理事单位")
    STANDING = "standing", _("常务理事单位")
    VICE_PRESIDENT = "vice_president", _("副会长单位")
    PRESIDENT = "president", _("会长单位")


class MemberState(TextChoices):
    """会籍状态: the first three are states of a member, the others ways in which a membership ended."""

    PROBATION = "probation", _("考察期会员")
    ACTIVE = "active", _("正式会员")
    SUSPENDED = "suspended", _("暂停会员资格")
    WITHDRAWN = "withdrawn", _("退会")
    LAPSED = "lapsed", _("视为退会")
    EXPELLED = "expelled", _("除名")
    DISSOLVED = "dissolved", _("机构终止")


STANDING = frozenset({MemberState.PROBATION, MemberState.ACTIVE, MemberState.SUSPENDED})
ENDINGS = frozenset(MemberState) - STANDING
MEMBER_STEPS = {
    MemberState.PROBATION: frozenset({MemberState.ACTIVE, MemberState.SUSPENDED}) | ENDINGS,
    MemberState.ACTIVE: frozenset({MemberState.SUSPENDED}) | ENDINGS,
    MemberState.SUSPENDED: frozenset({MemberState.PROBATION, MemberState.ACTIVE}) | ENDINGS,
    # A new membership, never the old one again: the gap stays visible.
    **dict.fromkeys(sorted(ENDINGS), frozenset({MemberState.PROBATION, MemberState.ACTIVE})),
}


class Office(TextChoices):
    DIRECTOR = "director", _("理事")
    STANDING_DIRECTOR = "standing_director", _("常务理事")
    VICE_PRESIDENT = "vice_president", _("副会长")
    PRESIDENT = "president", _("会长")
    SUPERVISOR = "supervisor", _("监事")
    SECRETARY_GENERAL = "secretary_general", _("秘书长")
    FOUNDER = "founder", _("发起单位")


# 只有一个: at any time one institution at most holds it.
SOLE_OFFICES = frozenset({Office.PRESIDENT, Office.SECRETARY_GENERAL})


class EvidenceKind(TextChoices):
    REGISTRATION = "registration", _("登记证书或营业执照")
    LICENCE = "licence", _("办学许可证")
    OTHER = "other", _("其他材料")


class EventKind(TextChoices):
    """会籍大事记."""

    SUBMITTED = "submitted", _("提交入会申请")
    TAKEN_UP = "taken_up", _("开始审查")
    SUPPLEMENT_ASKED = "supplement_asked", _("一次性告知补正")
    SUPPLEMENT_ANSWERED = "supplement_answered", _("补正")
    SUPPLEMENT_LAPSED = "supplement_lapsed", _("补正期满，按现有材料审查")
    RECALLED = "recalled", _("撤回申请")
    VOTE_OPENED = "vote_opened", _("提交理事会表决")
    VOTE_VOID = "vote_void", _("表决未达法定人数")
    REJECTED = "rejected", _("不予入会")
    ADMITTED = "admitted", _("入会")
    CONFIRMED = "confirmed", _("考察期满转为正式会员")
    TIER_CHANGED = "tier_changed", _("会员级别变更")
    SUSPENDED = "suspended", _("暂停会员资格")
    RESTORED = "restored", _("恢复会员资格")
    WITHDRAWN = "withdrawn", _("退会")
    LAPSED = "lapsed", _("视为退会")
    EXPELLED = "expelled", _("除名")
    DISSOLVED = "dissolved", _("机构终止")
    RENAMED = "renamed", _("更名")
    OFFICE_TAKEN = "office_taken", _("任职")
    OFFICE_LEFT = "office_left", _("离任")
    PLEDGE_SIGNED = "pledge_signed", _("签署自律公约")
    BROUGHT_IN = "brought_in", _("带入以前的记载")
    SANCTIONED = "sanctioned", _("按自律公约处分")
    SANCTION_WITHDRAWN = "sanction_undone", _("处分撤回")


EVENT_OF_ENDING = {
    MemberState.WITHDRAWN: EventKind.WITHDRAWN,
    MemberState.LAPSED: EventKind.LAPSED,
    MemberState.EXPELLED: EventKind.EXPELLED,
    MemberState.DISSOLVED: EventKind.DISSOLVED,
}
