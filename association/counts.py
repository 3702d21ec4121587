"""How many: counts of several queries in one question."""

from collections.abc import Mapping
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery

from association.models import Association
from association.tenancy import current_association_id


class CountOf(Subquery):
    """How many rows a query has, as one column; a query that was cut (``rows[:100]``) is counted so far."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def counts_of(queries: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """All in one query. Of those that ask for nothing the database hears nothing."""
    asked = {name: _keys(rows) for name, rows in queries.items() if not rows.query.is_empty()}
    found: Mapping[str, Any] = {}
    if asked:
        columns = {name: CountOf(rows) for name, rows in asked.items()}
        found = Association.objects.filter(pk=current_association_id()).values(**columns).get()
    return {name: found.get(name) or 0 for name in queries}


def _keys(rows: QuerySet[Any]) -> QuerySet[Any]:
    """A cut query keeps its order: it is by this that it is cut."""
    return (rows if rows.query.is_sliced else rows.order_by()).values("pk")
