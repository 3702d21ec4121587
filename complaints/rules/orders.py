"""12345工单: a table of orders read row by row. Good rows and faults are told apart; nothing is guessed silently.

A fault names line, column and why, and never repeats what stood in the cell.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from common.dates import parse_moment
from common.errors import InvalidInput
from common.headings import OF_BEYOND
from common.numbers import ROUNDED, parse_decimal
from common.said import Said, listed
from common.text import one_line, paragraphs
from complaints.rules.intake import LONGEST_TEXT, MOST_FEN, is_name, normal_phone

# What the columns are called in the exports of different districts; the first is the name in our own template.
COLUMNS = {
    "number": ("工单编号", "工单号", "工单流水号", "编号"),
    "received_on": ("来电日期", "受理时间", "来电时间", "创建时间", "派单时间"),
    "due_on": ("办理时限", "办结时限", "截止日期", "截止时间"),
    "name": ("诉求人", "来电人", "投诉人", "姓名"),
    "phone": ("联系电话", "来电号码", "电话", "手机号码"),
    "address": ("联系地址", "诉求人地址", "地址"),
    "respondent": ("被反映单位", "被投诉单位", "被投诉人", "企业名称", "单位名称"),
    "respondent_address": ("被反映单位地址", "被投诉单位地址", "企业地址"),
    "facts": ("诉求内容", "工单内容", "主要内容", "内容"),
    "demand": ("诉求目的", "要求", "诉求"),
    "subject": ("事项", "分类", "问题分类"),
    "harmed_on": ("事发日期", "发生日期"),
    "paid": ("已付金额（元）", "已付金额", "缴费金额"),
    "claimed": ("要求退还（元）", "要求退还", "退费金额", "涉及金额"),
}
NEEDED = ("number", "received_on", "due_on", "name", "phone", "respondent", "facts")
NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z_\-/]{3,39}")
MIDNIGHT = time()  # as exports write a day without an hour
MOVE_BACK = "这一格是表头以外多出的内容，请移回应在的列，再清空这一格。"
WRITE_WHOLE = "这个数字的末尾几位已被 Excel 改写，请照原件填写完整，并删去前面的标记。"
LONGEST_ADDRESS, LONGEST_RESPONDENT = 160, 120
FEN_IN_YUAN = 100


@dataclass(frozen=True, slots=True)
class Order:
    """一张工单 as it will become a complaint; amounts in fen."""

    line: int
    number: str
    received_on: date
    due_on: date
    due_time: time | None
    name: str
    phone: str
    address: str
    respondent: str
    respondent_address: str
    facts: str
    demand: str
    subject: str
    harmed_on: date | None
    paid_fen: int | None
    claimed_fen: int


@dataclass(frozen=True, slots=True)
class Fault:
    line: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class OrdersRead:
    """读表的结果: ``known`` are lines whose order was imported before."""

    good: list[Order] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    known: list[int] = field(default_factory=list)

    def bad_lines(self) -> set[int]:
        return {fault.line for fault in self.faults}


def headings_found(headings: Sequence[str]) -> dict[str, str]:
    """Which heading holds what. Raises InvalidInput naming the columns that are missing."""
    found = {}
    for name, called in COLUMNS.items():
        heading = next((one for one in called if one in headings), None)
        if heading is not None:
            found[name] = heading
    missing = [COLUMNS[name][0] for name in NEEDED if name not in found]
    if missing:
        raise InvalidInput(Said("表格缺少“%(columns)s”列，没有导入。", columns=listed(missing)))
    return found


def read_orders(
    rows: Sequence[Mapping[str, str]],
    lines: Sequence[int],
    found: Mapping[str, str],
    subjects: Mapping[str, str],
    imported: Collection[str],
    today: date,
    first_day: date | None = None,
) -> OrdersRead:
    """Every row becomes an order, a fault, or is known. ``subjects`` maps the words of officials to ours.

    ``first_day``: before it no rule says how the terms of a call were counted.
    """
    result = OrdersRead()
    seen: dict[str, int] = {}
    for row, line in zip(rows, lines, strict=True):
        if unmended := list(_unmended(row)):
            result.faults.extend(Fault(line, heading, sentence) for heading, sentence in unmended)
            continue
        reader = _Row({name: row.get(heading, "") for name, heading in found.items()}, found)
        number = reader.number()
        if number in imported:
            result.known.append(line)
            continue
        if number and number in seen:
            reader.wrong("number", Said("工单编号与第%(line)s行重复。", line=seen[number]))
        elif number:
            seen[number] = line
        order = reader.order(line, number, subjects, today, first_day)
        if order is not None:
            result.good.append(order)
        result.faults.extend(Fault(line, column, sentence) for column, sentence in reader.faults)
    return result


def _unmended(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What an earlier look set aside or marked in the file of wrong rows, and nobody has put right since."""
    for heading, text in row.items():
        if text and OF_BEYOND.fullmatch(heading):
            yield heading, MOVE_BACK
        elif text.startswith(ROUNDED):
            yield heading, WRITE_WHOLE


class _Row:
    """One row and what is wrong with it."""

    def __init__(self, cells: Mapping[str, str], headings: Mapping[str, str]) -> None:
        self.cells, self.headings = cells, headings
        self.faults: list[tuple[str, str]] = []

    def wrong(self, name: str, sentence: str) -> None:
        self.faults.append((self.headings.get(name, COLUMNS[name][0]), sentence))

    def line_of(self, name: str) -> str:
        return one_line(self.cells.get(name, ""))

    def number(self) -> str:
        number = self.line_of("number").upper()
        if not NUMBER.fullmatch(number):
            self.wrong("number", "工单编号须为4至40位的字母和数字。")
            return ""
        return number

    def day(self, name: str) -> date | None:
        moment = self.moment(name)
        return moment.date() if moment is not None else None

    def moment(self, name: str) -> datetime | None:
        """Beijing time; midnight where no hour stands."""
        try:
            return parse_moment(self.cells.get(name, ""))
        except InvalidInput as error:
            self.wrong(name, error.sentence)
            return None

    def fen(self, name: str) -> int | None:
        text = self.line_of(name).removesuffix("元")
        if not text:
            return None
        try:
            yuan = parse_decimal(text, minimum=Decimal(0), maximum=Decimal(MOST_FEN // FEN_IN_YUAN))
        except InvalidInput as error:
            self.wrong(name, Said("金额不对：%(why)s", why=_without_cell(error.sentence)))
            return None
        return int(yuan * FEN_IN_YUAN)

    def text(self, name: str, longest: int, *, needed: bool = True) -> str:
        text = paragraphs(self.cells.get(name, "")) if longest == LONGEST_TEXT else self.line_of(name)
        if needed and not text:
            self.wrong(name, "没有填写。")
        if len(text) > longest:
            self.wrong(name, Said("内容过长，请不超过%(most)s个字。", most=longest))
        return text

    def person(self) -> tuple[str, str]:
        name, phone = self.line_of("name"), normal_phone(self.cells.get("phone", ""))
        if not is_name(name):
            self.wrong("name", "姓名只能含有文字和间隔号，不能含有数字、符号或代码。")
        if not phone:
            self.wrong("phone", "电话号码不正确，固定电话须带区号。")
        return name, phone

    def days(self, today: date, first_day: date | None) -> tuple[date | None, datetime | None, date | None]:
        """收到、时限、事发. When it happened is not known where the order does not say it."""
        received, due = self.day("received_on"), self.moment("due_on")
        harmed = self.day("harmed_on") if self.line_of("harmed_on") else None
        if received is not None and received > today:
            self.wrong("received_on", "日期不能晚于今天。")
        if received is not None and first_day is not None and received < first_day:
            self.wrong(
                "received_on", Said("早于%(day)s，没有当时的期限规则，请检查。", day=first_day.isoformat())
            )
        if received is not None and due is not None and due.date() < received:
            self.wrong("due_on", "办理时限早于来电日期。")
        if harmed is not None and harmed > today:
            self.wrong("harmed_on", "日期不能晚于今天。")
        return received, due, harmed

    def order(
        self, line: int, number: str, subjects: Mapping[str, str], today: date, first_day: date | None
    ) -> Order | None:
        """All cells are looked at, so that one look at the file shows all that is wrong."""
        received, due, harmed = self.days(today, first_day)
        name, phone = self.person()
        paid, claimed = self.fen("paid"), self.fen("claimed")
        texts = {
            "address": self.text("address", LONGEST_ADDRESS, needed=False),
            "respondent": self.text("respondent", LONGEST_RESPONDENT),
            "respondent_address": self.text("respondent_address", LONGEST_ADDRESS, needed=False),
            "facts": self.text("facts", LONGEST_TEXT),
            "demand": self.text("demand", LONGEST_TEXT, needed=False),
        }
        if self.faults or received is None or due is None:
            return None
        return Order(
            line=line,
            number=number,
            received_on=received,
            due_on=due.date(),
            due_time=due.time() if due.time() != MIDNIGHT else None,
            name=name,
            phone=phone,
            subject=subjects.get(self.line_of("subject"), "other"),
            harmed_on=harmed,
            paid_fen=paid,
            claimed_fen=claimed or 0,
            **texts,
        )


def _without_cell(sentence: str) -> str:
    """What was typed is not repeated; nothing is cut out of a sentence, or no page could say it in its language."""
    return "请只填数字，例如 4.5。" if isinstance(sentence, Said) and "text" in sentence.values else sentence
