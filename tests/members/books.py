"""Workbooks for tests: sheets with the headings that are needed, and the loading as the worker does it."""

import io
from datetime import date

import openpyxl

from association.choices import Role
from association.models import OutboxJob
from common.spreadsheet import write_book
from members import operations, tasks
from members.operations.books import TASK
from members.rules.book import COLUMNS, TITLES
from tests.factories.people import actor_with, valid_uscc

INSTITUTIONS, FORMER, TERMS, OFFICES = COLUMNS
SOURCE, KNOWN_ON = "2025年度会员名册", date(2025, 12, 31)


def sheet(kind, rows):
    """Rows are dicts by plain names; only the columns that one of them names are written."""
    columns = COLUMNS[kind]
    names = [name for name in columns if columns[name].needed or any(name in row for row in rows)]
    headings = [columns[name].label for name in names]
    return TITLES[kind], (headings, [[row.get(name, "") for name in names] for row in rows])


def book_of(**sheets):
    return write_book(dict(sheet(kind, rows) for kind, rows in sheets.items()))


def school(number, **more):
    return {
        "name": f"演示名册学校{number}",
        "uscc": valid_uscc(700_000 + number),
        "field": "职业技能类",
    } | more


def term(number, from_on="2024-01-01", **more):
    return {"name": f"演示名册学校{number}", "tier": "会员单位", "from_on": from_on} | more


def office(number, name="理事", from_on="2024-01-01", **more):
    given = {"office": name, "basis": "第一次会员大会决议", "from_on": from_on, "person_name": "演示代表"}
    return {"name": f"演示名册学校{number}"} | given | more


def look(clerk, data, filename="名册.xlsx", **more):
    given = {"source": SOURCE, "known_on": KNOWN_ON} | more
    return operations.look_at_book(actor=clerk, data=data, filename=filename, **given)


def work():
    """Everything that waits of the loading, as the worker takes it."""
    while job := OutboxJob.objects.filter(task=TASK, state="waiting").order_by("pk").first():
        tasks.load_book_part(job.pk)
        job.refresh_from_db()
        assert job.state == "done", job.last_error


def take(clerk, data, **more):
    """Looked at, decided and loaded."""
    book = look(clerk, data, **more)
    operations.begin_loading_book(actor=clerk, book_id=book.pk)
    work()
    book.refresh_from_db()
    return book


def cells(data):
    """Every sheet of a workbook as lists of texts."""
    found = openpyxl.load_workbook(io.BytesIO(data))
    return {
        page.title: [["" if value is None else str(value) for value in row] for row in page.values]
        for page in found.worksheets
    }


def matrix_of():
    """For the matrix of addresses: a workbook with a wrong line, which waits for a decision."""
    rows = [school(1), school(2, uscc="1")]
    return look(actor_with(Role.SECRETARIAT), book_of(institutions=rows)).pk
