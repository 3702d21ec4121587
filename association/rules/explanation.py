"""期限说明: the arithmetic of a term as parts, and one sentence of them that an official can check with a wall calendar.

The parts are stored with the term, so that a page in another language tells exactly the same arithmetic: the sentence
takes the translator of the page as a value, as it takes everything else.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

WORKING_DAY, DAY, MONTH, YEAR = "working_day", "day", "month", "year"
MONTHS = ("", "1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月")
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
ONE_DAY = timedelta(days=1)
MIDNIGHT = "24:00"
MOST_NAMED = 8  # runs of holidays in one sentence; a term of years names only the first ones

Gettext = Callable[[str], str]


class Days(Protocol):
    """The part of the calendar that is told."""

    @property
    def holidays(self) -> AbstractSet[date]: ...
    @property
    def working(self) -> AbstractSet[date]: ...
    @property
    def known_until(self) -> date: ...
    @property
    def names(self) -> Mapping[date, str]: ...


@dataclass(frozen=True, slots=True)
class Off:
    """一段假期: neighbouring days of one holiday, both included; without a name it is any statutory one."""

    first: date
    last: date
    name: str = ""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How a last day was found: working days tell what was skipped, other terms why the end moved.

    ``number`` of ``unit`` from ``start``; without a unit the day was set by a document. ``idle`` days of a pause were
    not counted, in the unit of the term. ``unknown_year`` is the first one whose holidays are not announced.
    ``told`` is the later last day that people were told and that stays: counted anew the term would end on ``last``.
    ``of``: the case and the term that this one follows, when it ends with a term of another case.
    """

    start: date
    number: int
    unit: str
    counted: date
    last: date
    idle: int = 0
    off: tuple[Off, ...] = ()
    off_more: int = 0
    made_up: tuple[date, ...] = ()
    made_up_more: int = 0
    holiday: str | None = None
    unknown_year: int | None = None
    at: str = MIDNIGHT
    told: date | None = None
    of: tuple[str, str] | None = None


def reckon(
    start: date, number: int, unit: str, counted: date, last: date, days: Days, idle: int
) -> Reckoning:
    off, made_up = _exceptions(start + ONE_DAY, last, days) if unit == WORKING_DAY else ([], [])
    return Reckoning(
        start=start,
        number=number,
        unit=unit,
        counted=counted,
        last=last,
        idle=idle,
        off=tuple(off[:MOST_NAMED]),
        off_more=max(len(off) - MOST_NAMED, 0),
        made_up=tuple(made_up[:MOST_NAMED]),
        made_up_more=max(len(made_up) - MOST_NAMED, 0),
        holiday=days.names.get(counted, "") if counted != last and counted in days.holidays else None,
        unknown_year=days.known_until.year + 1 if last > days.known_until else None,
    )


def set_by_document(start: date, last: date, at: str = MIDNIGHT) -> Reckoning:
    """文件确定的截止日: nothing was counted, and no holiday moves it. ``at`` is the time of day, 24:00 unless told."""
    return Reckoning(start=start, number=0, unit="", counted=last, last=last, at=at)


def _exceptions(first: date, last: date, days: Days) -> tuple[list[Off], list[date]]:
    """Holidays skipped and make-up days counted between two days, both included."""
    span = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return _runs([day for day in span if day in days.holidays], days), [
        day for day in span if day in days.working
    ]


def _runs(ordered: list[date], days: Days) -> list[Off]:
    """Neighbouring days of the same holiday as one span."""
    runs: list[Off] = []
    for day in ordered:
        name = days.names.get(day, "")
        if runs and day - runs[-1].last == ONE_DAY and name == runs[-1].name:
            runs[-1] = Off(runs[-1].first, day, name)
        else:
            runs.append(Off(day, day, name))
    return runs


# -- stored with the term -------------------------------------------------------------------------------------


def as_parts(reckoning: Reckoning) -> dict[str, Any]:
    """The parts as plain values for a JSON column; ``from_parts`` gives the same reckoning back."""
    return {
        "start": reckoning.start.isoformat(),
        "number": reckoning.number,
        "unit": reckoning.unit,
        "counted": reckoning.counted.isoformat(),
        "last": reckoning.last.isoformat(),
        "idle": reckoning.idle,
        "off": [[run.first.isoformat(), run.last.isoformat(), run.name] for run in reckoning.off],
        "off_more": reckoning.off_more,
        "made_up": [day.isoformat() for day in reckoning.made_up],
        "made_up_more": reckoning.made_up_more,
        "holiday": reckoning.holiday,
        "unknown_year": reckoning.unknown_year,
        "at": reckoning.at,
        **({"told": reckoning.told.isoformat()} if reckoning.told else {}),
        **({"of": list(reckoning.of)} if reckoning.of else {}),
    }


def from_parts(parts: Mapping[str, Any]) -> Reckoning:
    day = date.fromisoformat
    return Reckoning(
        start=day(parts["start"]),
        number=parts["number"],
        unit=parts["unit"],
        counted=day(parts["counted"]),
        last=day(parts["last"]),
        idle=parts["idle"],
        off=tuple(Off(day(first), day(last), name) for first, last, name in parts["off"]),
        off_more=parts["off_more"],
        made_up=tuple(day(one) for one in parts["made_up"]),
        made_up_more=parts["made_up_more"],
        holiday=parts["holiday"],
        unknown_year=parts["unknown_year"],
        at=parts["at"],
        told=day(parts["told"]) if parts.get("told") else None,
        of=(parts["of"][0], parts["of"][1]) if parts.get("of") else None,
    )


# -- in words -------------------------------------------------------------------------------------------------


def as_written(text: str) -> str:
    """The translator of Chinese: the source is Chinese."""
    return text


def in_words(reckoning: Reckoning, gettext: Gettext = as_written) -> str:
    """The sentence of the parts, in the language of the translator."""
    sentence = _counted(reckoning, gettext)
    if reckoning.of is None:
        return sentence
    case, term = reckoning.of
    return gettext("与%(case)s的“%(term)s”同日截止（最早到期的一件）。%(sentence)s") % {
        "case": case,
        "term": gettext(term),
        "sentence": sentence,
    }


def _counted(reckoning: Reckoning, gettext: Gettext) -> str:
    end = _named(reckoning.last, reckoning.start if reckoning.unit else None, gettext)
    if not reckoning.unit:
        return gettext("截止时间由文件确定：%(day)s%(time)s") % {"day": end, "time": reckoning.at}
    told = _idle(reckoning, gettext) + _skipped(reckoning, gettext) + _moved(reckoning, gettext)
    told.append(gettext("截至%(day)s24:00") % {"day": end})
    sentence = gettext("%(head)s：%(told)s") % {
        "head": _head(reckoning, gettext),
        "told": gettext("，").join(told),
    }
    if reckoning.told is not None:
        kept = gettext("此前已告知的截止日不因日历变动提前，仍为%(day)s24:00") % {
            "day": _named(reckoning.told, reckoning.start, gettext)
        }
        sentence = gettext("%(sentence)s；%(unknown)s") % {"sentence": sentence, "unknown": kept}
    if reckoning.unknown_year is None:
        return sentence
    unknown = gettext("%(year)d年及以后的放假安排尚未公布，此日期为暂定") % {"year": reckoning.unknown_year}
    return gettext("%(sentence)s；%(unknown)s") % {"sentence": sentence, "unknown": unknown}


def _head(reckoning: Reckoning, gettext: Gettext) -> str:
    heads = {
        WORKING_DAY: gettext("自%(start)s起算%(number)d个工作日（当日不计）"),
        DAY: gettext("自%(start)s起算%(number)d日（当日不计）"),
        MONTH: gettext("自%(start)s起算%(number)d个月（当日不计）"),
        YEAR: gettext("自%(start)s起算%(number)d年（当日不计）"),
    }
    start = _named(reckoning.start, None, gettext)
    return heads[reckoning.unit] % {"start": start, "number": reckoning.number}


def _idle(reckoning: Reckoning, gettext: Gettext) -> list[str]:
    if not reckoning.idle:
        return []
    if reckoning.unit == WORKING_DAY:
        return [gettext("中止期间%(count)d个工作日不计入") % {"count": reckoning.idle}]
    return [gettext("中止期间%(count)d日不计入") % {"count": reckoning.idle}]


def _skipped(reckoning: Reckoning, gettext: Gettext) -> list[str]:
    first = reckoning.start + ONE_DAY
    told = [
        gettext("%(days)s为%(holiday)s假期")
        % {"days": _span(run, first, gettext), "holiday": _holiday(run.name, gettext)}
        for run in reckoning.off
    ]
    if reckoning.off_more:
        told.append(gettext("另有%(count)d段节假日") % {"count": reckoning.off_more})
    told += [
        gettext("%(day)s（%(weekday)s）调休上班")
        % {"day": _named(day, first, gettext), "weekday": gettext(WEEKDAYS[day.weekday()])}
        for day in reckoning.made_up
    ]
    if reckoning.made_up_more:
        told.append(gettext("另有%(count)d个调休上班日") % {"count": reckoning.made_up_more})
    return told


def _moved(reckoning: Reckoning, gettext: Gettext) -> list[str]:
    """Why the end is later than the counted day."""
    if reckoning.counted == reckoning.last:
        return []
    day = _named(reckoning.counted, reckoning.start, gettext)
    if reckoning.holiday is not None:
        holiday = _holiday(reckoning.holiday, gettext)
        return [
            gettext("期满日%(day)s为%(holiday)s假期，顺延至其后第一个工作日")
            % {"day": day, "holiday": holiday}
        ]
    weekday = gettext(WEEKDAYS[reckoning.counted.weekday()])
    return [
        gettext("期满日%(day)s为%(weekday)s休息日，顺延至其后第一个工作日") % {"day": day, "weekday": weekday}
    ]


def _span(run: Off, reference: date, gettext: Gettext) -> str:
    if run.first == run.last:
        return _named(run.first, reference, gettext)
    if (run.first.year, run.first.month) != (run.last.year, run.last.month):
        ends = {"first": _named(run.first, reference, gettext), "last": _named(run.last, run.first, gettext)}
        return gettext("%(first)s至%(last)s") % ends
    parts = {"first": run.first.day, "last": run.last.day, "month": gettext(MONTHS[run.first.month])}
    if reference.year == run.first.year:
        return gettext("%(month)s%(first)d日至%(last)d日") % parts
    return gettext("%(year)d年%(month)s%(first)d日至%(last)d日") % (parts | {"year": run.first.year})


def _holiday(name: str, gettext: Gettext) -> str:
    """国庆节、中秋节 may fall together; each has its own word."""
    return gettext("、").join(gettext(part) for part in name.split("、")) if name else gettext("法定")


def _named(day: date, reference: date | None, gettext: Gettext) -> str:
    parts = {"month": gettext(MONTHS[day.month]), "day": day.day}
    if reference is not None and reference.year == day.year:
        return gettext("%(month)s%(day)d日") % parts
    return gettext("%(year)d年%(month)s%(day)d日") % (parts | {"year": day.year})
