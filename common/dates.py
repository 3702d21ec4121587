"""Days as people type them into tables; anything doubtful is refused with a sentence."""

import re
from datetime import date, datetime

from common.errors import InvalidInput
from common.text import one_line

# A day with its separators, or in exactly eight digits; behind it nothing but an hour.
WRITTEN = re.compile(
    r"(?P<y>(?:19|20)[0-9]{2})(?:(?P<sign>[-/.])(?P<m>[0-9]{1,2})(?P=sign)(?P<d>[0-9]{1,2})"
    r"|年(?P<m2>[0-9]{1,2})月(?P<d2>[0-9]{1,2})日?|(?P<m3>[0-9]{2})(?P<d3>[0-9]{2}))"
    r"(?:[ T]?(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?)?"
)
WHOLE_DAY = 24  # as an hour


def parse_moment(text: str) -> datetime:
    """A wall clock's reading; midnight where no hour stands, or 24:00: the end of that day is the whole day.

    Raises InvalidInput.
    """
    text = one_line(text)
    parts = WRITTEN.fullmatch(text)
    if parts is None:
        raise InvalidInput("日期不能识别，请写成 2026-03-02。" if text else "日期没有填写。")
    month, day = (parts[f"{part}"] or parts[f"{part}2"] or parts[f"{part}3"] for part in "md")
    hour, minute, second = (int(parts[part] or 0) for part in ("hour", "minute", "second"))
    if (hour, minute, second) == (WHOLE_DAY, 0, 0):
        hour = 0
    try:
        return datetime(int(parts["y"]), int(month), int(day), hour, minute, second)  # noqa: DTZ001 - a wall clock's reading
    except ValueError:
        raise InvalidInput("没有这一天，请检查日期。") from None


def parse_day(text: str) -> date:
    """Raises InvalidInput."""
    return parse_moment(text).date()
