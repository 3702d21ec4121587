"""会员工作簿 against the books: what each good line would do, and which cannot be taken and why.

Nothing that stands in the books is overwritten: a membership or an office that differs from what stands there is a
fault. Lines are held against each other too, the later one is the wrong one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from common.said import Said
from members.rules.book import (
    FORMER,
    INSTITUTIONS,
    OFFICES,
    TERMS,
    Fault,
    FormerRow,
    InstitutionRow,
    OfficeRow,
    Row,
    SheetLines,
    TermRow,
)
from members.rules.terms import DAY

Who = int | str
"""An institution of the register by its id, a new one by its code, else by its name."""
Wrong = tuple[str, str]
"""Column and sentence."""
NEW, SAME, CHANGE = "new", "same", "change"
PARTICULARS = ("short_name", "field", "licence_number", "region", "address")
COUNCIL = frozenset({"director", "standing_director", "vice_president", "president"})
FOUNDER, SUPERVISOR = "founder", "supervisor"


@dataclass(frozen=True, slots=True)
class Known:
    """What stands in the books now. Terms and offices of an institution are rows with line 0.

    ``former``: of each institution its former names and until when. ``has_probation``: whether the charter has a
    probation that may count on a day. ``sole``: offices that one institution at most holds at a time.
    """

    institutions: Mapping[int, InstitutionRow]
    former: Mapping[int, Mapping[str, date | None]]
    terms: Mapping[int, Sequence[TermRow]]
    offices: Mapping[int, Sequence[OfficeRow]]
    sole: frozenset[str]
    has_probation: Callable[[date], bool]
    today: date


@dataclass(frozen=True, slots=True)
class Planned:
    """A good line: whose it is, and whether it is new, stands there already, or changes what stands there."""

    sheet: str
    row: Any
    who: Who
    deed: str


@dataclass(slots=True)
class Plan:
    """``terms``: of each institution every term after loading, those of the books too."""

    planned: list[Planned] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    terms: dict[Who, list[TermRow]] = field(default_factory=dict)

    def member_since(self, who: Who, day: date) -> date | None:
        """The first day of the membership that holds on the day and never ended since; nothing for who is no member then."""
        rows = sorted(self.terms.get(who, ()), key=lambda row: row.from_on, reverse=True)
        first: date | None = None
        for row in rows:
            if first is None:
                first = row.from_on if _holds(row, day) else None
            elif row.until_on == first - DAY and not row.ending:
                first = row.from_on
        return first


def plan_book(read: Mapping[str, SheetLines], known: Known) -> Plan:
    """Institutions first, then what is about them; the faults of reading are among the faults."""
    plan = Plan(faults=[fault for lines in read.values() for fault in lines.faults])
    places = _Places(known, {fault.line for fault in plan.faults if fault.sheet == INSTITUTIONS})
    _plan_institutions(_rows(read, INSTITUTIONS), known, places, plan)
    _plan_former(places.owned(FORMER, _rows(read, FORMER), plan), known, places, plan)
    _plan_terms(places.owned(TERMS, _rows(read, TERMS), plan), known, plan)
    _plan_offices(places.owned(OFFICES, _rows(read, OFFICES), plan), known, plan)
    return plan


def _rows(read: Mapping[str, SheetLines], sheet: str) -> list[Any]:
    return read[sheet].rows if sheet in read else []


# -- whose a line is ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Places:
    """Institutions of the register and of the book, by code and by name. Nobody is guessed."""

    known: Known
    wrong_lines: set[int]
    by_code: dict[str, Who] = field(default_factory=dict)
    by_name: dict[str, list[Who]] = field(default_factory=dict)
    names: dict[Who, set[str]] = field(default_factory=dict)
    present: dict[str, str] = field(default_factory=dict)
    uncoded: set[Who] = field(default_factory=set)

    def __post_init__(self) -> None:
        for pk, one in self.known.institutions.items():
            self.add(pk, one)
            former = self.known.former.get(pk, {})
            self.names[pk] |= set(former)
            self.present |= dict.fromkeys(former, one.name)

    def add(self, who: Who, one: InstitutionRow) -> None:
        self.by_name.setdefault(one.name, []).append(who)
        self.names[who] = {one.name}
        if one.uscc:
            self.by_code[one.uscc] = who
        else:
            self.uncoded.add(who)

    def find(self, row: Any) -> tuple[Who | None, Wrong | None]:
        """Who it is, nobody for one that is not here, or what is wrong."""
        return self._by_code(row) if row.uscc else self._by_name(row)

    def _by_code(self, row: Any) -> tuple[Who | None, Wrong | None]:
        who = self.by_code.get(row.uscc)
        if who is not None and row.name in self.names[who]:
            return who, None
        if who is not None:
            told = "这个代码在名录中是“%(name)s”，与表中名称不符。"
            return None, ("机构名称", Said(told, name="、".join(sorted(self.names[who]))))
        if self.uncoded & set(self.by_name.get(row.name, [])):
            sentence = "名录中已有同名且代码未知的机构；如是同一家，请先在其页面补录代码。"
            return None, ("统一社会信用代码", sentence)
        return None, None

    def _by_name(self, row: Any) -> tuple[Who | None, Wrong | None]:
        same = self.by_name.get(row.name, [])
        if len(same) > 1:
            return None, ("统一社会信用代码", "名录中有几家同名的机构，请填写统一社会信用代码。")
        if not same and row.name in self.present:
            told = "这是“%(name)s”的曾用名；请写现在的名称，或者填写统一社会信用代码。"
            return None, ("机构名称", Said(told, name=self.present[row.name]))
        return (same[0] if same else None), None

    def owned(self, sheet: str, rows: Sequence[Any], plan: Plan) -> Iterator[tuple[Who, Any]]:
        """The lines whose institution is certain; the others go to the faults."""
        for row in rows:
            who, wrong = self.find(row)
            if who is not None:
                yield who, row
                continue
            column, sentence = wrong or ("机构名称", self._unknown())
            plan.faults.append(Fault(sheet, row.line, column, sentence))

    def _unknown(self) -> str:
        if self.wrong_lines:
            return "名录和“机构”表的正确行里都没有这家机构；如果“机构”表中有它，请先改好那一行。"
        return "名录和“机构”表里都没有这家机构，请先在“机构”表中填写。"


def _plan_institutions(rows: Sequence[InstitutionRow], known: Known, places: _Places, plan: Plan) -> None:
    seen: dict[Who, int] = {}
    for row in rows:
        who, wrong = places.find(row)
        wrong = wrong or _institution_fault(row, who, known, seen)
        if wrong:
            plan.faults.append(Fault(INSTITUTIONS, row.line, *wrong))
            places.wrong_lines.add(row.line)
            continue
        if who is None:
            who = row.uscc or row.name
            places.add(who, row)
            plan.planned.append(Planned(INSTITUTIONS, row, who, NEW))
        else:
            changed = isinstance(who, int) and changes(row, known.institutions[who])
            plan.planned.append(Planned(INSTITUTIONS, row, who, CHANGE if changed else SAME))
        seen[who] = row.line


def _institution_fault(
    row: InstitutionRow, who: Who | None, known: Known, seen: Mapping[Who, int]
) -> Wrong | None:
    if who is not None and who in seen:
        return "机构名称", Said("与第%(line)s行是同一家机构。", line=seen[who])
    if isinstance(who, int) and row.name != known.institutions[who].name:
        told = "这个代码的机构现在叫“%(name)s”；导入不更名，请写现在的名称。"
        return "机构名称", Said(told, name=known.institutions[who].name)
    if who is None and not row.uscc and not row.source:
        return "统一社会信用代码", "没有代码的机构须写明资料来源。"
    return None


def changes(row: InstitutionRow, here: InstitutionRow) -> dict[str, str]:
    """What the line says that the register does not; an empty cell says nothing."""
    said = {name: getattr(row, name) for name in PARTICULARS}
    return {name: value for name, value in said.items() if value and value != getattr(here, name)}


# -- 曾用名 ---------------------------------------------------------------------------------------------------


def _plan_former(owned: Iterator[tuple[Who, FormerRow]], known: Known, places: _Places, plan: Plan) -> None:
    seen: dict[tuple[Who, str], int] = {}
    for who, row in owned:
        here = known.former.get(who, {}) if isinstance(who, int) else {}
        first = seen.setdefault((who, row.former), row.line)
        told = ""
        if first != row.line:
            told = Said("与第%(line)s行相同。", line=first)
        elif row.former in places.by_name and who in places.by_name[row.former]:
            told = "这是该机构现在的名称。"
        elif row.until_on and here.get(row.former) not in (None, row.until_on):
            told = "名录中这个曾用名的日期不同；导入不改已有的记载。"
        if told:
            plan.faults.append(Fault(FORMER, row.line, "曾用名", told))
            continue
        deed = NEW if row.former not in here else CHANGE if row.until_on and not here[row.former] else SAME
        plan.planned.append(Planned(FORMER, row, who, deed))


# -- 会籍 -----------------------------------------------------------------------------------------------------


def _plan_terms(owned: Iterator[tuple[Who, TermRow]], known: Known, plan: Plan) -> None:
    taken: list[Planned] = []
    plan.terms = {who: list(rows) for who, rows in known.terms.items()}
    for who, row in owned:
        here = plan.terms.setdefault(who, [])
        if any(_bare(row) == _bare(other) and not other.line for other in here):
            taken.append(Planned(TERMS, row, who, SAME))
            continue
        wrong = _term_fault(row, here, known)
        if wrong:
            plan.faults.append(Fault(TERMS, row.line, *wrong))
        else:
            here.append(row)
            taken.append(Planned(TERMS, row, who, NEW))
    unsaid = _unsaid(taken, plan.terms, known.today)
    told = "会籍已经结束而没有接续，请填写终止方式。"
    plan.faults += [Fault(TERMS, line, "终止方式", told) for line in sorted(unsaid)]
    plan.planned += [one for one in taken if one.row.line not in unsaid]


def _unsaid(taken: Sequence[Planned], terms: dict[Who, list[TermRow]], today: date) -> set[int]:
    """The lines of terms that are over, go on in no other and do not say how they ended; the latest looked at first."""
    found = set()
    for one in sorted(taken, key=lambda planned: planned.row.from_on, reverse=True):
        if one.deed == NEW and _ends_unsaid(one.row, terms[one.who], today):
            terms[one.who].remove(one.row)
            found.add(one.row.line)
    return found


def _term_fault(row: TermRow, here: Sequence[TermRow], known: Known) -> Wrong | None:
    other = next((one for one in here if _overlap(row, one)), None)
    if other is not None:
        return "自", _overlap_told(other)
    if row.state == "probation" and row.until_on is None and not known.has_probation(row.from_on):
        return "状态", "章程参数中没有这一天可以适用的考察期，请写“正式会员”，或者填写考察期的最后一天。"
    return None


def _overlap_told(other: TermRow | OfficeRow) -> str:
    if other.line:
        return Said("与第%(line)s行的日期重叠。", line=other.line)
    return Said(
        "与已有的记载（%(first)s至%(last)s）重叠；导入不改已有的记载，请在机构页面办理。",
        first=other.from_on.isoformat(),
        last=other.until_on.isoformat() if other.until_on else "至今",
    )


def _ends_unsaid(row: TermRow, here: Sequence[TermRow], today: date) -> bool:
    if row.until_on is None or row.ending or row.until_on >= today:
        return False
    return not any(other.from_on == row.until_on + DAY for other in here)


# -- 任职 -----------------------------------------------------------------------------------------------------


def _plan_offices(owned: Iterator[tuple[Who, OfficeRow]], known: Known, plan: Plan) -> None:
    offices: dict[Who, list[OfficeRow]] = {who: list(rows) for who, rows in known.offices.items()}
    sole = [row for rows in known.offices.values() for row in rows if row.office in known.sole]
    for who, row in owned:
        here = offices.setdefault(who, [])
        if any(_bare(row) == _bare(other) and not other.line for other in here):
            plan.planned.append(Planned(OFFICES, row, who, SAME))
            continue
        wrong = _office_fault(row, here, sole, plan.terms.get(who, ()))
        if wrong:
            plan.faults.append(Fault(OFFICES, row.line, *wrong))
            continue
        here.append(row)
        if row.office in known.sole:
            sole.append(row)
        plan.planned.append(Planned(OFFICES, row, who, NEW))


def _office_fault(
    row: OfficeRow, here: Sequence[OfficeRow], sole: Sequence[OfficeRow], terms: Sequence[TermRow]
) -> Wrong | None:
    if not any(_holds(term, row.from_on) for term in terms):
        return "自", "该机构在任期开始之日不是会员，不能担任职务。"
    other = next((one for one in here if excludes(row.office, one.office) and _overlap(row, one)), None)
    if other is not None:
        return "职务", _overlap_told(other)
    rival = next((one for one in sole if one.office == row.office and _overlap(row, one)), None)
    if rival is not None:
        return "职务", Said("%(name)s在这段时间已担任这一职务。", name=rival.name)
    return None


def excludes(one: str, other: str) -> bool:
    """秘书长 goes beside a seat on the council, 发起单位 beside all, 监事 beside neither."""
    pair = {one, other}
    if FOUNDER in pair:
        return one == other
    return one == other or SUPERVISOR in pair or pair <= COUNCIL


# -- days -----------------------------------------------------------------------------------------------------


def _overlap(one: TermRow | OfficeRow, other: TermRow | OfficeRow) -> bool:
    """Days are inside at both ends; without an end it goes on."""
    return (other.until_on is None or one.from_on <= other.until_on) and (
        one.until_on is None or other.from_on <= one.until_on
    )


def _holds(row: TermRow, day: date) -> bool:
    return row.from_on <= day and (row.until_on is None or day <= row.until_on)


def _bare(row: Any) -> Row:
    """What is compared with the books: not where it was read and from what."""
    bare: Row = replace(row, line=0, name="", uscc="", source="", known_on=None)
    return bare
