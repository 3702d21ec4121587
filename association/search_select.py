"""选择框: a choice found by typing, whatever was sent instead of one comes back as no choice."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple

from common.numbers import whole_or_none


class _Known:
    """Django asks the table for what was sent before anybody has looked whether it is a number."""

    def optgroups(self, name: str, value: Iterable[Any], attr: dict[str, Any] | None = None) -> Any:
        numbers = [one for one in value if whole_or_none(str(one)) is not None]
        return super().optgroups(name, numbers, attr)  # type: ignore[misc]


class SearchSelect(_Known, AutocompleteSelect):
    """One choice."""


class SearchSelectMultiple(_Known, AutocompleteSelectMultiple):
    """Several."""
