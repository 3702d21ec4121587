"""Words of 违法违规线索 and the steps of a lead."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LeadState(TextChoices):
    """A draft is the informant's alone; nobody else knows that it exists."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("已收到")
    SCREENED = "screened", _("已筛查")
    VERIFYING = "verifying", _("核查中")
    REFERRED = "referred", _("已移送主管部门")
    HANDLED = "handled", _("已按公约处理")
    UNFOUNDED = "unfounded", _("查无此事")
    INSUFFICIENT = "insufficient", _("线索不足")
    FED_BACK = "fed_back", _("已反馈")
    ARCHIVED = "archived", _("已归档")


# 处理结果: what a lead comes to; it is remembered when the state moves on.
DECIDED = frozenset({LeadState.REFERRED, LeadState.HANDLED, LeadState.UNFOUNDED, LeadState.INSUFFICIENT})
_ENDS = frozenset({LeadState.FED_BACK, LeadState.ARCHIVED})
LEAD_STEPS = {
    LeadState.DRAFT: frozenset({LeadState.SUBMITTED}),
    LeadState.SUBMITTED: frozenset({LeadState.SCREENED}),
    LeadState.SCREENED: frozenset({LeadState.VERIFYING}),
    # Back to SCREENED when the officer is recused.
    LeadState.VERIFYING: DECIDED | {LeadState.SCREENED},
    LeadState.REFERRED: _ENDS,
    LeadState.HANDLED: _ENDS,
    LeadState.UNFOUNDED: _ENDS,
    LeadState.INSUFFICIENT: _ENDS,
    LeadState.FED_BACK: frozenset({LeadState.ARCHIVED}),
    LeadState.ARCHIVED: frozenset(),
}
# 办理中: the informant may add to it, and somebody of the association must act.
LEAD_OPEN = frozenset({LeadState.SUBMITTED, LeadState.SCREENED, LeadState.VERIFYING})
CHECKED_BY_AN_OFFICER = frozenset(LeadState) - {LeadState.DRAFT, LeadState.SUBMITTED, LeadState.SCREENED}


class LeadCategory(TextChoices):
    """The articles behind them are rows of ``complaints/shipped/lead_anchors.csv``."""

    UNLICENSED = "unlicensed", _("无证办学")
    ADVERTISING = "advertising", _("虚假或误导宣传")
    PROMISE = "promise", _("保过、包拿证等承诺")
    VOID_TERMS = "void_terms", _("“概不退费”等无效条款")
    FILING = "filing", _("预付卡不备案、迟备案或虚假备案")
    CUSTODY = "custody", _("逃避预收资金存管")
    REFUND = "refund", _("拖延或拒绝退费")
    NO_VOUCHER = "no_voucher", _("不签合同、不给凭证")
    OUT_OF_SCOPE = "out_of_scope", _("超出许可范围或地点办学")
    FALSE_ENROLMENT = "false_enrolment", _("虚假招生")
    CERTIFICATE_FRAUD = "certificate_fraud", _("帮助学员规避监管骗取证书")
    PERSONAL_DATA = "personal_data", _("滥用个人信息")
    OTHER = "other", _("其他违法违规")


class Speaker(TextChoices):
    INFORMANT = "informant", _("线索提供人")
    STAFF = "staff", _("协会")


class MessageKind(TextChoices):
    QUESTION = "question", _("提问")
    ANSWER = "answer", _("回复")
    FEEDBACK = "feedback", _("办理反馈")


OF_STAFF = frozenset({MessageKind.QUESTION, MessageKind.FEEDBACK})


class FindingBasis(TextChoices):
    """查实的依据: the association's own check under the pledge, or what an authority decided."""

    PLEDGE = "pledge", _("协会核查属实")
    AUTHORITY = "authority", _("主管部门认定")
