"""隐去: which counts are not told, so that none of the small ones follows from what is told.

Two steps in turn, until neither finds any more: rules of thumb that leave some room around each small number, and a reader
(``reader.py``) who knows all sums and to whom nothing small may become certain.
"""

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from complaints.rules.reader import AtMost, Reader, Spot, adds_up
from complaints.rules.statistics import Limits

# What is counted among what. A count that is not told takes those among it along, so that none of them bounds it.
AMONG: Mapping[str, tuple[str, ...]] = {
    "received": ("accepted", "claiming"),
    "accepted": ("asked", "resolved", "partly", "unresolved", "no_answer", "repaid"),
    "asked": ("in_time",),
    "resolved": ("scored",),
    "partly": ("scored",),
    "unresolved": ("scored",),
    "scored": ("satisfied", "dissatisfied"),
    "repaid": ("unconfirmed", "confirmed"),
    "unconfirmed": ("confirmed",),
    "confirmed": ("unconfirmed",),
    "satisfied": ("dissatisfied",),
    "dissatisfied": ("satisfied",),
}
# Each case stands in one of these at most, and they stand in a whole that is told.
PARTS: Mapping[str, tuple[str, ...]] = {"accepted": ("resolved", "partly", "unresolved", "no_answer")}
# Of one line: what is on the left is together never more than what is on the right.
NEVER_MORE: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("accepted",), ("received",)),
    (("claiming",), ("received",)),
    (("asked",), ("accepted",)),
    (("in_time",), ("asked",)),
    (PARTS["accepted"], ("accepted",)),
    (("repaid",), ("accepted",)),
    (("scored",), ("resolved", "partly", "unresolved")),
    (("unconfirmed", "confirmed"), ("repaid",)),
    (("repaid",), ("unconfirmed", "confirmed")),
    (("satisfied", "dissatisfied"), ("scored",)),
    (("scored",), ("satisfied", "dissatisfied")),
)
TOTAL, BESIDE = "total", "beside"
Cell = tuple[str, str]
Counts = Mapping[str, Mapping[str, int]]
NOTHING: frozenset[Cell] = frozenset()
ALONE = ""


def untold(
    table: Counts, limits: Limits, *, also: AbstractSet[Cell] = NOTHING, known: AbstractSet[Cell] = NOTHING
) -> frozenset[Cell]:
    """Which cells (line, column) of a table with the line ``TOTAL`` are not told, the total's among them.

    Those are the small ones and ``also``, and as many more as it takes that none of these follows: from the total
    of its column, from the other lines, from what it is counted among. What is in the total and in no line is
    a line like the others, ``BESIDE``: who subtracts can read it. ``known`` are cells that everybody has read elsewhere:
    hiding them hides nothing.
    """
    whole = _with_beside(table, has_beside=any(_beside(table).values()))
    spots = {(ALONE, *cell) for cell in also}
    found = _Tables({ALONE: whole}, ALONE, limits, spots, {(ALONE, *cell) for cell in known})
    return found.untold()[ALONE]


def untold_together(tables: Mapping[str, Counts], whole: str, limits: Limits) -> dict[str, frozenset[Cell]]:
    """The same of several periods at once, of which ``whole`` is all the others together: what is told of it
    and of all but one part must not tell the last part.
    """
    has_beside = any(any(_beside(table).values()) for table in tables.values())
    names = {line for table in tables.values() for line in table}
    nought = dict.fromkeys(tables[whole][TOTAL], 0)
    full = {
        period: _with_beside({line: table.get(line, nought) for line in sorted(names)}, has_beside=has_beside)
        for period, table in tables.items()
    }
    return _Tables(full, whole, limits, set(), set()).untold()


@dataclass(frozen=True, slots=True)
class Published:
    """A table as it was told before, for good: everybody has it."""

    table: Counts
    untold: frozenset[Cell]


def since(
    table: Counts, earlier: Collection[Published], limits: Limits
) -> tuple[frozenset[Cell], frozenset[Cell]]:
    """更正: ``also`` and ``known`` of ``untold`` for a table that takes the place of others.

    A count that moved by less than the smallest cell would tell, beside the former one, of those few cases; so would one that
    was hidden and has hardly moved. What was told and is the same is known.
    """
    also, known = set[Cell](), set[Cell]()
    for line, row in table.items():
        for column, count in row.items():
            for one in earlier:
                moved = abs(count - one.table.get(line, {}).get(column, 0))
                if (line, column) not in one.untold and not moved:
                    known.add((line, column))
                elif (count or moved) and moved < limits.cell:
                    also.add((line, column))
    return frozenset(also - known), frozenset(known)


def _beside(table: Counts) -> dict[str, int]:
    lines = [counts for line, counts in table.items() if line != TOTAL]
    return {column: count - sum(counts[column] for counts in lines) for column, count in table[TOTAL].items()}


def _with_beside(table: Counts, *, has_beside: bool) -> Counts:
    return {**table, BESIDE: _beside(table)} if has_beside else table


@dataclass(slots=True)
class _Tables:
    """Tables of the same lines and columns, ``whole`` the sum of the others; ``also`` and ``known`` as in ``untold``."""

    tables: Mapping[str, Counts]
    whole: str
    limits: Limits
    also: set[Spot]
    known: set[Spot]

    def untold(self) -> dict[str, frozenset[Cell]]:
        counts = {
            (period, line, column): count
            for period, table in self.tables.items()
            for line, row in table.items()
            for column, count in row.items()
        }
        kept = self.also | {spot for spot, count in counts.items() if 0 < count < self.limits.cell}
        hidden = self._with_room(kept)
        while more := self._one_more(counts, hidden, kept):
            hidden = self._with_room(hidden | more)
        return {
            period: frozenset((line, column) for at, line, column in hidden if at == period)
            for period in self.tables
        }

    def _one_more(self, counts: Mapping[Spot, int], hidden: set[Spot], kept: set[Spot]) -> set[Spot]:
        """For everything kept that a reader is certain of: the smallest told number nearest to it."""
        silent = hidden - self.known
        rules = [rule for rule in self._rules(silent) if rule.holds(counts)]
        nought = {spot for spot in silent if not counts[spot]} | _among_hidden(silent)
        found = Reader(counts, silent, rules, nought).found_out() & kept
        if not found:
            return set()
        rules_with: dict[Spot, list[AtMost]] = {spot: [] for spot in counts}
        for rule in rules:
            for spot in rule.spots:
                rules_with[spot].append(rule)
        chosen = (self._nearest(spot, counts, silent, rules_with) for spot in sorted(found))
        return {spot for spot in chosen if spot is not None}

    def _rules(self, hidden: set[Spot]) -> Iterator[AtMost]:
        """Those that can say something of what is hidden."""
        columns = {(period, column) for period, _line, column in hidden}
        lines = sorted({line for _period, line, _column in hidden})
        for period, column in sorted(columns):
            parts = [(period, line, column) for line in self.tables[period] if line != TOTAL]
            yield from adds_up((period, TOTAL, column), parts)
        for period, table in self.tables.items():
            for line in lines:
                yield from _of_line(period, line, table[line])
        parts_of_whole = [period for period in self.tables if period != self.whole]
        for line in lines if parts_of_whole else ():
            for column in self.tables[self.whole][line]:
                yield from adds_up(
                    (self.whole, line, column), [(part, line, column) for part in parts_of_whole]
                )

    def _nearest(
        self,
        found: Spot,
        counts: Mapping[Spot, int],
        silent: set[Spot],
        rules_with: Mapping[Spot, list[AtMost]],
    ) -> Spot | None:
        """None where all that is tied to it is hidden or known already: then nothing helps."""
        seen, edge = {found}, {found}
        while edge:
            near = {other for spot in edge for rule in rules_with[spot] for other in rule.spots} - seen
            told = [spot for spot in near if counts[spot] and spot not in silent and spot not in self.known]
            if told:
                return min(told, key=lambda spot: (counts[spot], spot))
            seen |= near
            edge = near & silent
        return None

    def _with_room(self, hidden: Collection[Spot]) -> set[Spot]:
        """Each table by itself, and each line of the whole with its parts, by the rules of thumb."""
        found = set(hidden)
        while True:
            before = len(found)
            for period, table in self.tables.items():
                cells = {(line, column) for at, line, column in found if at == period}
                known = {(line, column) for at, line, column in self.known if at == period}
                found |= {(period, *cell) for cell in _roomy(table, cells, known, self.limits)}
            if len(self.tables) > 1:
                found |= self._of_parts(found)
            if len(found) == before:
                return found

    def _of_parts(self, hidden: set[Spot]) -> set[Spot]:
        """A line of all periods is a table too: its parts are the lines, the whole is the total."""
        by_line: dict[str, set[Cell]] = {}
        for period, line, column in hidden:
            by_line.setdefault(line, set()).add((TOTAL if period == self.whole else period, column))
        found: set[Spot] = set()
        for line, cells in by_line.items():
            table = {
                TOTAL if period == self.whole else period: rows[line] for period, rows in self.tables.items()
            }
            for column in {column for _period, column in cells}:
                more = _subtracted(table, column, cells, set(), self.limits)
                found |= {(self.whole if at == TOTAL else at, line, column) for at, _column in more}
        return found


def _of_line(period: str, line: str, row: Mapping[str, int]) -> Iterator[AtMost]:
    for small, large in NEVER_MORE:
        if row.keys() >= {*small, *large}:
            yield AtMost(
                tuple((period, line, column) for column in small),
                tuple((period, line, column) for column in large),
            )


def _among_hidden(hidden: set[Spot]) -> set[Spot]:
    """What may be nought though it is hidden: it went with what it is counted among."""
    return {
        (period, line, part)
        for period, line, column in hidden
        for part in AMONG.get(column, ())
        if (period, line, part) in hidden
    }


# -- rules of thumb -------------------------------------------------------------------------------------------


def _roomy(table: Counts, hidden: set[Cell], known: set[Cell], limits: Limits) -> set[Cell]:
    """As many more as leave some room around what is hidden."""
    found = set(hidden)
    while True:
        silent = found - known
        more = _among(table, found) | _bounded(table, silent, known)
        for column in table[TOTAL]:
            more |= _subtracted(table, column, silent | (more - known), known, limits)
        if more <= found:
            return found
        found |= more


def _among(table: Counts, hidden: AbstractSet[Cell]) -> set[Cell]:
    return {(line, part) for line, column in hidden for part in AMONG.get(column, ()) if part in table[line]}


def _bounded(table: Counts, hidden: AbstractSet[Cell], known: AbstractSet[Cell]) -> set[Cell]:
    """Of a whole that is told, the told parts must leave more room than the hidden ones need; else one more is hidden."""
    found, shut = set(), hidden | known
    for whole, names in PARTS.items():
        for line, counts in table.items():
            free = [name for name in names if (line, name) not in shut]
            told = sorted((counts[name], name) for name in free if counts.get(name))
            silent = [name for name in names if (line, name) in hidden]
            if silent and (line, whole) not in hidden and _most(counts, line, whole, hidden) == 1:
                found.add((line, told[0][1] if told else whole))
    return found


def _most(counts: Mapping[str, int], line: str, whole: str, hidden: AbstractSet[Cell]) -> int:
    """What one hidden part of a told whole can be at most, each of the others being one at least."""
    parts = PARTS[whole]
    told = sum(counts.get(name, 0) for name in parts if (line, name) not in hidden)
    return counts[whole] - told - sum((line, name) in hidden for name in parts) + 1


def _has_room(counts: Mapping[str, int], line: str, column: str, hidden: AbstractSet[Cell]) -> bool:
    """Whether, for all that the line tells, this hidden cell could be more than it is."""
    for whole, parts in AMONG.items():
        if column in parts and whole in counts and (line, whole) not in hidden:
            alone = column not in PARTS.get(whole, ())
            most = counts[whole] if alone else _most(counts, line, whole, hidden)
            return most > counts[column]
    return True


def _subtracted(
    table: Counts, column: str, hidden: AbstractSet[Cell], known: AbstractSet[Cell], limits: Limits
) -> set[Cell]:
    """Of one column: the next smallest beside those whose sum the total gives away; without one the total itself."""
    lines = {line: counts[column] for line, counts in table.items() if line != TOTAL}
    silent = [line for line, count in lines.items() if count and (line, column) in hidden]
    others = sorted(
        (count, line)
        for line, count in lines.items()
        if count and line not in silent and (line, column) not in known
    )
    if (TOTAL, column) in hidden:
        # A total is not hidden while all that it adds up is told.
        return {(others[0][1], column)} if others and not silent else set()
    together = sum(lines[line] for line in silent)
    loose = any(_has_room(table[line], line, column, hidden) for line in silent)
    if not silent or (len(silent) > 1 and together >= limits.cell + len(silent) and loose):
        return set()
    return {(others[0][1] if others else TOTAL, column)}
