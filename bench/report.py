"""What a benchmark says: its figure beside the floor of the same run, and whether the target is met."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """``ratio`` is compared with ``target``; ``at_least`` says on which side of it is good."""

    name: str
    figure: str
    floor: str
    ratio: float
    target: float
    at_least: bool = False
    spread: str = ""

    @property
    def met(self) -> bool:
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target

    def __str__(self) -> str:
        wanted = f"{'≥' if self.at_least else '≤'} {self.target:g}"
        verdict = "ok" if self.met else "MISSED"
        spread = f" ({self.spread})" if self.spread else ""
        return f"  {verdict:6} {self.name}: {self.figure}; floor {self.floor}; ratio {self.ratio:.2f}{spread}; target {wanted}"


def spread(values: Sequence[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f} in {len(values)} rounds"


def middle(values: Sequence[float]) -> float:
    return median(values)


def show(title: str, figures: Sequence[Figure], out: Callable[[str], None] = print) -> bool:
    out(title)
    for figure in figures:
        out(str(figure))
    return all(figure.met for figure in figures)
