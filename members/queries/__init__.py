"""Reads of institutions and their membership, for this app and those above."""

from members.queries.institutions import (
    SearchKey,
    called,
    former_names,
    institutions,
    search_key,
    search_keys_of,
    with_membership,
)
from members.queries.membership import was_member

__all__ = [
    "SearchKey",
    "called",
    "former_names",
    "institutions",
    "search_key",
    "search_keys_of",
    "was_member",
    "with_membership",
]
