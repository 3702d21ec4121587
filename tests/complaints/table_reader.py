"""A reader of a table with pen and paper, written apart from the one in the rules: every sum, again and again."""

from complaints.rules.suppression import AMONG, BESIDE, PARTS, TOTAL

OUTCOMES = PARTS["accepted"]
COLUMNS = (
    "received", "claiming", "accepted", "asked", "in_time", *OUTCOMES, "repaid", "unconfirmed", "confirmed",
    "scored", "satisfied", "dissatisfied",
)  # fmt: skip
AT_MOST = (
    ("received", ("accepted",)), ("received", ("claiming",)), ("accepted", ("asked",)), ("accepted", OUTCOMES),
    ("asked", ("in_time",)), ("accepted", ("repaid",)),
)  # fmt: skip
ADDS_UP = (("repaid", ("unconfirmed", "confirmed")), ("scored", ("satisfied", "dissatisfied")))


class TableReader:
    """Narrows every hidden number of some periods between a least and a most. ``whole``: the period that is all others.

    What is hidden though nothing that it is counted among is hidden is at least one: else it would be told.
    """

    def __init__(self, tables, hidden, whole=None):
        self.tables, self.whole, self.moved = tables, whole, False
        self.lines = [*dict.fromkeys(line for table in tables.values() for line in table), BESIDE]
        self.bounds = {}
        most = sum(sum(table[TOTAL].values()) for table in tables.values()) + 1
        for period, table in tables.items():
            for line in self.lines:
                for column in COLUMNS:
                    told = line != BESIDE and (line, column) not in hidden[period]
                    count = table.get(line, {}).get(column, 0)
                    least = int(line != BESIDE and not self.goes_along(line, column, hidden[period]))
                    self.bounds[period, line, column] = [count, count] if told else [least, most]

    def goes_along(self, line, column, hidden):
        return any((line, whole) in hidden for whole, parts in AMONG.items() if column in parts)

    def read(self):
        self.moved = True
        while self.moved:
            self.moved = False
            for period in self.tables:
                self.read_table(period)
            if self.whole:
                parts = [period for period in self.tables if period != self.whole]
                for line in self.lines:
                    for column in COLUMNS:
                        self.adds_up((self.whole, line, column), [(part, line, column) for part in parts])
        return self.bounds

    def read_table(self, period):
        for column in COLUMNS:
            parts = [(period, line, column) for line in self.lines if line != TOTAL]
            self.adds_up((period, TOTAL, column), parts)
        for line in self.lines:
            for whole, parts in AT_MOST:
                self.at_most((period, line, whole), [(period, line, part) for part in parts])
            for whole, parts in ADDS_UP:
                self.adds_up((period, line, whole), [(period, line, part) for part in parts])
            self.spoke(period, line)

    def spoke(self, period, line):
        """Only who said how it ended gave a score."""
        said = [(period, line, name) for name in OUTCOMES[:3]]
        high = sum(self.bounds[one][1] for one in said)
        self.most((period, line, "scored"), high)
        for one in said:
            self.least(one, self.bounds[period, line, "scored"][0] - (high - self.bounds[one][1]))

    def adds_up(self, whole, parts):
        self.at_most(whole, parts)
        high = sum(self.bounds[part][1] for part in parts)
        self.most(whole, high)
        for part in parts:
            self.least(part, self.bounds[whole][0] - (high - self.bounds[part][1]))

    def at_most(self, whole, parts):
        low = sum(self.bounds[part][0] for part in parts)
        self.least(whole, low)
        for part in parts:
            self.most(part, self.bounds[whole][1] - (low - self.bounds[part][0]))

    def least(self, spot, number):
        if number > self.bounds[spot][0]:
            self.bounds[spot][0], self.moved = number, True

    def most(self, spot, number):
        if number < self.bounds[spot][1]:
            self.bounds[spot][1], self.moved = number, True


def found_out(tables, hidden, cell, whole=None):
    """Small numbers that are hidden and can only be what they are; and the bounds, to see that they are true."""
    bounds = TableReader(tables, hidden, whole).read()
    assert all(
        bounds[period, line, column][0] <= count <= bounds[period, line, column][1]
        for period, table in tables.items()
        for line, row in table.items()
        for column, count in row.items()
    )
    return {
        (period, *one): bounds[period, *one]
        for period, cells in hidden.items()
        for one in cells
        if one[0] in tables[period]
        and bounds[period, *one][0] == bounds[period, *one][1]
        and 0 < tables[period][one[0]][one[1]] < cell
    }
