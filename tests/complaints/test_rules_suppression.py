"""隐去: what a reader of the table, with pen and paper, cannot find out about a number that is not told."""

from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.rules.statistics import Limits
from complaints.rules.suppression import TOTAL, Published, since, untold, untold_together
from tests.complaints.table_reader import COLUMNS, OUTCOMES, TableReader, found_out

LIMITS = Limits(denominator=20, cell=5, enrolments=100)
FEW = st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5, 6, 9, 20, 30])


def line(outcomes, more=0, beside=0, **counts):
    """One institution as it can be: parts are never more than their whole."""
    accepted = sum(outcomes) + more
    named = dict(zip(OUTCOMES, outcomes, strict=True))
    row = dict.fromkeys(COLUMNS, 0) | {"accepted": accepted, "received": accepted + beside} | named | counts
    row["confirmed"] = row["repaid"] - row["unconfirmed"]
    row["dissatisfied"] = row["scored"] - row["satisfied"]
    return row


@st.composite
def lines(draw):
    """Often all of a whole is in its part."""

    def part_of(whole):
        return draw(st.one_of(st.just(whole), st.integers(0, whole)))

    outcomes = draw(st.tuples(FEW, FEW, FEW, FEW))
    more, beside = draw(st.sampled_from([0, 0, 0, 1, 3, 7])), draw(st.sampled_from([0, 0, 1, 2, 8]))
    accepted, asked = sum(outcomes) + more, part_of(sum(outcomes) + more)
    repaid, scored = part_of(accepted), part_of(sum(outcomes[:3]))
    return line(
        outcomes, more, beside, asked=asked, in_time=part_of(asked), claiming=part_of(accepted + beside),
        repaid=repaid, unconfirmed=part_of(repaid), scored=scored, satisfied=part_of(scored),
    )  # fmt: skip


def added(rows):
    return {name: sum(row[name] for row in rows) for name in COLUMNS}


def table_of(rows, beside=None):
    """``beside``: complaints about nobody who is named; they are in the total."""
    named = {f"i{number}": row for number, row in enumerate(rows)}
    return named | {TOTAL: added([*rows, *([beside] if beside else [])])}


def small(table):
    return {
        (name, column)
        for name, counts in table.items()
        for column, count in counts.items()
        if 0 < count < LIMITS.cell
    }


# Found by a search: by the rules of thumb alone the one that was not resolved is found out in both lines.
BOTH = [
    line((3, 0, 1, 5), asked=4, in_time=1, claiming=9, repaid=1, unconfirmed=0, scored=4, satisfied=4),
    line((9, 0, 1, 2), asked=9, in_time=9, claiming=7, repaid=4, unconfirmed=4, scored=0, satisfied=0),
]


def test_one_hidden_number_in_each_line_is_not_found_out():
    table = table_of(BOTH)
    assert found_out({"": table}, {"": untold(table, LIMITS)}, LIMITS.cell) == {}


@given(st.lists(lines(), max_size=5), st.one_of(st.none(), lines()))
@settings(max_examples=400, deadline=None)
def test_no_hidden_number_is_found_out(rows, beside):
    table = table_of(rows, beside)
    hidden = untold(table, LIMITS)
    assert small(table) <= hidden
    assert found_out({"": table}, {"": hidden}, LIMITS.cell) == {}


@given(st.lists(st.lists(lines(), min_size=3, max_size=3), min_size=2, max_size=4))
@settings(max_examples=120, deadline=None)
def test_a_whole_year_and_all_but_one_of_its_parts_do_not_tell_the_last_part(parts):
    tables = {f"Q{number}": table_of(rows) for number, rows in enumerate(parts, start=1)}
    tables["year"] = table_of([added(column) for column in zip(*parts, strict=True)])
    hidden = untold_together(tables, "year", LIMITS)
    assert all(small(table) <= hidden[period] for period, table in tables.items())
    assert found_out(tables, hidden, LIMITS.cell, "year") == {}


def test_each_part_by_itself_would_tell_the_last_one():
    quarter, last = line((9, 0, 0, 0)), line((2, 0, 0, 0))
    tables = {"Q1": table_of([quarter, quarter]), "Q2": table_of([quarter, last])}
    tables["year"] = table_of([added([quarter, quarter]), added([quarter, last])])
    apart = {period: untold(table, LIMITS) for period, table in tables.items()}
    assert found_out(tables, apart, LIMITS.cell, "year") != {}
    assert found_out(tables, untold_together(tables, "year", LIMITS), LIMITS.cell, "year") == {}


def test_what_was_read_elsewhere_is_no_cover():
    """Without it the next smallest line would be hidden; everybody knows that one, so another is."""
    table = table_of([line((3, 0, 0, 0)), line((7, 0, 0, 0)), line((9, 0, 0, 0))])
    assert ("i1", "resolved") in untold(table, LIMITS)
    hidden = untold(table, LIMITS, known={("i1", column) for column in COLUMNS})
    assert ("i2", "resolved") in hidden


def test_what_is_asked_for_is_hidden_as_if_it_were_small():
    table = table_of([line((30, 0, 0, 0)), line((40, 0, 0, 0))])
    assert untold(table, LIMITS) == frozenset()
    hidden = untold(table, LIMITS, also={("i0", "resolved")})
    assert {("i0", "resolved"), ("i1", "resolved")} <= hidden or (TOTAL, "resolved") in hidden


@given(st.lists(st.tuples(lines(), st.one_of(st.none(), st.integers(1, 6), lines())), min_size=2, max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_correction_tells_neither_a_small_number_nor_a_small_change(pairs):
    """To who has read the version before, and takes what was told and is the same for known."""
    before = table_of([row for row, _change in pairs])
    after = table_of([changed(row, change) for row, change in pairs])
    first = untold(before, LIMITS)
    also, known = since(after, [Published(before, first)], LIMITS)
    hidden = untold(after, LIMITS, also=also, known=known)
    moved = {
        (name, column)
        for name, column in also - first
        if after[name][column] and after[name][column] != before[name][column]
    }
    assert small(after) | moved <= hidden
    bounds = TableReader({"": after}, {"": hidden - known}).read()
    assert [
        cell for cell in (small(after) | moved) - known if bounds["", *cell][0] == bounds["", *cell][1]
    ] == []


def changed(row, change):
    """The same, another, or with so many cases more that were resolved."""
    if change is None or isinstance(change, dict):
        return change or row
    return row | {name: row[name] + change for name in ("received", "accepted", "resolved")}
