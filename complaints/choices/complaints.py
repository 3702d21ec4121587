"""Words of 投诉与调解, the step table of a complaint, and the grounds with their articles.

Grounds follow 《市场监督管理投诉举报处理暂行办法》 (its numbers stand in the deadline rules, not here). A later
edition of the order is a new member here: a decision keeps the ground and the citation that it was made under.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Where the proceedings stand. Whether the matter was put right is ``Outcome``, another question."""

    RECEIVED = "received", _("已收到")
    ACCEPTED = "accepted", _("已受理")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    TRANSFERRED = "transferred", _("已转办")
    AWAIT_REPLY = "await_reply", _("待机构答复")
    MEDIATING = "mediating", _("调解中")
    SETTLED = "settled", _("自行和解")
    AGREED = "agreed", _("达成协议")
    PERFORMED = "performed", _("已履行")
    BREACHED = "breached", _("未履行")
    TERMINATED = "terminated", _("调解终止")
    CLOSED = "closed", _("已办结")
    WITHDRAWN = "withdrawn", _("已撤回")


# What the complainant is asked about before the file is closed.
SURVEYED = frozenset({State.SETTLED, State.PERFORMED, State.BREACHED, State.TERMINATED})
UNBOUND = frozenset({State.ACCEPTED, State.AWAIT_REPLY})
STEPS = {
    State.RECEIVED: frozenset({State.ACCEPTED, State.NOT_ACCEPTED, State.TRANSFERRED, State.WITHDRAWN}),
    State.ACCEPTED: frozenset(
        {State.AWAIT_REPLY, State.MEDIATING, State.SETTLED, State.TERMINATED, State.WITHDRAWN}
    ),
    # 复核: a refusal that is contested is looked at again, by somebody else.
    State.NOT_ACCEPTED: frozenset({State.RECEIVED}),
    State.TRANSFERRED: frozenset(),
    State.AWAIT_REPLY: frozenset({State.MEDIATING, State.SETTLED, State.TERMINATED, State.WITHDRAWN}),
    State.MEDIATING: frozenset({State.AGREED, State.SETTLED, State.TERMINATED, State.WITHDRAWN}),
    # 提出异议: what was said to be settled or paid is not.
    # 否认代为登记 of what made the settlement or the agreement: there is none.
    State.SETTLED: frozenset({State.CLOSED}) | UNBOUND,
    State.AGREED: frozenset({State.PERFORMED, State.BREACHED}) | UNBOUND,
    State.PERFORMED: frozenset({State.CLOSED, State.AGREED}) | UNBOUND,
    State.BREACHED: frozenset({State.PERFORMED, State.CLOSED}) | UNBOUND,
    State.TERMINATED: frozenset({State.CLOSED}),
    # 否认代为登记: what staff wrote down was not said; then it is asked again, or goes on where it was.
    State.CLOSED: SURVEYED | {State.AGREED} | UNBOUND,
    State.WITHDRAWN: frozenset({State.RECEIVED, State.ACCEPTED, State.AWAIT_REPLY}),
}
# Nothing has been decided about these yet, or it was decided not to take them: no institution hears of them.
BEFORE_ACCEPTANCE = frozenset({State.RECEIVED, State.NOT_ACCEPTED, State.TRANSFERRED})
# Where the institution may answer; after an objection it must, by a term of its own.
ANSWERABLE = frozenset({State.AWAIT_REPLY, State.MEDIATING, State.AGREED, State.BREACHED})
# 终局: nothing runs any more; only an objection leads back from some of these.
ENDED_STATES = frozenset({State.NOT_ACCEPTED, State.TRANSFERRED, State.CLOSED, State.WITHDRAWN})


class Outcome(TextChoices):
    """Whether the complainant says that it was put right. Silence is never a yes."""

    UNKNOWN = "unknown", _("待确认")
    RESOLVED = "resolved", _("已解决")
    PARTLY = "partly", _("部分解决")
    UNRESOLVED = "unresolved", _("未解决")
    NO_ANSWER = "no_answer", _("投诉人未答复")


SAID_BY_COMPLAINANT = frozenset({Outcome.RESOLVED, Outcome.PARTLY, Outcome.UNRESOLVED})


class Intake(TextChoices):
    """来源. There is none for leads: a complaint that came of one is a caller's, so that nothing tells of the lead."""

    WEB = "web", _("网上提交")
    CALLER = "caller", _("来电来访代录")
    HOTLINE = "hotline", _("12345工单")


class Subject(TextChoices):
    REFUND = "refund", _("退费")
    STOPPED = "stopped", _("停课、失联或闭店")
    QUALITY = "quality", _("教学质量与师资")
    ADVERTISING = "advertising", _("虚假或误导宣传")
    PROMISE = "promise", _("保过等承诺未兑现")
    TERMS = "terms", _("不公平格式条款")
    CERTIFICATE = "certificate", _("证书与报考")
    OTHER = "other", _("其他")


class RefusalGround(TextChoices):
    """不予受理 (art. 15)."""

    NOT_COMPETENT = "not_competent", _("不属于本协会处理的事项，或者本协会没有处理权限")
    HANDLED_ELSEWHERE = (
        "handled_elsewhere",
        _("法院、仲裁机构、行政机关、消费者协会或者其他调解组织已经受理或者处理过"),
    )
    NOT_CONSUMPTION = "not_consumption", _("不是为生活消费需要接受服务，或者不能证明存在消费者权益争议")
    OVER_LIMIT = "over_limit", _("知道或者应当知道权益受到侵害之日起超过三年")
    MATERIAL_MISSING = "material_missing", _("未提供规定的材料")
    OTHER_RULE = "other_rule", _("法律、法规、规章规定不予受理的其他情形")


REFUSAL_ARTICLES = {
    RefusalGround.NOT_COMPETENT: "第十五条第（一）项",
    RefusalGround.HANDLED_ELSEWHERE: "第十五条第（二）项",
    RefusalGround.NOT_CONSUMPTION: "第十五条第（三）项",
    RefusalGround.OVER_LIMIT: "第十五条第（四）项",
    RefusalGround.MATERIAL_MISSING: "第十五条第（五）项",
    RefusalGround.OTHER_RULE: "第十五条第（六）项",
}


class TerminationGround(TextChoices):
    """终止调解 (art. 21)."""

    APPRAISAL_DISPUTED = "appraisal_disputed", _("双方对鉴定机构或者鉴定费用无法协商一致")
    ABSENT_OR_REFUSES = "absent_or_refuses", _("一方无正当理由不参加调解，或者被投诉人明确拒绝调解")
    NO_AGREEMENT = "no_agreement", _("一方明确表示无法达成调解协议")
    TIME_OVER = "time_over", _("自受理之日起在规定期限内未能达成调解协议")
    INADMISSIBLE = "inadmissible", _("受理后发现存在不予受理的情形")
    OTHER_RULE = "other_rule", _("法律、法规、规章规定应当终止调解的其他情形")


TERMINATION_ARTICLES = {
    TerminationGround.APPRAISAL_DISPUTED: "第二十一条第（二）项",
    TerminationGround.ABSENT_OR_REFUSES: "第二十一条第（三）项",
    TerminationGround.NO_AGREEMENT: "第二十一条第（四）项",
    TerminationGround.TIME_OVER: "第二十一条第（五）项",
    TerminationGround.INADMISSIBLE: "第二十一条第（六）项",
    TerminationGround.OTHER_RULE: "第二十一条第（七）项",
}
ORDER = _("《市场监督管理投诉举报处理暂行办法》")


class DecisionKind(TextChoices):
    ACCEPT = "accept", _("受理")
    REFUSE = "refuse", _("不予受理")
    TRANSFER = "transfer", _("转办")
    TERMINATE = "terminate", _("终止调解")
    WITHDRAW = "withdraw", _("撤回")
    SETTLE = "settle", _("自行和解")
    CONTEST = "contest", _("提出异议")
    UNPAID = "unpaid", _("投诉人说没有收到到期的款项")
    DENY = "deny", _("投诉人否认代为登记的事项")
    HARM_DAY = "harm_day", _("更正知道权益受损之日")


# 投诉人的话: decisions whose reason the complainant wrote.
SAID_BY_CODE = {DecisionKind.WITHDRAW, DecisionKind.CONTEST, DecisionKind.UNPAID, DecisionKind.DENY}


class Party(TextChoices):
    """A side of the dispute, for consents, signatures and presence."""

    COMPLAINANT = "complainant", _("投诉人")
    INSTITUTION = "institution", _("被投诉机构")


class PersonKind(TextChoices):
    COMPLAINANT = "complainant", _("投诉人")
    JOINED = "joined", _("共同投诉人")
    AGENT = "agent", _("代理人")


class EvidenceKind(TextChoices):
    """The checklist that goes with a refund dispute."""

    CONTRACT = "contract", _("合同或凭证")
    PAYMENT = "payment", _("付款记录")
    LESSONS = "lessons", _("课程表、考勤或课时记录")
    PROMISE = "promise", _("广告或聊天中的承诺")
    DEMAND = "demand", _("退费申请及其日期")
    ANSWER = "answer", _("机构的答复")
    CUSTODY = "custody", _("银行存管记录")
    AUTHORITY = "authority", _("委托书")
    IDENTITY = "identity", _("身份证明")
    RECEIPT = "receipt", _("退款或履行凭证")
    APPRAISAL = "appraisal", _("申请或者委托鉴定的文件")
    # What a side signed on paper and staff wrote down; it comes with that deed only.
    SIGNED = "signed", _("签名的书面意见或者协议书")
    OTHER = "other", _("其他材料")


class Source(TextChoices):
    COMPLAINANT = "complainant", _("投诉人")
    INSTITUTION = "institution", _("机构")
    STAFF = "staff", _("协会")


class ReplyKind(TextChoices):
    REFUND_WHOLE = "refund_whole", _("同意全额退还")
    REFUND_PART = "refund_part", _("同意部分退还")
    OTHER_REMEDY = "other_remedy", _("提出其他解决办法")
    DISPUTED = "disputed", _("不认可投诉的事实")
    NEEDS_FACTS = "needs_facts", _("需要投诉人补充情况")


class Timeliness(TextChoices):
    """答复是否按时: of the institution's first answer to a complaint."""

    NOT_ASKED = "not_asked", _("尚未送达")
    WAITING = "waiting", _("等待答复")
    ON_TIME = "on_time", _("按时答复")
    LATE = "late", _("逾期答复")
    MISSED = "missed", _("未答复")
    # The case ended while the institution still had time: neither answered nor missed.
    OVERTAKEN = "overtaken", _("答复期内已办结，不计")


class Method(TextChoices):
    """How a side said or signed something."""

    ACCOUNT = "account", _("登录账号")
    RECEIPT_CODE = "receipt_code", _("查询码")
    PAPER = "paper", _("纸质或当面，由工作人员登记")


class Recusal(TextChoices):
    """回避 (art. 19) and its reasons."""

    RELATIVE = "relative", _("与当事人有近亲属关系")
    EMPLOYMENT = "employment", _("与被投诉机构有任职、授课或持股关系")
    INTEREST = "interest", _("与争议有利害关系")
    OTHER = "other", _("其他可能影响公正的关系")


class RecusalState(TextChoices):
    """申请回避 of a side (art. 19): decided by somebody else than the one it is about."""

    ASKED = "asked", _("待决定")
    GRANTED = "granted", _("同意回避")
    REFUSED = "refused", _("不予回避")
    LAPSED = "lapsed", _("调解已结束，未作决定")


RECUSAL_STEPS = {
    RecusalState.ASKED: frozenset({RecusalState.GRANTED, RecusalState.REFUSED, RecusalState.LAPSED}),
    RecusalState.GRANTED: frozenset(),
    RecusalState.REFUSED: frozenset(),
    RecusalState.LAPSED: frozenset(),
}


class MediatorState(TextChoices):
    ACTIVE = "active", _("办理中")
    RECUSED = "recused", _("已回避")
    RELIEVED = "relieved", _("已更换")
    ENDED = "ended", _("调解已结束")


MEDIATOR_STEPS = {
    MediatorState.ACTIVE: frozenset({MediatorState.RECUSED, MediatorState.RELIEVED, MediatorState.ENDED}),
    MediatorState.RECUSED: frozenset(),
    MediatorState.RELIEVED: frozenset(),
    MediatorState.ENDED: frozenset(),
}


class SessionMode(TextChoices):
    """调解方式 (art. 18)."""

    ON_SITE = "on_site", _("现场")
    PHONE = "phone", _("电话")
    AUDIO = "audio", _("音频")
    VIDEO = "video", _("视频")
    ONLINE = "online", _("互联网")


class Body(TextChoices):
    """Who mediates: only a people's mediation committee may offer judicial confirmation (人民调解法 第33条)."""

    ASSOCIATION = "association", _("行业协会调解")
    PEOPLES_COMMITTEE = "peoples_committee", _("人民调解委员会")


class OfferState(TextChoices):
    MADE = "made", _("待答复")
    ACCEPTED = "accepted", _("已接受")
    DECLINED = "declined", _("未接受")
    LAPSED = "lapsed", _("已失效")


OFFER_STEPS = {
    OfferState.MADE: frozenset({OfferState.ACCEPTED, OfferState.DECLINED, OfferState.LAPSED}),
    # 否认代为登记的答复: the offer waits again, or its day is over.
    OfferState.ACCEPTED: frozenset({OfferState.MADE, OfferState.LAPSED}),
    OfferState.DECLINED: frozenset({OfferState.MADE, OfferState.LAPSED}),
    OfferState.LAPSED: frozenset(),
}


class ReportState(TextChoices):
    """付款报告: what is claimed as paid, what somebody confirmed, what the complainant denies."""

    REPORTED = "reported", _("机构报告已付，待确认")
    CONFIRMED = "confirmed", _("已确认到账")
    DENIED = "denied", _("投诉人否认到账")


REPORT_STEPS = {
    ReportState.REPORTED: frozenset({ReportState.CONFIRMED, ReportState.DENIED}),
    # 又被否认: a transfer may be recalled, and whoever confirmed may have been wrong.
    # Back to reported where what staff wrote down was never said.
    ReportState.CONFIRMED: frozenset({ReportState.DENIED, ReportState.REPORTED}),
    ReportState.DENIED: frozenset(),
}
# Counted as returned until it is denied.
STANDING = frozenset({ReportState.REPORTED, ReportState.CONFIRMED})


class MassState(TextChoices):
    NEGOTIATING = "negotiating", _("协商中")
    ENDED = "ended", _("已结束")


MASS_STEPS = {
    MassState.NEGOTIATING: frozenset({MassState.ENDED}),
    MassState.ENDED: frozenset(),
}


class FactKind(TextChoices):
    """What is kept for the record of an institution; assessors read it beside the indicators, nothing scores it."""

    REPLY_MISSED = "reply_missed", _("逾期未答复")
    REPLY_LATE = "reply_late", _("逾期答复")
    REFUSED_MEDIATION = "refused_mediation", _("拒绝调解")
    ABSENT = "absent", _("无正当理由不参加调解")
    ENDED_BY_CLOCK = "ended_by_clock", _("期限届满未达成协议")
    BREACH = "breach", _("未履行调解协议或者和解")
    CONTESTED = "contested", _("投诉人否认已解决")


class Audience(TextChoices):
    """From whom something is hidden; staff who handle the case see the mark and the text."""

    INSTITUTION = "institution", _("对机构隐去")
    PUBLIC = "public", _("对公众隐去")
    BOTH = "both", _("对机构和公众隐去")


class RedactionState(TextChoices):
    """It hides from the first moment; a second person confirms or lifts it."""

    PROPOSED = "proposed", _("已隐去，待复核")
    CONFIRMED = "confirmed", _("已隐去")
    LIFTED = "lifted", _("已恢复")


REDACTION_STEPS = {
    RedactionState.PROPOSED: frozenset({RedactionState.CONFIRMED, RedactionState.LIFTED}),
    RedactionState.CONFIRMED: frozenset({RedactionState.LIFTED}),
    RedactionState.LIFTED: frozenset(),
}


class Target(TextChoices):
    FACTS = "facts", _("事实")
    DEMAND = "demand", _("诉求")
    REPLY = "reply", _("机构答复")
    EVIDENCE = "evidence", _("证据材料")
    DECISION = "decision", _("决定或者当事人的理由")
    MINUTES = "minutes", _("调解记录")
    TERMS = "terms", _("方案的条件")


# Several of each in one complaint: a redaction names which.
NUMBERED = frozenset({Target.REPLY, Target.EVIDENCE, Target.DECISION, Target.MINUTES, Target.TERMS})


class PersonalField(TextChoices):
    NAME = "name", _("姓名")
    PHONE = "phone", _("电话")
    ADDRESS = "address", _("地址")
    ID_NUMBER = "id_number", _("身份证件号码")
    EMAIL = "email", _("电子邮箱")
    # 原文: what was written, as it was written; everybody else reads it scrubbed.
    WORDS = "words", _("事实、诉求和各方文字的原文")


class IdentityCheck(TextChoices):
    """How staff made sure whom they speak with before a new code is given out."""

    CALLED_BACK = "called_back", _("拨打登记的电话核实")
    PAPERS = "papers", _("当面核对身份证件")
    AGENT_PAPERS = "agent_papers", _("核对代理人证件和委托书")
