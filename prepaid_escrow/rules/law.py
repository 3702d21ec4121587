"""退费规则 in force, as values: terms and rates are rows with a citation; the articles have their names here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from association.rules.clock import (
    Calendar,
    Due,
    add_calendar_days,
    add_months,
    add_working_days,
    add_years,
)
from prepaid_escrow.rules.readings import DEFAULTS

COURT = "法释〔2025〕4号"
BALANCE = f"{COURT} 第15条"
OPERATOR_PRICE = f"{COURT} 第18条"
BONUS_PRICE = f"{COURT} 第18条（二）"
CONSUMER_PRICE = f"{COURT} 第19条"
NO_CLAIM_BACK = f"{COURT} 第20条"
GIFTS = f"{COURT} 第21条"
UNLIMITED = f"{COURT} 第22条"
INTEREST = f"{COURT} 第16、17条"
BETTER_AGREEMENT = f"{COURT} 第14、17—19条"

COUNTERS = {
    "working_day": add_working_days,
    "day": add_calendar_days,
    "month": add_months,
    "year": add_years,
}
# Codes of the deadline rules that the arithmetic asks for.
COOL_ORDINANCE, COOL_SKILLS, COOL_COURT = "PRE-COOL-BJ", "PRE-COOL-SKILL", "SPC-NOREASON"
DUE_COOLING, DUE_OTHER, DUE_DELAY, DUE_AGREED = "PRE-COOL-REFUND-BJ", "PRE-REFUND-BJ", "DELAY-15", "AGREED"
CODES = (COOL_ORDINANCE, COOL_SKILLS, COOL_COURT, DUE_COOLING, DUE_OTHER, DUE_DELAY)


@dataclass(frozen=True, slots=True)
class Term:
    """期限 of a rule row: a number of units that begins with an event."""

    code: str
    title: str
    number: int
    unit: str
    citation: str

    def ends(self, start: date, calendar: Calendar) -> Due:
        return COUNTERS[self.unit](start, self.number, calendar)


@dataclass(frozen=True, slots=True)
class Rate:
    """年利率 in percent, with the announcement it was taken from."""

    percent: Decimal
    citation: str


@dataclass(frozen=True, slots=True)
class Rates:
    """At the contract's date; None where nobody has confirmed a rate."""

    lpr: Rate | None = None
    deposit: Rate | None = None


@dataclass(frozen=True, slots=True)
class Law:
    """Everything the arithmetic takes from rows. Terms that are not in force here are missing."""

    calendar: Calendar
    terms: Mapping[str, Term] = field(default_factory=dict)
    rates: Rates = Rates()
    readings: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULTS))
    pledge: str = ""  # the citation of the association's own refund pledge, empty without one
