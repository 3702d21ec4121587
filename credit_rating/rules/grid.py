"""表格: a standard as rows for Excel and CSV, and back with an error per row and column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from credit_rating.rules.specification import StandardSpec


@dataclass(frozen=True, slots=True)
class RowError:
    """行错误: ``row`` is the number a person sees in the sheet (the heading is row 1); 0 is the whole sheet."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Header:
    """规范信息 that is not in the rows of indicators: bands, rounding and so on as keyword values of StandardSpec."""

    values: Mapping[str, Any]


def spec_from_rows(
    rows: Sequence[Mapping[str, str]], header: Header
) -> tuple[StandardSpec | None, tuple[RowError, ...]]:
    """导入: the standard, or every error found and no standard."""
    raise NotImplementedError


def rows_from_spec(spec: StandardSpec) -> list[dict[str, str]]:
    """导出: one row per scored indicator, with the Chinese headings of ``COLUMNS``."""
    raise NotImplementedError
