"""指标树: built row by row; every wrong cell is reported, and one wrong cell means no standard."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from common.said import Said
from credit_rating.rules.grid.cells import READERS
from credit_rating.rules.grid.columns import HEADINGS, LEVELS, CellError, RowError
from credit_rating.rules.grid.params_text import params_from_text
from credit_rating.rules.specification import IndicatorSpec, Method

IDENTITIES = uuid.UUID("6f1d0c52-6c0a-5a53-9a3e-0d7f6a2b9c11")
"""Names the identities of indicators that come without one: the same code in the same standard is the same."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The nodes found so far, by code, in the order of the sheet."""

    standard: str
    nodes: dict[str, IndicatorSpec]
    row_of: dict[str, int]
    errors: list[RowError]

    def take(self, number: int, row: Mapping[str, str]) -> None:
        before = len(self.errors)
        path = self._path(number, row)
        if len(self.errors) > before:
            return
        parent = None
        for level, name in enumerate(path[:-1]):
            parent = self._heading(number, row, name, level, parent)
        self._leaf(number, row, path[-1], len(path) - 1, parent)

    def _path(self, number: int, row: Mapping[str, str]) -> list[str]:
        """The levels the row fills: from the aspect down, without a gap, each with code and title."""
        filled = [name for name in LEVELS if row[f"{name}_code"] or row[f"{name}_zh"]]
        if not filled or filled != list(LEVELS[: len(filled)]):
            self._error(
                number, "aspect_code", "上级的编号和名称为空；如有合并单元格，请先取消合并并逐行填写。"
            )
        for name in filled:
            for part in ("code", "zh"):
                if not row[f"{name}_{part}"]:
                    self._error(
                        number,
                        f"{name}_{part}",
                        Said("%(headings)s为空。", headings=HEADINGS[f"{name}_{part}"]),
                    )
        return filled

    def _heading(self, number: int, row: Mapping[str, str], name: str, level: int, parent: str | None) -> str:
        code, title = row[f"{name}_code"], row[f"{name}_zh"]
        known = self.nodes.get(code)
        if known is None:
            self._add(number, self._node(row, name, level, parent))
        elif known.method is not None:
            self._error(
                number,
                f"{name}_code",
                Said(
                    "“%(code)s”在第 %(row_of)s 行已是计分指标，不能再有下级。",
                    code=code,
                    row_of=self.row_of[code],
                ),
            )
        elif (known.title, known.parent_code) != (title, parent):
            self._error(
                number,
                f"{name}_zh",
                Said("“%(code)s”与第 %(row_of)s 行的名称或上级不一致。", code=code, row_of=self.row_of[code]),
            )
        return code

    def _leaf(self, number: int, row: Mapping[str, str], name: str, level: int, parent: str | None) -> None:
        code = row[f"{name}_code"]
        if code in self.nodes:
            self._error(
                number,
                f"{name}_code",
                Said("编号“%(code)s”与第 %(row_of)s 行重复。", code=code, row_of=self.row_of[code]),
            )
            return
        before = len(self.errors)
        node = self._scored(number, row, self._node(row, name, level, parent))
        if len(self.errors) == before:
            self._add(number, node)

    def _add(self, number: int, node: IndicatorSpec) -> None:
        position = 1 + sum(other.parent_code == node.parent_code for other in self.nodes.values())
        self.nodes[node.code] = replace(node, position=position)
        self.row_of[node.code] = number

    def _node(self, row: Mapping[str, str], name: str, level: int, parent: str | None) -> IndicatorSpec:
        code = row[f"{name}_code"]
        return IndicatorSpec(
            code=code,
            parent_code=parent,
            level=level,
            title=row[f"{name}_zh"],
            title_en=row[f"{name}_en"],
            points=Decimal(0),
            identity=str(uuid.uuid5(IDENTITIES, f"{self.standard}/{code}")),
        )

    def _scored(self, number: int, row: Mapping[str, str], node: IndicatorSpec) -> IndicatorSpec:
        """The cells that only a scored indicator has; every wrong cell is reported."""
        read = {name: self._cell(number, name, row[name]) for name in READERS}
        method = read["scoring_method"]
        params = self._params(number, method, row["params"]) if isinstance(method, Method) else {}
        return replace(
            node,
            points=read["points"],
            method=method,
            params=params,
            na_policy=read["na_policy"],
            veto=read["veto"],
            evidence_required=read["evidence_required"],
            identity=read["identity"] or node.identity,
            evidence_hint=row["evidence"],
            basis=row["basis"],
            data_source=row["data_source"],
        )

    def _cell(self, number: int, name: str, text: str) -> Any:
        try:
            return READERS[name](text)
        except CellError as error:
            self._error(number, name, error.sentence)
            return None

    def _params(self, number: int, method: Method, text: str) -> dict[str, Any]:
        try:
            return params_from_text(method, text)
        except CellError as error:
            self._error(number, "params", error.sentence)
            return {}

    def _error(self, number: int, name: str, sentence: str) -> None:
        self.errors.append(RowError(number, HEADINGS[name], sentence))

    def indicators(self) -> tuple[IndicatorSpec, ...]:
        """上级分值: what the indicators below add up to."""
        sums: dict[str, Decimal] = {}
        for node in reversed(self.nodes.values()):
            points = node.points + sums.get(node.code, Decimal(0))
            if node.parent_code is not None:
                sums[node.parent_code] = sums.get(node.parent_code, Decimal(0)) + points
            sums[node.code] = points
        return tuple(replace(node, points=sums[node.code]) for node in self.nodes.values())
