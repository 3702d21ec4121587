"""期限说明 in the language of the page: the stored parts of a term, and the words that only data bring."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop

from association.rules.explanation import from_parts, in_words

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
    gettext_noop("调解的期限（自受理起）"), gettext_noop("终止调解的告知"), gettext_noop("结果确认"),
    gettext_noop("投诉结案后的回访"), gettext_noop("线索的初步审查"), gettext_noop("线索的核查"),
    gettext_noop("线索核查的延长"), gettext_noop("向实名提供人的反馈"), gettext_noop("评估结果公示"),
    gettext_noop("不利等级告知后的陈述申辩"), gettext_noop("异议的核查与答复"), gettext_noop("评估结果有效期"),
)  # fmt: skip


def explained(parts: Mapping[str, Any]) -> str:
    """The arithmetic of a term as it was counted, in the language of the page."""
    return in_words(from_parts(parts), gettext)
