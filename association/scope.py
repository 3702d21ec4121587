"""The variable behind the walls; apart from ``tenancy`` so that the log can read it before models load."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

NOBODY = 0
selected: ContextVar[int] = ContextVar("association_scope", default=NOBODY)


def selected_association_id() -> int | None:
    """For those who may be outside a scope: the log and the outbox."""
    return selected.get() or None


_memo: ContextVar[dict[str, Any] | None] = ContextVar("association_memo", default=None)


def memo() -> dict[str, Any]:
    """What one scope has read and need not read again; outside a scope nothing is kept."""
    kept = _memo.get()
    return {} if kept is None else kept


@contextmanager
def fresh_memo() -> Iterator[None]:
    """A new one for the block; the outer one forgets, because the block may have changed what it kept."""
    outer = _memo.get()
    token = _memo.set({})
    try:
        yield
    finally:
        _memo.reset(token)
        if outer is not None:
            outer.clear()
