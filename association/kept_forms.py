"""表单: one that is refused comes back on its own page with what was typed, why, and the status of the refusal."""

from collections.abc import Callable, Mapping
from copy import copy
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from association.language import translated
from common.errors import DomainError, Forbidden, InvalidInput, Involved, NotFound

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


class SaysWhy(forms.Form):
    """A form that takes over the refusal of an operation; ``status`` is what its page answers with."""

    status: int = HTTPStatus.BAD_REQUEST

    def _post_clean(self) -> None:
        """Django's hook after every field and the form itself: no term is counted from a day at the end of all calendars."""
        super()._post_clean()  # type: ignore[misc]
        for name, value in list(self.cleaned_data.items()):
            if isinstance(value, date) and not FIRST_DAY <= _day_of(value) <= LAST_DAY:
                self.add_error(name, _("请检查年份，应在1900年至2999年之间。"))

    def carry(self, name: str, text: str) -> None:
        """Gives a hidden field what the page shows now, also where the form was refused and stands on it again."""
        if not self.is_bound:
            self.initial[name] = text
            return
        data: Any = copy(self.data)
        data[name] = text
        self.data = data

    def refuse(self, error: DomainError) -> None:
        """A refusal under its fields, or over all of them."""
        self.status = error.status
        named = error.fields if isinstance(error, InvalidInput) else {}
        for name, sentence in named.items():
            if name in self.fields:
                self.add_error(name, translated(sentence))
        if not named.keys() & self.fields.keys():
            self.add_error(None, translated(error.sentence))


def _day_of(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


class KeptForm(SaysWhy):
    """One of the forms of a desk page. ``name`` tells it from the others; ``key`` names the row it belongs to."""

    name = "form"

    def __init__(self, data: Any = None, files: Any = None, *, key: int | str = "", **more: Any) -> None:
        self.key = key
        super().__init__(data, files, auto_id=f"{self.name}{key}-%s", **more)

    def attempt(self, deed: Callable[[Mapping[str, Any]], Any]) -> bool:
        """Calls the operation with what is valid; False when it was refused: the form then says why.

        What does not exist for this person, or is not for their role, stays an answer of its own: 404 and 403. Whoever
        may do such things, but not here because they took part, gets back what they wrote.
        """
        if not self.is_valid():
            return False
        try:
            self.outcome = deed(self.cleaned_data)
        except DomainError as error:
            if isinstance(error, NotFound | Forbidden) and not isinstance(error, Involved):
                raise
            self.refuse(error)
            return False
        return True

    def typed(self) -> list[tuple[Any, str]]:
        """What was typed, with its labels, for a page that does not offer the form any more."""
        shown = [(field.label, str(field.value() or "")) for field in self if not field.is_hidden]
        return [(label, value) for label, value in shown if value]


def in_place(kept: KeptForm | None, form: type[KeptForm], key: int | str = "", **more: Any) -> KeptForm:
    """The refused form where it is the one asked for, else an empty one."""
    same = kept is not None and isinstance(kept, form) and str(kept.key) == str(key)
    return kept if same and kept is not None else form(key=key, **more)
