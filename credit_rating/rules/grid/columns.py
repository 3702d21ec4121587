"""表头与用语: the headings of the sheet and the words in its cells, with what they mean."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from common.said import Said
from common.text import one_line
from credit_rating.rules.specification import (
    Aggregation,
    Combine,
    Method,
    NaPolicy,
    RoundingMode,
    VetoEffect,
)

T = TypeVar("T")

HEADINGS = {
    "aspect_code": "方面编号",
    "aspect_zh": "方面",
    "aspect_en": "方面（英文）",
    "l1_code": "一级编号",
    "l1_zh": "一级指标",
    "l1_en": "一级指标（英文）",
    "l2_code": "二级编号",
    "l2_zh": "二级指标",
    "l2_en": "二级指标（英文）",
    "l3_code": "三级编号",
    "l3_zh": "三级指标",
    "l3_en": "三级指标（英文）",
    "points": "分值",
    "scoring_method": "计分方法",
    "params": "计分参数",
    "na_policy": "不适用处理",
    "veto": "一票否决",
    "evidence": "佐证材料",
    "evidence_required": "须佐证",
    "basis": "依据",
    "data_source": "数据来源",
    "identity": "身份标识",
}
"""The plain names are accepted as headings too."""

REQUIRED = ("aspect_code", "aspect_zh", "points", "scoring_method")

LEVELS = ("aspect", "l1", "l2", "l3")

METHOD_WORDS = {
    Method.PASS_FAIL: "是否符合",
    Method.DEDUCT_EACH: "逐项扣分",
    Method.BAND: "分档",
    Method.RATIO: "比率",
    Method.SAMPLE_RATE: "抽样合格率",
    Method.SURVEY: "问卷",
    Method.EXPERT: "专家评分",
}
NA_WORDS = {
    NaPolicy.FORBIDDEN: "不得选不适用",
    NaPolicy.EXCLUDE_AND_RESCALE: "分值转给同级指标",
    NaPolicy.FULL_MARKS: "按满分计",
    NaPolicy.ZERO_WITH_REASON: "按零分计并说明",
}
VETO_WORDS = {VetoEffect.CAP: "封顶", VetoEffect.FORCE: "直接定级"}
AGGREGATION_WORDS = {
    Aggregation.SUM: "逐项相加",
    Aggregation.FACTOR_PRODUCT: "系数相乘",
    Aggregation.DIMENSION_COUNT: "按达标维度计",
}
ROUNDING_WORDS = {
    RoundingMode.HALF_UP: "四舍五入",
    RoundingMode.HALF_EVEN: "四舍六入五成双",
    RoundingMode.DOWN: "舍去",
}
COMBINE_WORDS = {Combine.MEDIAN: "中位数", Combine.MEAN: "平均数"}
TRUTH_WORDS = {True: "是", False: "否"}


@dataclass(frozen=True, slots=True)
class RowError:
    """行错误: ``row`` is the number a person sees in the sheet (the heading is row 1); 0 is the whole sheet."""

    row: int
    column: str
    sentence: str


class CellError(ValueError):
    """单元格错误: what is wrong in one cell; ``sentence`` still knows its parts, for pages in another language."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def folded(text: str) -> str:
    """Words compared without width, case and blanks: 是 否 cap_D."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


_NAMES = {_key: name for name, heading in HEADINGS.items() for _key in (folded(name), folded(heading))}


def names_of(headings: Iterable[str]) -> dict[str, str]:
    """Heading in the sheet to plain name, in either language and width; unknown columns are left out."""
    return {heading: _NAMES[folded(heading)] for heading in headings if folded(heading) in _NAMES}


def in_plain_names(row: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    return dict.fromkeys(HEADINGS, "") | {
        names[key]: one_line(text) for key, text in row.items() if key in names
    }


def meaning(words: Mapping[T, str], text: str, name: str) -> T:
    """The value behind a word or behind its plain name, or the words that would have done."""
    wanted = folded(text)
    for value, word in words.items():
        if wanted in {folded(word), folded(str(value))}:
            return value
    raise CellError(
        Said(
            "%(name)s“%(text)s”无法识别，可填：%(value)s。",
            name=name,
            text=text,
            value="、".join(words.values()),
        )
    )
