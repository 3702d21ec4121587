"""会费的银行流水: how one line is read, whose money it is, and which bills it pays. Nothing is guessed: what is doubtful waits."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from common.dates import parse_day
from common.errors import InvalidInput
from common.numbers import parse_decimal
from common.said import Said, listed
from common.text import folded, one_line
from members.rules.dues import FEN, NUMBER

LARGEST_YUAN = Decimal(10) ** 9
ONE_FEN = Decimal("0.01")
CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")


@dataclass(frozen=True, slots=True)
class Column:
    """``label`` stands in the empty table; banks call it by one of ``also``."""

    label: str
    also: tuple[str, ...] = ()
    needed: bool = True
    most: int = 60


COLUMNS = {
    "serial": Column("流水号", ("交易流水号", "银行流水号", "交易号", "凭证号")),
    "received_on": Column("日期", ("交易日期", "入账日期", "记账日期")),
    "payer": Column("付款人", ("对方户名", "付款人名称", "付款方名称", "对方名称"), most=120),
    "amount": Column("金额", ("收入金额", "贷方金额", "交易金额", "收入", "贷方发生额")),
    "memo": Column("附言", ("摘要", "用途", "备注"), needed=False, most=200),
    "uscc": Column("统一社会信用代码", ("付款人统一社会信用代码",), needed=False),
}


@dataclass(frozen=True, slots=True)
class BankRow:
    line: int
    serial: str
    received_on: date
    payer: str
    amount_fen: int
    memo: str
    uscc: str


@dataclass(frozen=True, slots=True)
class Fault:
    line: int
    column: str
    sentence: str


def headings_by_name(headings: Collection[str]) -> dict[str, str]:
    """Our name → the heading of the file. Raises InvalidInput, naming every column that is wanted and not there."""
    found = {}
    for name, column in COLUMNS.items():
        known = {folded(one) for one in (column.label, *column.also)}
        here = [heading for heading in headings if folded(heading) in known]
        if len(here) > 1:
            raise InvalidInput(Said("这几列意思相同，请只留一列：%(columns)s。", columns=listed(here)))
        found[name] = here[0] if here else ""
    missing = [column.label for name, column in COLUMNS.items() if column.needed and not found[name]]
    if missing:
        told = "表头缺少这几列：%(columns)s。第一行须是表头，银行文件前面的说明请删去。"
        raise InvalidInput(Said(told, columns=listed(missing)))
    return {name: heading for name, heading in found.items() if heading}


def read_rows(
    rows: Sequence[Mapping[str, str]], lines: Sequence[int], today: date
) -> tuple[list[BankRow], list[Fault]]:
    """Every line, or what is wrong with it; the same number twice in one file is a fault of the second."""
    good: list[BankRow] = []
    faults: list[Fault] = []
    first_at: dict[str, int] = {}
    named = headings_by_name(rows[0].keys()) if rows else {}
    for row, line in zip(rows, lines, strict=True):
        found, wrong = _read(row, line, named, today)
        if found is not None and (before := first_at.setdefault(found.serial, line)) != line:
            told = Said("流水号与第%(line)s行相同。", line=before)
            found, wrong = None, [Fault(line, COLUMNS["serial"].label, told)]
        faults += wrong
        if found is not None:
            good.append(found)
    return good, faults


def _read(
    row: Mapping[str, str], line: int, named: Mapping[str, str], today: date
) -> tuple[BankRow | None, list[Fault]]:
    texts = {name: one_line(row[named[name]]) if name in named else "" for name in COLUMNS}
    faults = [
        Fault(line, column.label, "没有填写。" if not texts[name] else Said("不能超过%(most)s个字。", most=column.most))
        for name, column in COLUMNS.items()
        if (column.needed and not texts[name]) or len(texts[name]) > column.most
    ]  # fmt: skip
    faulty = {fault.column for fault in faults}
    day, fen = today, 0
    if COLUMNS["received_on"].label not in faulty:
        try:
            day = _past_day(texts["received_on"], today)
        except InvalidInput as wrong:
            faults.append(Fault(line, COLUMNS["received_on"].label, wrong.sentence))
    if COLUMNS["amount"].label not in faulty:
        try:
            fen = int(parse_decimal(texts["amount"], minimum=ONE_FEN, maximum=LARGEST_YUAN) * FEN)
        except InvalidInput as wrong:
            faults.append(Fault(line, COLUMNS["amount"].label, wrong.sentence))
    if faults:
        return None, faults
    uscc = folded(texts["uscc"]).upper()
    return BankRow(line, texts["serial"], day, texts["payer"], fen, texts["memo"], uscc), []


def _past_day(text: str, today: date) -> date:
    """Raises InvalidInput."""
    day = parse_day(text)
    if day > today:
        raise InvalidInput("日期不能晚于今天。")
    return day


# -- whose money it is ----------------------------------------------------------------------------------------


class Basis(StrEnum):
    """认领依据; the values are those of ``MatchBasis``."""

    NUMBER = "number"
    USCC = "uscc"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Known:
    """Whom a line can mean: bills by year and number, institutions by code and by folded name, former ones too."""

    bills: Mapping[tuple[int, int], int]
    codes: Mapping[str, int]
    names: Mapping[str, frozenset[int]]


def owner_of(payer: str, memo: str, uscc: str, known: Known) -> tuple[int, Basis] | None:
    """The one institution that all of a line's marks mean; nothing where they mean none, several, or contradict."""
    said = folded(memo).upper()
    by_number = {known.bills[key] for key in numbers_in(memo) if key in known.bills}
    by_code = {known.codes[code] for code in {uscc, *CODE.findall(said)} if code in known.codes}
    by_name = set(known.names.get("".join(folded(payer).split()), frozenset()))
    found = by_number | by_code | (by_name if len(by_name) == 1 or not (by_number or by_code) else set())
    if len(found) != 1:
        return None
    basis = Basis.NUMBER if by_number else Basis.USCC if by_code else Basis.NAME
    return found.pop(), basis


def numbers_in(memo: str) -> list[tuple[int, int]]:
    """Year and number of every bill that a remark names."""
    return [(int(year), int(number)) for year, number in NUMBER.findall(folded(memo).upper())]


# -- which bills it pays --------------------------------------------------------------------------------------


def spread(amount_fen: int, bills: Sequence[tuple[int, int]]) -> tuple[list[tuple[int, int]], int]:
    """``bills``: id and what is owed, in the order in which they are paid. What each gets, and what is left over."""
    paid, left = [], amount_fen
    for bill, owed_fen in bills:
        part = min(left, owed_fen)
        if part > 0:
            paid.append((bill, part))
            left -= part
    return paid, left
