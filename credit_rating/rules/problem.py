"""问题: one thing that is wrong with a standard or a map of indicators."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """问题: ``where`` is an indicator's code, a grade, or empty for the standard as a whole."""

    where: str
    sentence: str
