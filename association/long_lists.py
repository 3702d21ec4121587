"""长列表: lists of the staff desk that stay quick when a table has grown to a hundred thousand rows and more."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from django.contrib.admin import AllValuesFieldListFilter
from django.core.paginator import Paginator
from django.db import connection

from association.tenancy import current_association_id

MOST_COUNTED = 10_000
# Each value is found by one step into the index, instead of reading the whole table for a list of a few names.
NEXT_VALUES = """
WITH RECURSIVE found AS (
  (SELECT {column} AS value FROM {table} WHERE association_id = %(association)s ORDER BY {column} LIMIT 1)
  UNION ALL
  SELECT (SELECT {column} FROM {table} WHERE association_id = %(association)s AND {column} > found.value
          ORDER BY {column} LIMIT 1)
  FROM found WHERE found.value IS NOT NULL)
SELECT value FROM found WHERE value IS NOT NULL
"""


class CappedPaginator(Paginator):
    """Counts to ten thousand and no further: who looks for one among more searches or filters."""

    template_name = "admin/_pagination.html"

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: MOST_COUNTED + 1].count())

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST_COUNTED)

    @property
    def has_more(self) -> bool:
        return self._counted > MOST_COUNTED


class IndexedValuesFilter(AllValuesFieldListFilter):
    """The values that occur, read from an index that begins with the association and this column.

    ``in_words`` says what a value is called; one that it does not know comes back as it is.
    """

    in_words: Callable[[str], str] = staticmethod(str)

    def __init__(self, field: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(field, *args, **kwargs)
        quote = connection.ops.quote_name
        statement = NEXT_VALUES.format(column=quote(field.column), table=quote(field.model._meta.db_table))  # noqa: SLF001
        with connection.cursor() as cursor:
            cursor.execute(statement, {"association": current_association_id()})
            found = [value for (value,) in cursor.fetchall()]
        self.lookup_choices = found  # type: ignore[assignment]

    def choices(self, changelist: Any) -> Iterator[Any]:
        for one in super().choices(changelist):
            yield {**one, "display": self.in_words(str(one["display"]))}
