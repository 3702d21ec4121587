"""一句话: a sentence that still knows how it was put together, so that a page can say it in its own language.

It is a plain text everywhere else: compared, stored and sent as the Chinese sentence it is.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, Self

# What a pattern may ask for when it comes from outside: a part by its name, as it is.
PATTERN = re.compile(r"(?:[^%]|%%|%\(\w+\)s)*")


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


def as_parts(sentence: object) -> Any:
    """For JSON: what is no sentence in its own words, one put together as its pattern and its parts."""
    if not isinstance(sentence, Said):
        return str(sentence)
    values = {
        name: value if isinstance(value, int) else as_parts(value) for name, value in sentence.values.items()
    }
    return {"template": sentence.template, "values": values}


def from_parts(parts: Any) -> str:
    """The sentence again. Raises ValueError, KeyError or TypeError for what is none."""
    if isinstance(parts, str):
        return parts
    template, values = parts["template"], parts["values"]
    if not PATTERN.fullmatch(template):
        raise ValueError("not a pattern of parts")
    return Said(
        template,
        **{name: value if isinstance(value, int) else from_parts(value) for name, value in values.items()},
    )


def listed(parts: Iterable[str], separator: str = "、") -> Said:
    """Several of them one after the other, each still to be translated by itself."""
    named = {f"part_{place}": part for place, part in enumerate(parts)}
    return Said(separator.join(f"%({name})s" for name in named), **named)
