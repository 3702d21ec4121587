"""招生人次 from a table: good rows and faults told apart; a fault names line, column and why, never what stood there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from common.errors import InvalidInput
from common.numbers import parse_whole
from common.said import Said, listed
from common.text import one_line

COLUMNS = {
    "uscc": ("统一社会信用代码", "信用代码"),
    "name": ("机构名称", "机构", "单位名称"),
    "year": ("年度", "年份"),
    "learners": ("招生人次", "招生人数", "人次"),
    "source": ("来源", "数据来源"),
}
NEEDED = ("year", "learners", "source")
FIRST_YEAR, MOST, LONGEST_SOURCE = 2000, 10_000_000, 120


@dataclass(frozen=True, slots=True)
class Figure:
    """人次 of one institution in one year."""

    institution_id: int
    year: int
    learners: int
    source: str


@dataclass(frozen=True, slots=True)
class RowFault:
    line: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class FiguresRead:
    good: list[Figure] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """Institutions by code and by name; a name that several have stands for none."""

    by_code: Mapping[str, int]
    by_name: Mapping[str, Sequence[int]]


def headings_found(headings: Sequence[str]) -> dict[str, str]:
    """Which heading holds what. Raises InvalidInput naming the columns that are missing."""
    found = {
        name: next(one for one in called if one in headings)
        for name, called in COLUMNS.items()
        if set(called) & set(headings)
    }
    missing = [COLUMNS[name][0] for name in NEEDED if name not in found]
    if "uscc" not in found and "name" not in found:
        missing.insert(0, COLUMNS["uscc"][0])
    if missing:
        raise InvalidInput(Said("表格缺少“%(columns)s”列，没有导入。", columns=listed(missing)))
    return found


def read_figures(
    rows: Sequence[Mapping[str, str]], lines: Sequence[int], known: Known, this_year: int
) -> FiguresRead:
    """Every cell is looked at, so that one look at the file shows all that is wrong."""
    found = headings_found(list(rows[0]) if rows else [])
    result, seen = FiguresRead(), dict[tuple[int, int], int]()
    for row, line in zip(rows, lines, strict=True):
        cells = {name: one_line(row.get(heading, "")) for name, heading in found.items()}
        figure, faults = _read(cells, found, known, this_year)
        if figure is not None:
            place = (figure.institution_id, figure.year)
            if place in seen:
                faults = [("year", Said("与第%(line)s行是同一家机构的同一年度。", line=seen[place]))]
            else:
                seen[place] = line
                result.good.append(figure)
        result.faults.extend(RowFault(line, found.get(name, COLUMNS[name][0]), said) for name, said in faults)
    return result


def _read(
    cells: Mapping[str, str], found: Mapping[str, str], known: Known, this_year: int
) -> tuple[Figure | None, list[tuple[str, str]]]:
    faults: list[tuple[str, str]] = []
    institution_id, wrong = _institution(cells, known)
    if wrong:
        faults.append(("uscc" if cells.get("uscc") else "name" if "name" in found else "uscc", wrong))
    year = _whole(cells["year"], FIRST_YEAR, this_year)
    if year is None:
        faults.append(("year", Said("年度须在%(first)s至%(last)s之间。", first=FIRST_YEAR, last=this_year)))
    learners = _whole(cells["learners"], 0, MOST)
    if learners is None:
        faults.append(("learners", "人次须是0至1000万之间的整数。"))
    source = cells["source"]
    if not source or len(source) > LONGEST_SOURCE:
        faults.append(("source", Said("请写明数字的来源，不超过%(most)s个字。", most=LONGEST_SOURCE)))
    if faults or institution_id is None or year is None or learners is None:
        return None, faults
    return Figure(institution_id, year, learners, source), faults


def _institution(cells: Mapping[str, str], known: Known) -> tuple[int | None, str]:
    """By the code, else by the only institution of exactly this name."""
    if code := cells.get("uscc", "").upper():
        found = known.by_code.get(code)
        return found, "" if found is not None else "名录中没有这个统一社会信用代码。"
    same = known.by_name.get(cells.get("name", ""), ())
    if len(same) == 1:
        return same[0], ""
    return None, "名录中有几家同名的机构，请填写统一社会信用代码。" if same else "名录中没有这家机构。"


def _whole(text: str, least: int, most: int) -> int | None:
    try:
        return parse_whole(text, minimum=least, maximum=most)
    except InvalidInput:
        return None
