"""规范检查: what keeps a standard from being used, in sentences."""

from dataclasses import dataclass

from credit_rating.rules.specification import StandardSpec


@dataclass(frozen=True, slots=True)
class Problem:
    """问题: ``where`` is an indicator's code, a grade, or empty for the standard as a whole."""

    where: str
    sentence: str


def problems(spec: StandardSpec) -> tuple[Problem, ...]:
    """规范检查: empty when the standard may be frozen."""
    raise NotImplementedError
