"""The log as the tests read it."""

import json

from disclosure.queries.log import entries


def told(*kinds):
    """(kind, action, standing) of each entry, in order."""
    rows = entries().filter(kind__in=kinds) if kinds else entries()
    return [
        (row.kind, row.action, json.loads(row.payload.text)["standing"])
        for row in rows.select_related("payload")
    ]
