"""One page of the lists inside a published copy, cut out by the database: a copy holds thousands of rows, a page fifty.

A list is a column of JSON, so that a copy is written and read as one. Each list of a page is cut at the same place.
"""

from dataclasses import dataclass

from django.db.models import Func, IntegerField, JSONField
from django.db.models.expressions import Combinable

NUMBER = "jsonb_array_length({rows})"
# People who ask for a page behind the last get the last; machines that follow ``next`` get what is there.
NEAREST = "least({first}, greatest(0, jsonb_array_length({rows}) - 1) / {most} * {most})"
CUT = (
    "jsonb_path_query_array({rows}, '$[$first to $last]', "
    "jsonb_build_object('first', {start}, 'last', {start} + {most} - 1))"
)
BOARDS = (
    "(SELECT coalesce(jsonb_agg((one.board - 'rows') || jsonb_build_object('number', {number}, 'rows', {cut})"
    " ORDER BY one.nth), '[]')"
    " FROM jsonb_array_elements(coalesce({boards} -> 'open', '[]')) WITH ORDINALITY AS one(board, nth))"
)
COUNTED = (
    "(SELECT coalesce(jsonb_object_agg(counted.grade, counted.number), '{{}}') FROM ("
    "SELECT one.result ->> 'grade' AS grade, count(*) AS number"
    " FROM jsonb_array_elements({rows}) AS one(result) GROUP BY 1) AS counted)"
)
COLUMN = "%(expressions)s"


@dataclass(frozen=True, slots=True)
class Part:
    """Rows ``first`` and the following, counted from 0, ``most`` of them; ``nearest``: the last page behind the end."""

    first: int
    most: int
    nearest: bool = False


def number_of(column: str | Combinable) -> Func:
    """How many rows the list has."""
    return _reckoned(NUMBER.format(rows=COLUMN), column, IntegerField())


def counts_of(column: str | Combinable) -> Func:
    """How many rows of the list have which grade."""
    return _reckoned(COUNTED.format(rows=COLUMN), column, JSONField())


def part_of(column: str | Combinable, part: Part) -> Func:
    """The rows of the list that are asked for."""
    return _reckoned(_cut(COLUMN, part), column, JSONField())


def boards_of(column: str | Combinable, part: Part) -> Func:
    """公示 that are open, each with ``number``, how many rows it has, and of its ``rows`` those asked for."""
    rows = "(one.board -> 'rows')"
    number, cut = NUMBER.format(rows=rows), _cut(rows, part)
    return _reckoned(BOARDS.format(number=number, cut=cut, boards=COLUMN), column, JSONField())


def _cut(rows: str, part: Part) -> str:
    start = NEAREST.format(rows=rows, first=part.first, most=part.most) if part.nearest else str(part.first)
    return CUT.format(rows=rows, start=start, most=part.most)


def _reckoned(template: str, column: str | Combinable, kind: IntegerField | JSONField) -> Func:
    return Func(column, template=template, output_field=kind)
