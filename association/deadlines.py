"""期限: picks the rule row in force and counts by it; the arithmetic is in ``rules/clock.py``."""

from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from association import clock
from association.choices import Certainty, Unit
from association.models import DeadlineRule
from association.rules.clock import Due, add_calendar_days, add_months, add_working_days, add_years, beijing
from common.errors import NotFound, Refused

COUNTERS = {
    Unit.WORKING_DAY: add_working_days,
    Unit.DAY: add_calendar_days,
    Unit.MONTH: add_months,
    Unit.YEAR: add_years,
}
# Written for each new association: its own to change, none of them presented as law.
DEFAULTS = (
    ("ROUND-PUBLIC-NOTICE", "评估结果公示", 5, Unit.WORKING_DAY, "协会自定：公示通常不少于5个工作日", "秘书处", "无异议即可公布"),
    ("ROUND-DEFENCE", "不利等级告知后的陈述申辩", 5, Unit.WORKING_DAY, "协会自定：参照事先告知与申辩的通行做法", "机构", "视为放弃申辩"),
    ("ROUND-OBJECTION", "异议的核查与答复", 3, Unit.WORKING_DAY, "协会自定：参照地方社会信用条例关于异议处理的期限", "秘书处", ""),
    ("ROUND-SUPPLEMENT", "补正材料", 5, Unit.WORKING_DAY, "协会自定：一次性告知全部补正内容", "机构", "按现有材料评审"),
    ("ROUND-VALIDITY", "评估结果有效期", 1, Unit.YEAR, "协会自定：诚信等级评估原则上每年开展一次", "系统", "结果标记为已过期"),
    ("SEALED-ORIGINAL-KEPT", "上传原件的封存期", 3, Unit.YEAR, "协会自定：参照《北京市单用途预付卡管理条例》第十九条，交易记录保存不少于三年", "系统", "原件销毁，只留工作副本"),
    ("CONFLICT-LOOK-BACK", "回避核对的回溯期", 36, Unit.MONTH, "协会自定：近三年内的任职或利害关系须回避", "系统", ""),
)  # fmt: skip


def rule_in_force(code: str, on: date) -> DeadlineRule:
    """The row of ``code`` valid on that day; an unverified one never drives a clock."""
    row = (
        DeadlineRule.objects.filter(code=code, valid_from__lte=on)
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on))
        .order_by("-valid_from")
        .first()
    )
    if row is None:
        raise NotFound(_("没有生效的期限规则：%(code)s") % {"code": code})
    if row.certainty == Certainty.UNVERIFIED:
        raise Refused(_("期限规则“%(title)s”尚未核实，不能用于计期。") % {"title": row.title})
    return row


def count(rule: DeadlineRule, start: datetime) -> Due:
    """When a term that starts at this moment ends, with the arithmetic in words."""
    return COUNTERS[Unit(rule.unit)](beijing(start).date(), rule.number, clock.calendar())


def start_clock(code: str, start: datetime | None = None) -> tuple[DeadlineRule, Due]:
    """The rule in force and the end of a term that starts now."""
    moment = start or clock.now()
    rule = rule_in_force(code, beijing(moment).date())
    return rule, count(rule, moment)


def load_defaults() -> None:
    """期限规则 of a new association; rows that exist are left alone."""
    DeadlineRule.objects.bulk_create(
        [
            DeadlineRule(
                code=code,
                title=title,
                number=number,
                unit=unit,
                citation=citation,
                certainty=Certainty.CHARTER,
                owner=owner,
                silence_means=silence,
                valid_from=date(2020, 1, 1),
            )
            for code, title, number, unit, citation, owner, silence in DEFAULTS
        ],
        ignore_conflicts=True,
    )
