"""一句话: a sentence that still knows how it was put together, so that a page can say it in its own language.

It is a plain text everywhere else: compared, stored and sent as the Chinese sentence it is.
"""

from collections.abc import Callable, Iterable
from typing import Any, Self


class Said(str):
    """``Said("第%(place)d位有误。", place=3)``; what is stored or copied is the Chinese text alone."""

    __slots__ = ("template", "values")
    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:
        said = super().__new__(cls, template % values)
        said.template, said.values = template, values
        return said

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)

    def in_words_of(self, translate: Callable[[str], str]) -> str:
        """The same with every part translated that stands in the catalogue by itself."""
        parts = {
            name: value.in_words_of(translate)
            if isinstance(value, Said)
            else translate(value)
            if isinstance(value, str) and value
            else value
            for name, value in self.values.items()
        }
        return translate(self.template) % parts


def listed(parts: Iterable[str], separator: str = "、") -> Said:
    """Several of them one after the other, each still to be translated by itself."""
    named = {f"part_{place}": part for place, part in enumerate(parts)}
    return Said(separator.join(f"%({name})s" for name in named), **named)
