"""会员工作簿: its sheets and columns, and how one line of it is read. Nothing is guessed: what is doubtful is a fault.

A fault names sheet, line, column and why; it never repeats the name of a person.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from common import uscc as codes
from common.dates import parse_day
from common.errors import InvalidInput
from common.headings import OF_BEYOND
from common.said import Said, listed
from common.text import folded, one_line

INSTITUTIONS, FORMER, TERMS, OFFICES = "institutions", "former", "terms", "offices"
NOTES = "填写说明"
WHY = "错误原因"
BEYOND = "多出的内容"
FROM_GIVEN = ("source", "known_on")
USUAL_STATE = "active"


@dataclass(frozen=True, slots=True)
class Column:
    """``kind``: text, code, day, or one of the words named by ``words``; ``most`` signs at most."""

    label: str
    says: str
    kind: str = "text"
    most: int = 80
    needed: bool = False
    words: str = ""


NAME = Column("机构名称", "登记的全称。已在名录的机构，写现在的名称", needed=True)
CODE = Column("统一社会信用代码", "18位。名录或“机构”表中有同名机构时必须填写", kind="code", most=60)
SOURCE = Column("资料来源", "这一行取自哪里，例如“2025年度会员名册”；不填的，用上传时写的来源", most=300)
KNOWN_ON = Column("资料截至", "来源反映到哪一天；不填的，用上传时写的日期", kind="day")
SPAN = {
    "from_on": Column("自", "第一天，例如 2024-03-01", kind="day", needed=True),
    "until_on": Column("至", "最后一天（含当天）；现在仍是的，不填", kind="day"),
}
COLUMNS: dict[str, dict[str, Column]] = {
    INSTITUTIONS: {
        "name": NAME,
        "uscc": CODE,
        "short_name": Column("简称", "", most=30),
        "field": Column("类别", "职业技能类、专业技术类、其他；不填的，记为其他", kind="word", words="field"),
        "licence_number": Column("办学许可证号", "", most=20),
        "region": Column("所在地区", "六位行政区划代码，例如 110105", kind="word", words="region"),
        "address": Column("地址", "", most=160),
        "source": Column("资料来源", "代码未知的机构必须有来源；不填的，用上传时写的来源", most=300),
    },
    FORMER: {
        "name": NAME,
        "uscc": CODE,
        "former": Column("曾用名", "", needed=True),
        "until_on": Column("用至", "用到哪一天；不知道的，不填", kind="day"),
    },
    TERMS: {
        "name": NAME,
        "uscc": CODE,
        "tier": Column("会员级别", "会员单位、理事单位、常务理事单位、副会长单位、会长单位", kind="word", needed=True, words="tier"),
        "state": Column("状态", "正式会员、考察期会员、暂停会员资格；不填的，记为正式会员", kind="word", words="state"),
        **SPAN,
        "ending": Column("终止方式", "退会、视为退会、除名、机构终止；会籍已经终止的必须填写", kind="word", words="ending"),
        "reason": Column("依据", "例如哪次会议的决议", most=300),
        "source": SOURCE,
        "known_on": KNOWN_ON,
    },
    OFFICES: {
        "name": NAME,
        "uscc": CODE,
        "office": Column("职务", "理事、常务理事、副会长、会长、监事、秘书长、发起单位", kind="word", needed=True, words="office"),
        "person_name": Column("代表姓名", "只供协会内部使用，不公开", most=60),
        **SPAN,
        "basis": Column("依据", "例如哪次会议的决议", most=200, needed=True),
        "source": SOURCE,
        "known_on": KNOWN_ON,
    },
}  # fmt: skip
TITLES = {INSTITUTIONS: "机构", FORMER: "曾用名", TERMS: "会籍", OFFICES: "任职"}
# A table without a name is told by the column that no other sheet has.
MARKS = {FORMER: "former", TERMS: "tier", OFFICES: "office"}
Words = Mapping[str, Mapping[str, str]]
"""By the name of a list: what people write, folded, and what we keep."""


@dataclass(frozen=True, slots=True)
class InstitutionRow:
    line: int
    name: str
    uscc: str = ""
    short_name: str = ""
    field: str = ""
    licence_number: str = ""
    region: str = ""
    address: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class FormerRow:
    line: int
    name: str
    former: str
    uscc: str = ""
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class TermRow:
    line: int
    name: str
    tier: str
    from_on: date
    uscc: str = ""
    state: str = ""
    until_on: date | None = None
    ending: str = ""
    reason: str = ""
    source: str = ""
    known_on: date | None = None


@dataclass(frozen=True, slots=True)
class OfficeRow:
    line: int
    name: str
    office: str
    from_on: date
    basis: str
    uscc: str = ""
    person_name: str = ""
    until_on: date | None = None
    source: str = ""
    known_on: date | None = None


Row = InstitutionRow | FormerRow | TermRow | OfficeRow
ROWS: dict[str, Callable[..., Row]] = {
    INSTITUTIONS: InstitutionRow,
    FORMER: FormerRow,
    TERMS: TermRow,
    OFFICES: OfficeRow,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """``line`` 0: the sheet as a whole."""

    sheet: str
    line: int
    column: str
    sentence: str


@dataclass(slots=True)
class SheetLines:
    """One sheet read: its good lines, and the faults of the others."""

    rows: list[Any] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def sheet_of(title: str, headings: Sequence[str]) -> str:
    """Which sheet a table is, by its title, or by its headings where it has none. Raises InvalidInput."""
    if title:
        named = {folded(label): sheet for sheet, label in TITLES.items()}
        if folded(title) not in named:
            told = "不认识工作表“%(title)s”；工作簿可以有这些工作表：%(titles)s。"
            raise InvalidInput(Said(told, title=title, titles=listed(TITLES.values())))
        return named[folded(title)]
    here = {folded(heading) for heading in headings}
    for sheet, name in MARKS.items():
        if folded(COLUMNS[sheet][name].label) in here:
            return sheet
    return INSTITUTIONS


def headings_of(sheet: str) -> list[str]:
    return [column.label for column in COLUMNS[sheet].values()]


def names_of(sheet: str, headings: Sequence[str]) -> dict[str, str]:
    """Heading to plain name. A column that nobody knows is refused, so that nothing is left out unsaid."""
    known = {folded(column.label): name for name, column in COLUMNS[sheet].items()}
    found = {heading: known[folded(heading)] for heading in headings if folded(heading) in known}
    strange = [one for one in headings if one not in found and one != WHY and not OF_BEYOND.fullmatch(one)]
    absent = [c.label for name, c in COLUMNS[sheet].items() if c.needed and name not in found.values()]
    if strange:
        told = "“%(sheet)s”表有不认识的列：%(columns)s。请删去或改成模板中的列名。"
        raise InvalidInput(Said(told, sheet=TITLES[sheet], columns="、".join(strange)))
    if absent:
        told = "“%(sheet)s”表缺少列：%(columns)s。"
        raise InvalidInput(Said(told, sheet=TITLES[sheet], columns=listed(absent)))
    return found


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of the whole book: the words of the lists, where it is from, and the day up to which it goes."""

    words: Words
    source: str
    known_on: date
    today: date


def read_lines(
    sheet: str, rows: Sequence[Mapping[str, str]], lines: Sequence[int], given: Given
) -> SheetLines:
    """Every cell is looked at, so that one look shows all that is wrong."""
    result = SheetLines()
    names = names_of(sheet, list(rows[0])) if rows else {}
    for cells, line in zip(rows, lines, strict=True):
        reader = _Line(sheet, line, {names[one]: text for one, text in cells.items() if one in names})
        if any(cells[one] for one in cells if OF_BEYOND.fullmatch(one)):
            reader.faults.append(Fault(sheet, line, BEYOND, "表头以外还有内容，请移到正确的列或者删去。"))
        row = reader.row(given)
        if row is None:
            result.faults += reader.faults
        else:
            result.rows.append(row)
    return result


@dataclass(slots=True)
class _Line:
    sheet: str
    line: int
    cells: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, name: str, sentence: str) -> None:
        self.faults.append(Fault(self.sheet, self.line, COLUMNS[self.sheet][name].label, sentence))

    def row(self, given: Given) -> Row | None:
        columns = COLUMNS[self.sheet]
        values = {name: self._value(name, column, given.words) for name, column in columns.items()}
        self._check_days(values, given.today)
        if "known_on" in columns or not values["uscc"]:
            values |= {name: values[name] or getattr(given, name) for name in FROM_GIVEN if name in columns}
        if self.sheet == TERMS:
            values["state"] = values["state"] or USUAL_STATE
        return None if self.faults else ROWS[self.sheet](line=self.line, **values)

    def _value(self, name: str, column: Column, words: Words) -> Any:
        text = one_line(self.cells.get(name, ""))
        if not text:
            if column.needed:
                self.wrong(name, "没有填写。")
            return None if column.kind == "day" else ""
        if len(text) > column.most:
            self.wrong(name, Said("内容过长，请不超过%(most)s个字。", most=column.most))
            return None if column.kind == "day" else ""
        return self._typed(name, column, text, words)

    def _typed(self, name: str, column: Column, text: str, words: Words) -> Any:
        if column.kind == "day":
            try:
                return parse_day(text)
            except InvalidInput as refusal:
                self.wrong(name, refusal.sentence)
                return None
        if column.kind == "code":
            if problem := codes.problem(text):
                self.wrong(name, problem)
            return codes.normalised(text)
        if column.kind == "word":
            found = words[column.words].get(folded(text))
            if found is None:
                self.wrong(name, column.says and Said("不认识这个写法，应为：%(says)s。", says=column.says))
            return found or ""
        return text

    def _check_days(self, values: Mapping[str, Any], today: date) -> None:
        first, last = values.get("from_on"), values.get("until_on")
        if first and last and last < first:
            self.wrong("until_on", "结束日期早于开始日期。")
        if values.get("known_on") and values["known_on"] > today:
            self.wrong("known_on", "日期不能晚于今天。")
        if self.sheet == FORMER and last and last > today:
            self.wrong("until_on", "日期不能晚于今天。")
        if self.sheet == TERMS and values.get("ending") and not last:
            self.wrong("until_on", "写了终止方式，请填写最后一天。")
