"""统计表: one table behind the page, the Excel file and the CSV file. Counts too small to be told apart are left out.

A cell is a number, a text, or nothing where a rate may not be told. Amounts are 元, rates per cent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from complaints.queries.statistics import Line, Statistics
from complaints.rules.statistics import Limits, PerThousand, Rate, ranked
from members.queries import institutions

Cell = int | Decimal | str | None
PER_CENT, FEN_IN_YUAN = Decimal(100), Decimal(100)
TWO_PLACES = Decimal("0.01")
BAR_WIDTH = 240  # units of the drawing


@dataclass(frozen=True, slots=True)
class Row:
    """``cells`` stand under the headings after the name; ``bar`` draws complaints per thousand where it is known."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """每千人次 of one institution, drawn to scale: the ratio and its interval."""

    name: str
    ratio: Decimal
    low: Decimal
    high: Decimal
    width: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Table:
    first: date
    last: date
    limits: Limits
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row
    bars: tuple[Bar, ...]
    # How many are not in the drawing because their enrolments are unknown or too few.
    unranked: int

    def lines(self) -> list[tuple[Cell, ...]]:
        """For a file: the total first, as on the page."""
        return [(row.name, *row.cells) for row in (self.total, *self.rows)]


def table_of(found: Statistics) -> Table:
    """By institution, by name."""
    names = dict(
        institutions().filter(pk__in=[line.institution_id for line in found.lines]).values_list("pk", "name")
    )
    rows = [Row(names.get(line.institution_id or 0, ""), _cells(line, found)) for line in found.lines]
    shown = {
        names[line.institution_id]: line.per_thousand
        for line in found.lines
        if line.institution_id in names and line.institution_id not in found.hidden
    }
    bars = _bars(shown)
    return Table(
        first=found.first,
        last=found.last,
        limits=found.limits,
        headings=_headings(),
        rows=tuple(sorted(rows, key=lambda row: row.name)),
        total=Row(_("全部"), _cells(found.total, found)),
        bars=bars,
        unranked=len(found.lines) - len(bars),
    )


def _headings() -> tuple[str, ...]:
    return (
        _("机构"), _("收到"), _("已受理"), _("应答复"), _("按时答复"), _("按时答复率（%）"), _("95%区间"),
        _("已解决"), _("部分解决"), _("未解决"), _("投诉人未答复"), _("解决率（%）"), _("解决率95%区间"),
        _("评分人数"), _("满意率（%）"), _("满意率95%区间"), _("招生人次"), _("每千人次投诉"),
        _("每千人次95%区间"), _("要求退还（元）"), _("已退还（元）"), _("其中待确认（元）"),
    )  # fmt: skip


def _cells(line: Line, found: Statistics) -> tuple[Cell, ...]:
    counts = line.counts

    def many(*columns: str) -> tuple[Cell, ...]:
        return tuple(getattr(counts, name) if found.tells(line, name) else _("隐去") for name in columns)

    def yuan(fen: int, behind: str) -> Cell:
        return _yuan(fen) if found.tells(line, behind) else _("隐去")

    return (
        *many("received", "accepted", "asked", "in_time"), *_rate(line.response),
        *many("resolved", "partly", "unresolved", "no_answer"), *_rate(line.resolution),
        *many("scored"), *_rate(line.satisfaction),
        line.enrolments, *_per(line.per_thousand),
        yuan(counts.claimed_fen, "claiming"), yuan(counts.returned_fen, "repaid"),
        yuan(counts.unconfirmed_fen, "unconfirmed"),
    )  # fmt: skip


def _rate(rate: Rate) -> tuple[Cell, Cell]:
    if rate.ratio is None or rate.low is None or rate.high is None:
        return None, None
    return _per_cent(rate.ratio), f"{_per_cent(rate.low)}–{_per_cent(rate.high)}"


def _per_cent(share: Decimal) -> Decimal:
    return (share * PER_CENT).quantize(TWO_PLACES)


def _per(found: PerThousand) -> tuple[Cell, Cell]:
    return found.ratio, None if found.ratio is None else f"{found.low}–{found.high}"


def _yuan(fen: int) -> Decimal:
    return (Decimal(fen) / FEN_IN_YUAN).quantize(TWO_PLACES)


def _bars(rates: Mapping[str, PerThousand]) -> tuple[Bar, ...]:
    """The highest first; the longest interval fills the width."""
    widest = max((one.high for one in rates.values() if one.high is not None), default=None)
    scale = BAR_WIDTH / widest if widest else Decimal(0)
    return tuple(
        Bar(
            name,
            one.ratio,
            one.low,
            one.high,
            int(one.ratio * scale),
            int(one.low * scale),
            int(one.high * scale),
        )
        for name, one in ((name, rates[name]) for name in ranked(rates))
        if one.ratio is not None and one.low is not None and one.high is not None
    )
