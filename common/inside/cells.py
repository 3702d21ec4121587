"""Walks over a sheet's XML once, before its values are read: how far it reaches, merged cells, formulas."""

import re
from dataclasses import dataclass, field
from typing import IO, Any, Final

from defusedxml.ElementTree import iterparse
from openpyxl.utils import column_index_from_string, get_column_letter

from common.errors import InvalidInput, TooLarge
from common.said import Said

MOST_COLUMNS: Final = 200
MOST_NAMED: Final = 5
PLACE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass
class _Survey:
    max_rows: int
    row: int = 0
    column: int = 0
    last_row: int = 0
    last_column: int = 0
    merged: list[str] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)

    def start_row(self, element: Any) -> None:
        self.row = int(element.get("r") or self.row + 1)
        self.column = 0

    def cell(self, element: Any) -> None:
        place = PLACE.fullmatch(element.get("r") or "")
        self.column = column_index_from_string(place[1]) if place else self.column + 1
        parts = {_name(part): part for part in element}
        if "f" in parts:
            self.formulas.append(f"{get_column_letter(self.column)}{self.row}")
        if "is" in parts or ("v" in parts and (parts["v"].text or "").strip()):
            self.last_row = max(self.last_row, self.row)
            self.last_column = max(self.last_column, self.column)
            self.check_reach()
        element.clear()

    def take(self, event: str, element: Any) -> None:
        match event, _name(element):
            case "start", "row":
                self.start_row(element)
            case "end", "c":
                self.cell(element)
            case "end", "row":
                element.clear()
            case "end", "mergeCell":
                self.merged.append(str(element.get("ref")))

    def check_reach(self) -> None:
        if self.last_row > self.max_rows + 1:
            raise TooLarge(Said("表格超过%(max_rows)s行，请拆分后导入。", max_rows=self.max_rows))
        if self.last_column > MOST_COLUMNS:
            raise TooLarge(Said("表格超过%(most)s列，请删去多余的列。", most=MOST_COLUMNS))


def survey(stream: IO[bytes], max_rows: int) -> tuple[int, int]:
    """The last row and column with content; merged cells and formulas are refused by name."""
    found = _Survey(max_rows)
    for event, element in iterparse(stream, events=("start", "end")):
        found.take(event, element)
    if found.merged:
        raise InvalidInput(
            Said(
                "有合并单元格：%(places)s。请取消合并，每格单独填写后再导入。",
                places=_named(sorted(found.merged)),
            )
        )
    if found.formulas:
        raise InvalidInput(
            Said("有公式：%(places)s。请复制后“粘贴为数值”再导入。", places=_named(found.formulas))
        )
    return found.last_row, found.last_column


def _named(places: list[str]) -> str:
    first = "、".join(places[:MOST_NAMED])
    if len(places) <= MOST_NAMED:
        return first
    return Said("%(first)s等%(count)s处", first=first, count=len(places))


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
