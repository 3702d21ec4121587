"""The variable behind the walls; apart from ``tenancy`` so that the log can read it before models load."""

from contextvars import ContextVar

NOBODY = 0
selected: ContextVar[int] = ContextVar("association_scope", default=NOBODY)


def selected_association_id() -> int | None:
    """For those who may be outside a scope: the log and the outbox."""
    return selected.get() or None
