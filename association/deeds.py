"""Buttons of the staff desk: each is one operation with the staff member as actor.

The page of a button says what it will do and whom it will tell, asks for what is needed, and shows a refusal in place.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.paginator import Page
from django.http import HttpResponse
from django.utils.translation import gettext as _

from association.actors import Actor
from association.kept_forms import SaysWhy
from association.language import translated
from association.shown import FIELD, Facts, carried, seen_in
from common.errors import DomainError, Forbidden, NotFound
from common.numbers import whole_or_none


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: words, where they lead, and a tone (ok, warn, danger, muted) beside the words."""

    text: Any
    href: str = ""
    tone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """翻页 of a long table: where on the page it stands, which part this is, and the addresses around it."""

    place: str
    at: Any
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an object's page; on a phone each row becomes a card."""

    title: Any
    headings: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    empty: Any = ""
    more: tuple[Any, str] | None = None
    note: Any = ""
    turn: Turn | None = None

    def body(self) -> Iterator[list[tuple[Any, Cell]]]:
        for row in self.rows:
            cells = [cell if isinstance(cell, Cell) else Cell(cell) for cell in row]
            yield list(zip(self.headings, cells, strict=True))


def turn_of(page: Page, place: str) -> Turn | None:
    """Previous and next of a table whose page number is the parameter ``place`` of the address."""
    if not page.has_other_pages():
        return None
    words = _("第%(number)d页，共%(pages)d页，%(count)d项") % {
        "number": page.number,
        "pages": page.paginator.num_pages,
        "count": page.paginator.count,
    }
    return Turn(
        place,
        words,
        f"?{place}={page.previous_page_number()}#{place}" if page.has_previous() else "",
        f"?{place}={page.next_page_number()}#{place}" if page.has_next() else "",
    )


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in a sentence, and where to go; without an address, back to where the button was."""

    sentence: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Foretold:
    """预览: what will happen and who will be told, before anybody presses. Nobody is told where ``tells`` is empty."""

    does: Any
    tells: Sequence[Any] = ()
    tables: Sequence[Table] = ()
    more: dict[str, Any] = field(default_factory=dict)


Foretells = Callable[[Any, Any], Foretold]


def foretelling(does: Any, *tells: Any) -> Foretells:
    """The same words whatever the object; they are read in the language of whoever opens the page."""

    def foretells(_request: Any, _obj: Any) -> Foretold:
        return Foretold(does, tells)

    return foretells


class DeedForm(SaysWhy):
    """The input of a button; it knows the request and the object it stands on."""

    required_css_class = "required"

    def __init__(self, data: Any = None, files: Any = None, *, request: Any, obj: Any = None) -> None:
        self.request, self.obj = request, obj
        super().__init__(data, files, initial=self.starts())
        self.prepare()

    def starts(self) -> dict[str, Any]:
        """What the fields show first."""
        return {}

    def prepare(self) -> None:
        """Choices that depend on the association are filled in here, when it is known."""

    def plain_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not name.startswith("row-")]


class ShownForm(DeedForm):
    """The form of a second person: its page shows ``facts`` and it carries them back (``association.shown``).

    After a refusal the page stands anew, so the form carries what it shows now. The field goes to the operation as ``shown``.
    """

    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    # What is read on this page of the object; each form says it with ``staticmethod``.
    shows: Callable[[Any], Facts]

    def facts(self) -> Facts:
        return self.shows(self.obj)

    def starts(self) -> dict[str, Any]:
        return {FIELD: carried(self.facts())}

    def clean_shown(self) -> dict[str, str]:
        return seen_in(self.cleaned_data[FIELD])

    def refuse(self, error: DomainError) -> None:
        super().refuse(error)
        self.carry(FIELD, carried(self.facts()))

    def facts_shown(self) -> list[tuple[str, str]]:
        return [(translated(label), translated(text) or "—") for label, text in self.facts().items()]


class GridForm(DeedForm):
    """A form with a table of rows: bands, windows, a map. Rows left empty do not count."""

    columns: dict[str, Callable[[], forms.Field]] = {}
    labels: dict[str, Any] = {}
    blank_rows = 2
    most_rows = 300

    def row_values(self) -> Sequence[dict[str, Any]]:
        """What stands in the rows first; ``heading`` names a row that is always there."""
        return ()

    def prepare(self) -> None:
        self.row_values_shown = list(self.row_values())
        for place in range(self._count()):
            start = self.row_values_shown[place] if place < len(self.row_values_shown) else {}
            for name, make in self.columns.items():
                one = make()
                one.required = False
                one.initial = start.get(name)
                one.label = self.labels[name]
                self.fields[f"row-{place}-{name}"] = one

    def _count(self) -> int:
        count = len(self.row_values_shown) + self.blank_rows
        if self.is_bound:
            named = (key.split("-")[1] for key in self.data if key.startswith("row-"))
            places = (whole_or_none(place, most=self.most_rows) for place in named)
            count = max([count, *(place + 1 for place in places if place is not None)])
        return min(count, self.most_rows)

    def grid(self) -> Iterator[tuple[Any, list[forms.BoundField]]]:
        for place in range(self._count()):
            start = self.row_values_shown[place] if place < len(self.row_values_shown) else {}
            yield start.get("heading", ""), [self[f"row-{place}-{name}"] for name in self.columns]

    def headings(self) -> list[Any]:
        return [self.labels[name] for name in self.columns]

    def rows(self) -> list[dict[str, Any]]:
        """The filled rows as typed values, with the place they stand at."""
        found = []
        for place in range(self._count()):
            values = {name: self.cleaned_data.get(f"row-{place}-{name}") for name in self.columns}
            if any(value not in (None, "", False) for value in values.values()):
                found.append({"place": place} | values)
        return found


Run = Callable[[Any, Any, Any], Done | HttpResponse]


def _always(_obj: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Deed:
    """A button. ``run(request, obj, form)`` calls one operation; ``reads`` marks a download, done without asking.

    Every other one says beforehand what it will do and who is told: without that it does not come into being.
    """

    name: str
    label: Any
    may: Callable[[Actor], bool]
    run: Run
    form: type[DeedForm] = DeedForm
    fits: Callable[[Any], bool] = _always
    foretells: Foretells | None = None
    template: str = "admin/deed.html"
    main: bool = False
    danger: bool = False
    reads: bool = False
    wide: bool = False
    hidden: bool = False
    # Wants a fresh proof of the person, before the page opens and again when it is sent.
    step_up: bool = False

    def __post_init__(self) -> None:
        if self.foretells is None and not self.reads:
            sentence = f"the button {self.name} does not say what it will do"
            raise TypeError(sentence)

    def foretold(self, request: Any, obj: Any) -> Foretold | None:
        return self.foretells(request, obj) if self.foretells is not None else None

    def shows_to(self, actor: Actor, obj: Any = None) -> bool:
        return not self.hidden and self.may(actor) and self.fits(obj)

    def require(self, actor: Actor) -> None:
        if not self.may(actor):
            raise Forbidden(_("您的角色不能办理此事。"))

    def attempt(self, request: Any, obj: Any, form: DeedForm) -> Done | HttpResponse | None:
        """Nothing comes back when it was refused: the form then says why."""
        try:
            return self.run(request, obj, form)
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error)
            return None


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of the preview of a bulk deed."""

    obj: Any
    fits: bool
    tells: Any = ""


@dataclass(frozen=True, slots=True)
class BulkDeed:
    """A button over a list: one operation for each chosen row, each on its own; refusals are named."""

    name: str
    label: Any
    may: Callable[[Actor], bool]
    each: Callable[[Any, Any], object]
    plans: Callable[[Any, Sequence[Any]], Iterable[Planned]]
    does: Any

    def attempt(self, request: Any, obj: Any) -> str:
        """The sentence of a refusal; nothing when it was done."""
        try:
            self.each(request, obj)
        except DomainError as error:
            return translated(error.sentence)
        return ""
