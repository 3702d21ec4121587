"""隐去: what a reader of the table, with pen and paper, cannot find out about a number that is not told."""

from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.rules.statistics import AMONG, BESIDE, PARTS, TOTAL, Limits, untold

LIMITS = Limits(denominator=20, cell=5, enrolments=100)
OUTCOMES = PARTS["accepted"]


def line(received, accepted, outcomes, asked=0, in_time=0):
    return {"received": received, "accepted": accepted, "asked": asked, "in_time": in_time} | dict(
        zip(OUTCOMES, outcomes, strict=True)
    )


@st.composite
def lines(draw):
    """One institution as it can be: parts are never more than their whole, and often all of it."""
    outcomes = draw(st.tuples(*[st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 9, 20])] * 4))
    accepted = sum(outcomes) + draw(st.sampled_from([0, 0, 0, 1, 3, 7]))
    asked = draw(st.one_of(st.just(accepted), st.integers(0, accepted)))
    in_time = draw(st.one_of(st.just(asked), st.integers(0, asked)))
    return line(accepted + draw(st.sampled_from([0, 0, 1, 2, 8])), accepted, outcomes, asked, in_time)


def table_of(rows, beside=None):
    """``beside``: complaints about nobody who is named; they are in the total."""
    named = {f"i{number}": row for number, row in enumerate(rows)}
    whole = [*rows, *([beside] if beside else [])]
    names = line(0, 0, (0, 0, 0, 0))
    return named | {TOTAL: {name: sum(row[name] for row in whole) for name in names}}


class Reader:
    """Narrows every hidden number between a least and a most: by what is part of what, then by the sums."""

    def __init__(self, table, hidden):
        self.table, self.hidden = table, hidden
        most = sum(table[TOTAL].values()) + 1
        self.bounds = {}
        for name, counts in ({**table, BESIDE: dict.fromkeys(table[TOTAL], 0)}).items():
            for column, count in counts.items():
                known = name != BESIDE and (name, column) not in hidden
                self.bounds[name, column] = [count, count] if known else [0, most]

    def atleast(self, cell, number):
        self.bounds[cell][0] = max(self.bounds[cell][0], number)

    def atmost(self, cell, number):
        self.bounds[cell][1] = min(self.bounds[cell][1], number)

    def read(self):
        self.parts()
        self.sums()
        return self.bounds

    def sums(self):
        for column in self.table[TOTAL]:
            rows = [(name, column) for name in (*self.table, BESIDE) if name != TOTAL]
            low = sum(self.bounds[row][0] for row in rows)
            high = sum(self.bounds[row][1] for row in rows)
            total = (TOTAL, column)
            self.atleast(total, low)
            self.atmost(total, high)
            least, most = self.bounds[total]
            for row in rows:
                mine = list(self.bounds[row])
                self.atleast(row, least - (high - mine[1]))
                self.atmost(row, most - (low - mine[0]))

    def parts(self):
        for name in (*self.table, BESIDE):
            for whole, among in AMONG.items():
                for part in among:
                    if whole in self.table[TOTAL] and part in self.table[TOTAL]:
                        self.atmost((name, part), self.bounds[name, whole][1])
                        self.atleast((name, whole), self.bounds[name, part][0])
            for whole, among in PARTS.items():
                low = sum(self.bounds[name, part][0] for part in among)
                self.atleast((name, whole), low)
                for part in among:
                    rest = low - self.bounds[name, part][0]
                    self.atmost((name, part), self.bounds[name, whole][1] - rest)


def found_out(table):
    hidden = untold(table, LIMITS)
    bounds = Reader(table, hidden).read()
    return {cell: bounds[cell] for cell in hidden if 0 < bounds[cell][0] == bounds[cell][1]}


@given(st.lists(lines(), max_size=5), st.one_of(st.none(), lines()))
@settings(max_examples=300, deadline=None)
def test_no_hidden_number_is_found_out(rows, beside):
    table = table_of(rows, beside)
    assert found_out(table) == {}
    assert all(
        (name, column) in untold(table, LIMITS)
        for name, counts in table.items()
        for column, count in counts.items()
        if 0 < count < LIMITS.cell
    )
