"""历史结果 from a table: good lines and faults told apart, against the register and against each other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from common import uscc as codes
from common.errors import InvalidInput
from common.numbers import parse_whole
from common.said import Said
from common.text import folded, one_line
from credit_rating.rules.grid import RowError
from credit_rating.rules.past_results import COLUMNS, NEEDED, HistoricalRow, row_faults

Who = int | str
"""An institution of the register by its id, a new one by its code, else by its name."""


@dataclass(frozen=True, slots=True)
class Known:
    """What stands in the register. ``former`` maps a former name to the present one; ``grades`` are those of today,
    ``removed`` the results that were taken down.
    """

    by_code: Mapping[str, int]
    by_name: Mapping[str, Sequence[int]]
    names: Mapping[int, frozenset[str]]
    without_code: frozenset[int]
    former: Mapping[str, str]
    grades: Mapping[tuple[int, int, str], str]
    removed: frozenset[tuple[int, int, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One good line: whether its institution is new to the register, and whether the result stands there already."""

    line: int
    row: HistoricalRow
    new_institution: bool
    stands: bool


@dataclass(slots=True)
class SheetRead:
    """``faults`` line by line: with any of them nothing is imported."""

    planned: list[PlannedRow] = field(default_factory=list)
    faults: list[RowError] = field(default_factory=list)


def read_past_rows(
    rows: Sequence[Mapping[str, str]], lines: Sequence[int], known: Known, this_year: int
) -> SheetRead:
    """Every cell is looked at, so that one look at the report shows all that is wrong."""
    result = SheetRead()
    if not rows:
        result.faults.append(RowError(0, "", "表中没有数据行。"))
        return result
    names = _names(rows[0])
    if absent := [COLUMNS[name][0] for name in NEEDED if name not in names.values()]:
        result.faults.append(RowError(1, absent[0], Said("表头缺少：%(absent)s。", absent="、".join(absent))))
        return result
    together = _Together(known)
    for cells, line in zip(rows, lines, strict=True):
        row, year_fault = _row({names[one]: one_line(text) for one, text in cells.items() if one in names})
        faults = [*row_faults(row, this_year)]
        if year_fault:
            faults = [fault for fault in faults if fault[0] != "year"] + [("year", year_fault)]
        faults = faults or [*together.faults(row, line)]
        result.faults += [RowError(line, COLUMNS[name][0], said) for name, said in faults]
        if not faults:
            result.planned.append(together.planned(row, line))
    return result


def standing_faults(rows: Sequence[HistoricalRow], known: Known, this_year: int) -> list[RowError]:
    """What stands today against lines that were good when they were brought: register and results. Counted from 1."""
    together, found = _Together(known), []
    for line, row in enumerate(rows, 1):
        faults = [*row_faults(row, this_year)] or [*together.faults(row, line)]
        found += [RowError(line, COLUMNS[name][0], said) for name, said in faults]
    return found


def identity_faults(rows: Sequence[HistoricalRow], known: Known) -> list[RowError]:
    """The same, of the register alone: the lines whose institution it does not tell, or tells as another."""
    return [
        RowError(line, COLUMNS[name][0], said)
        for line, row in enumerate(rows, 1)
        for name, said in _register_faults(row, known)
    ]


def _names(headings: Mapping[str, str]) -> dict[str, str]:
    """Heading of the sheet to plain name; the plain names are taken as headings too, others are left out."""
    called = {folded(label): name for name, (label, _most) in COLUMNS.items()}
    called |= {name: name for name in COLUMNS}
    return {heading: called[folded(heading)] for heading in headings if folded(heading) in called}


def _row(cells: Mapping[str, str]) -> tuple[HistoricalRow, str]:
    """The line as typed, and what is wrong with its year if that is no number."""
    texts = {name: cells.get(name, "") for name in COLUMNS if name != "year"}
    texts["uscc"] = codes.normalised(texts["uscc"])
    try:
        return HistoricalRow(**texts, year=parse_whole(cells.get("year", ""))), ""
    except InvalidInput as refusal:
        return HistoricalRow(**texts, year=0), refusal.sentence


@dataclass(slots=True)
class _Together:
    """The lines seen so far, so that two that cannot both be right are named."""

    known: Known
    lines: dict[tuple[Who, int, str], int] = field(default_factory=dict)
    named: dict[str, tuple[str, int]] = field(default_factory=dict)
    coded: dict[str, tuple[str, int]] = field(default_factory=dict)

    def faults(self, row: HistoricalRow, line: int) -> Iterator[tuple[str, str]]:
        if wrong := [*_register_faults(row, self.known)]:
            yield from wrong
            return
        who = _who(row, self.known)
        if not isinstance(who, int) and (wrong := [*self._new_faults(row, line)]):
            yield from wrong
            return
        place = (who, row.year, row.scheme)
        first = self.lines.setdefault(place, line)
        if first != line:
            yield "scheme", Said("与第%(line)s行是同一家机构同一年度的同一项评估。", line=first)
        elif isinstance(who, int) and (who, *place[1:]) in self.known.removed:
            yield "grade", "这项结果已经撤下，导入不能恢复；应当恢复的，请在该项结果上提出更正。"
        elif isinstance(who, int) and self.known.grades.get((who, *place[1:]), row.grade) != row.grade:
            yield (
                "grade",
                Said(
                    "已有这项结果，是“%(grade)s”；导入不改已有的记载，请另行更正。",
                    grade=self.known.grades[who, row.year, row.scheme],
                ),
            )

    def _new_faults(self, row: HistoricalRow, line: int) -> Iterator[tuple[str, str]]:
        """One new institution must be written alike on all its lines."""
        code, first = self.named.setdefault(row.institution_name, (row.uscc, line))
        if code != row.uscc and not (code and row.uscc):
            yield "uscc", Said("与第%(line)s行机构同名，一处有代码、一处没有，请写得一样。", line=first)
        if row.uscc:
            name, first = self.coded.setdefault(row.uscc, (row.institution_name, line))
            if name != row.institution_name:
                yield "uscc", Said("与第%(line)s行代码相同，机构名称却不同。", line=first)

    def planned(self, row: HistoricalRow, line: int) -> PlannedRow:
        who = _who(row, self.known)
        stands = isinstance(who, int) and (who, row.year, row.scheme) in self.known.grades
        return PlannedRow(line, row, not isinstance(who, int), stands)


def _register_faults(row: HistoricalRow, known: Known) -> Iterator[tuple[str, str]]:
    """Nobody is guessed: where code and name do not lead to one institution, the line says what to look up."""
    name, same = row.institution_name, known.by_name.get(row.institution_name, ())
    if row.uscc in known.by_code:
        called = known.names[known.by_code[row.uscc]]
        if name not in called:
            yield (
                "institution_name",
                Said("这个代码在名录中是“%(name)s”，与表中名称不符。", name="、".join(sorted(called))),
            )
    elif row.uscc and known.without_code & set(same):
        yield "uscc", "名录中已有同名且代码未知的机构；如是同一家，请先在其页面补录代码。"
    elif not row.uscc and len(same) > 1:
        yield "uscc", "名录中有几家同名的机构，请填写统一社会信用代码。"
    elif not row.uscc and not same and name in known.former:
        yield (
            "institution_name",
            Said(
                "这是“%(name)s”的曾用名；请写现在的名称，或者填写统一社会信用代码。", name=known.former[name]
            ),
        )


def _who(row: HistoricalRow, known: Known) -> Who:
    if row.uscc:
        return known.by_code.get(row.uscc, row.uscc)
    same = known.by_name.get(row.institution_name, ())
    return same[0] if same else row.institution_name
