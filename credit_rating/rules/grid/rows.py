"""指标表: one row per scored indicator, with its headings above it repeated in the row."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from common.said import Said
from credit_rating.rules.grid import cells
from credit_rating.rules.grid.columns import HEADINGS, LEVELS, REQUIRED, RowError, in_plain_names, names_of
from credit_rating.rules.grid.header import Header
from credit_rating.rules.grid.tree import Tree
from credit_rating.rules.specification import IndicatorSpec, StandardSpec
from credit_rating.rules.validation import problems

MOST_ROWS = 2000


def spec_from_rows(
    rows: Sequence[Mapping[str, str]], header: Header
) -> tuple[StandardSpec | None, tuple[RowError, ...]]:
    """导入: the standard, or every error found and no standard. ``rows`` are those under the heading."""
    refused = _sheet_error(rows)
    if refused:
        return None, (refused,)
    tree = Tree(header.code, {}, {}, [])
    names = names_of(rows[0])
    for number, row in enumerate(rows, start=2):
        if any(value.strip() for value in row.values()):
            tree.take(number, in_plain_names(row, names))
    if tree.errors:
        return None, tuple(tree.errors)
    spec = StandardSpec(
        **{one.name: getattr(header, one.name) for one in fields(Header)}, indicators=tree.indicators()
    )
    wrong = tuple(RowError(tree.row_of.get(one.where, 0), "", one.sentence) for one in problems(spec))
    return (None if wrong else spec), wrong


def _sheet_error(rows: Sequence[Mapping[str, str]]) -> RowError | None:
    if not rows:
        return RowError(0, "", "表中没有指标。")
    if len(rows) > MOST_ROWS:
        return RowError(
            0, "", Said("表中有 %(rows)s 行，最多 %(most_rows)s 行。", rows=len(rows), most_rows=MOST_ROWS)
        )
    found = names_of(rows[0]).values()
    absent = [HEADINGS[name] for name in REQUIRED if name not in found]
    if absent:
        return RowError(1, absent[0], Said("表头缺少：%(absent)s。", absent="、".join(absent)))
    return None


def rows_from_spec(spec: StandardSpec) -> list[dict[str, str]]:
    """导出: one row per scored indicator under the Chinese headings; identities of headings follow their codes."""
    return [
        {HEADINGS[name]: text for name, text in _row(spec, leaf).items()}
        for leaf in spec.leaves
        if leaf.method is not None
    ]


def _row(spec: StandardSpec, leaf: IndicatorSpec) -> dict[str, str]:
    row = dict.fromkeys(HEADINGS, "")
    for name, node in zip(LEVELS, _path(spec, leaf), strict=False):
        row |= {f"{name}_code": node.code, f"{name}_zh": node.title, f"{name}_en": node.title_en}
    if leaf.method is not None:
        row |= cells.written(leaf, leaf.method)
    return row


def _path(spec: StandardSpec, leaf: IndicatorSpec) -> list[IndicatorSpec]:
    path = [leaf]
    while path[0].parent_code is not None:
        path.insert(0, spec.by_code[path[0].parent_code])
    return path
