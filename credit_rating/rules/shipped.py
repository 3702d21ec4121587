"""随附规范: the templates that come with the portal, none of them official.

The only rule that reads files: they are part of the package.
"""

import csv
from functools import cache
from pathlib import Path

from credit_rating.rules.grid import header_from_rows, spec_from_rows
from credit_rating.rules.specification import StandardSpec

CODES = ("beijing_draft", "shanghai_form", "tianjin_form", "beijing_2010_form")
FOLDER = Path(__file__).resolve().parent.parent / "shipped"


@cache
def shipped(code: str) -> StandardSpec:
    """随附规范 by code."""
    header, wrong = header_from_rows(_rows(f"{code}.header.csv"))
    spec, errors = spec_from_rows(_rows(f"{code}.csv"), header) if header else (None, ())
    if spec is None:
        sentences = "".join(f"{error.row}：{error.sentence}" for error in (*wrong, *errors))
        raise ValueError(f"随附规范 {code} 无法读取：{sentences}")
    return spec


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
