"""公开检索: the page of hits against an empty page, and the same page in a register a thousand times larger."""

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import cycle, islice
from statistics import quantiles
from urllib.parse import quote

from bench.http import Line, serving, throughput, times
from bench.lookup_data import WORDS, load
from bench.place import Place
from bench.report import Figure, middle, spread

SMALL, USUAL, LARGE = 140, 14_000, 140_000
AT_ONCE = 4
ROUNDS = 9
ASKED = 60
PATHS = [f"/bench/register/?q={quote(word)}" for word in WORDS]
EMPTY = "/bench/empty/"


def run(place: Place) -> list[Figure]:
    with ExitStack() as stack:
        ports = {
            size: stack.enter_context(serving(_register_of(place, size))) for size in (SMALL, USUAL, LARGE)
        }
        return [_against_an_empty_page(ports[USUAL]), _growth(ports[SMALL], ports[LARGE])]


def _register_of(place: Place, size: int) -> dict[str, str]:
    """A database with this many institutions; the environment of a server on it."""
    name = place.copy(f"lookup_{size}")
    association_id = int(place.run("bench.make_association", database=name))
    load(place.superuser_dsn(name), association_id, size)
    return place.environment(name)


def _against_an_empty_page(port: int) -> Figure:
    lines = [Line(port) for _line in range(AT_ONCE)]
    searches = list(islice(cycle(PATHS), ASKED))
    empties = [EMPTY] * ASKED
    _check(lines[0])
    for paths in (searches, empties):
        throughput(lines, paths)
    pairs = [(throughput(lines, empties), throughput(lines, searches)) for _round in range(ROUNDS)]
    ratios = [search / empty for empty, search in pairs]
    return Figure(
        f"search over {USUAL} institutions",
        f"{middle([search for _empty, search in pairs]):.0f} answers/s",
        f"empty view {middle([empty for empty, _search in pairs]):.0f}/s",
        middle(ratios),
        0.5,
        at_least=True,
        spread=spread(ratios),
    )


def _check(line: Line) -> None:
    """Every word fills its page, or different sizes would be compared by different pages."""
    for path in PATHS:
        if line.ask(path).count(b'<li class="result">') != 20:
            raise RuntimeError(f"{path} has not a full page")


def _growth(small: int, large: int) -> Figure:
    """p95 of one reader; the two sizes take turns."""
    lines = (Line(small), Line(large))
    found: tuple[list[float], list[float]] = ([], [])
    for line in lines:
        _check(line)
        times(line, PATHS * 2)
    for _round in range(ROUNDS * 2):
        for line, seconds in zip(lines, found, strict=True):
            seconds.extend(times(line, PATHS * 2))
    few, many = map(_p95, found)
    return Figure(
        f"p95 of the search, {SMALL} to {LARGE} institutions",
        f"{many * 1000:.1f} ms",
        f"{few * 1000:.1f} ms",
        many / few,
        1.5,
    )


def _p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1]
