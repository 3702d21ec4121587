"""会员工作簿 as a file: the empty one to fill in, and everything that stands in the books in the same shape."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import override

from association.models import Association
from association.tenancy import current_association_id
from common.spreadsheet import Page, write_book
from members.choices import Field
from members.choices.membership import MemberState, Office, Tier
from members.queries.books import standing
from members.rules.book import COLUMNS, FORMER, INSTITUTIONS, NOTES, OFFICES, TERMS, TITLES, headings_of

LISTS = {
    "field": Field,
    "tier": Tier,
    "state": MemberState,
    "ending": MemberState,
    "office": Office,
}
NEEDED = "必填"


def member_book_template() -> bytes:
    """导入模板: the headings and what they mean, and no line, so that nothing made up is ever imported."""
    pages: dict[str, Page] = {TITLES[sheet]: (headings_of(sheet), []) for sheet in COLUMNS}
    notes = [
        (TITLES[sheet], column.label, NEEDED if column.needed else "", column.says)
        for sheet, columns in COLUMNS.items()
        for column in columns.values()
    ]
    return write_book(pages | {NOTES: (("工作表", "列", "是否必填", "说明"), notes)})


def member_book() -> tuple[bytes, int]:
    """The workbook, read back by the import unchanged, and its number of lines.

    What was decided here and not brought in names this association's own books as its source.
    """
    here = standing()
    own = f"{Association.objects.get(pk=current_association_id()).short_name}会籍登记"
    found: dict[str, list[Any]] = {
        INSTITUTIONS: list(here.institutions.values()),
        FORMER: [row for pk in here.institutions for row in here.former.get(pk, ())],
        TERMS: [row for pk in here.institutions for row in here.terms.get(pk, ())],
        OFFICES: [row for pk in here.institutions for row in here.offices.get(pk, ())],
    }
    with override(settings.LANGUAGE_CODE):
        pages: dict[str, Page] = {
            TITLES[sheet]: (headings_of(sheet), [_cells(sheet, row, own) for row in rows])
            for sheet, rows in found.items()
        }
        return write_book(pages), sum(len(rows) for rows in found.values())


def _cells(sheet: str, row: Any, own: str) -> Sequence[object]:
    cells = []
    for name, column in COLUMNS[sheet].items():
        value = getattr(row, name)
        if column.words in LISTS and value:
            value = str(LISTS[column.words](value).label)
        if name == "source" and sheet in {TERMS, OFFICES}:
            value = value or own
        cells.append(value)
    return cells
