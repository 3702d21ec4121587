"""期限说明 in the language of the page: the stored parts of a term, the words that only data bring, and its state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, gettext_noop

from association import clock
from association.choices import Side
from association.language import translated
from association.models import Deadline
from association.rules.explanation import Gettext, from_parts, in_words

# Months, weekdays and holidays reach the sentence as values: they are named here for the catalogue.
MONTHS = (
    gettext_noop("1月"), gettext_noop("2月"), gettext_noop("3月"), gettext_noop("4月"), gettext_noop("5月"),
    gettext_noop("6月"), gettext_noop("7月"), gettext_noop("8月"), gettext_noop("9月"), gettext_noop("10月"),
    gettext_noop("11月"), gettext_noop("12月"),
)  # fmt: skip
WEEKDAYS = (
    gettext_noop("周一"), gettext_noop("周二"), gettext_noop("周三"), gettext_noop("周四"), gettext_noop("周五"),
    gettext_noop("周六"), gettext_noop("周日"),
)  # fmt: skip
HOLIDAYS = (
    gettext_noop("元旦"), gettext_noop("春节"), gettext_noop("清明节"), gettext_noop("劳动节"), gettext_noop("端午节"),
    gettext_noop("中秋节"), gettext_noop("国庆节"),
)  # fmt: skip
# Titles of the shipped rules that a page about a case names; an association's own title stays as it wrote it.
TITLES = (
    gettext_noop("投诉的受理决定与告知"), gettext_noop("投诉的时限（自知道权益受损起）"), gettext_noop("机构对投诉的答复"),
    gettext_noop("共同投诉的代表人最多人数"),
    gettext_noop("调解的期限（自受理起）"), gettext_noop("终止调解的告知"), gettext_noop("结果确认"),
    gettext_noop("没有邮箱的投诉人的告知"), gettext_noop("没有账号的机构的送达"), gettext_noop("调解会的通知提前期"),
    gettext_noop("调解员回避申请的决定"), gettext_noop("机构核对投诉人登记的和解"), gettext_noop("签署调解协议"), gettext_noop("鉴定预计完成的最晚日期"),
    gettext_noop("投诉结案后的回访"), gettext_noop("投诉人对办理结果提出异议"), gettext_noop("线索草稿的保存"), gettext_noop("线索的归档（自反馈或者匿名线索作出处理起）"),
    gettext_noop("线索的初步审查"), gettext_noop("线索的核查"), gettext_noop("线索核查的延长"),
    gettext_noop("向实名提供人的反馈"), gettext_noop("评估结果公示"), gettext_noop("补正材料"),
    gettext_noop("不利等级告知后的陈述申辩"), gettext_noop("异议的核查与答复"),
    gettext_noop("异议须由他人核实时的核查与答复"), gettext_noop("评估结果有效期"),
    gettext_noop("入会申请的审查"), gettext_noop("入会申请的补正"), gettext_noop("理事会表决入会申请"), gettext_noop("会员考察期"),
    gettext_noop("长期不交会费视为退会"), gettext_noop("除名后重新申请入会"),
    gettext_noop("听取意见和处理决定的书面送达"), gettext_noop("机构对拟认定的事实陈述意见"), gettext_noop("机构对认定和措施提出异议"),
    gettext_noop("机构异议的复核"),
    gettext_noop("违反公约的陈述申辩"), gettext_noop("违反公约的决定"), gettext_noop("按公约限期整改"),
    gettext_noop("会费标准决议的公布"), gettext_noop("会费的缴纳"),
    gettext_noop("欠缴会费的再次提醒"), gettext_noop("视为退会前的告知"), gettext_noop("会费收支的年度公布"),
)  # fmt: skip
# 逾期视为, as these rules say it.
SILENCES = (
    gettext_noop("逾期投诉不予受理"), gettext_noop("未达成协议的终止调解"), gettext_noop("记为未在期限内答复"),
    gettext_noop("按已有材料结案，结果记为未答复"), gettext_noop("不再重新办理，其他救济途径不受影响"), gettext_noop("删除"),
    gettext_noop("无异议即可公布"), gettext_noop("视为放弃申辩"), gettext_noop("按现有材料评审"),
    gettext_noop("结果标记为已过期"), gettext_noop("归档"), gettext_noop("调解员仍不得办理，记为逾期"), gettext_noop("和解不成立，继续协商或者调解"),
    gettext_noop("协议不成立，继续调解"), gettext_noop("按现有材料审查"), gettext_noop("期满计票，未达法定人数的另行表决"),
    gettext_noop("期满转为正式会员"), gettext_noop("视为退会"),
    gettext_noop("没有陈述不视为承认，协会按已有材料处理"), gettext_noop("认定和措施继续作数"), gettext_noop("记为逾期"),
    gettext_noop("自动恢复计算调解期限"),
    gettext_noop("视为放弃申辩，按现有材料决定"), gettext_noop("另行告知并听取申辩后处分"), gettext_noop("记为欠费并提醒"), gettext_noop("再次提醒"), gettext_noop("可以视为退会"),
)  # fmt: skip
LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a case as its page lists it, running or over, in the language of the page."""

    title: str
    owner: str
    state: str
    ends_at: datetime
    provisional: bool
    explanation: str
    # 逾期视为, while something may still be done about it.
    silence: str
    is_open: bool
    is_late: bool


def terms_of(rows: Iterable[Deadline]) -> list[Term]:
    """``rows`` with their rules; what runs first, then what is over."""
    now = clock.now()
    return sorted((_term(row, now) for row in rows), key=lambda term: not term.is_open)


def _term(row: Deadline, now: datetime) -> Term:
    is_open = row.stopped_at is None
    return Term(
        title=translated(row.title),
        owner=str(Side(row.owner_side).label),
        state=state_of(row, now),
        ends_at=row.ends_at,
        provisional=row.provisional,
        explanation=explained(row.reckoning),
        silence=silence_of(row) if is_open else "",
        is_open=is_open,
        is_late=bool(row.was_late) or (is_open and row.paused_on is None and row.ends_at <= now),
    )


def state_of(row: Deadline, now: datetime) -> str:
    """计期中, 已逾期, 已中止, 按期办结, 逾期办结 or 期满, in the language of the page."""
    if row.stopped_at is not None:
        if row.was_late:
            return gettext("逾期办结")
        return gettext("期满") if row.outcome == LAPSED else gettext("按期办结")
    if row.paused_on is not None:
        return gettext("已中止")
    return gettext("已逾期") if row.ends_at <= now else gettext("计期中")


def silence_of(row: Deadline) -> str:
    """逾期视为: what follows by the rule if nothing is done; a term that a document set alone has no such rule.

    Where the rule draws no consequence nobody may read one into it: then the term is overdue, and no more.
    """
    if row.rule is None:
        return ""
    return translated(row.rule.silence_means) or gettext("记为逾期，仍须办理")


def explained(parts: Mapping[str, Any], say: Gettext = gettext) -> str:
    """The arithmetic of a term as it was counted, in the language of the page."""
    return in_words(from_parts(parts), say)
