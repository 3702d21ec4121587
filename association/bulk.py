"""成批写入: thousands of rows of one table in one statement, past the ORM's work for each of them, inside the same walls.

``json_populate_recordset`` reads each column as its own type. What all rows have in common is written once.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from django.db import connection
from django.db.models import Model

from association.tenancy import AssociationOwned, current_association_id


def insert_rows(
    model: type[AssociationOwned], rows: Sequence[Mapping[str, Any]], same: Mapping[str, Any]
) -> list[int]:
    """The new ids, in the order of ``rows``. Both map columns of the table to values; ``rows`` all have the same ones."""
    if not rows:
        return []
    table, named = _quoted(model._meta.db_table), _columns(model)  # noqa: SLF001 - Django's public name for it
    fixed = {"association_id": current_association_id(), **same}
    if unknown := (set(rows[0]) | set(fixed)) - named:
        raise ValueError(f"no such columns: {sorted(unknown)}")
    into = ", ".join(_quoted(name) for name in (*fixed, *rows[0]))
    values = ", ".join(["%s"] * len(fixed) + [f"given.{_quoted(name)}" for name in rows[0]])
    statement = (
        f"INSERT INTO {table} ({into}) SELECT {values} "  # noqa: S608 - names of a model's own columns
        f"FROM json_populate_recordset(NULL::{table}, %s) WITH ORDINALITY AS given ORDER BY ordinality RETURNING id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*map(_given, fixed.values()), json.dumps(rows, default=_plain)])
        return [pk for (pk,) in cursor.fetchall()]


def _columns(model: type[Model]) -> set[str]:
    return {str(field.column) for field in model._meta.concrete_fields}  # noqa: SLF001


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _given(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _plain(value: Any) -> str:
    """What JSON has no form for, as PostgreSQL reads it."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(type(value).__name__)
