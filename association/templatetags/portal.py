"""How moments and numbers are written for people."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template

from association import moments
from association.language import titled
from association.language import translated as in_language
from association.rules.clock import beijing
from common.numbers import shown

register = template.Library()


@register.filter
def until(moment: datetime | str | None) -> str:
    """截止 of a term; nothing for what has no end."""
    return moments.until(moment) if isinstance(moment, datetime) else ""


@register.filter
def day(moment: str | None) -> str:
    """The day in Beijing of a moment that a published copy keeps as text; nothing for what has none."""
    return f"{beijing(datetime.fromisoformat(moment)):%Y-%m-%d}" if moment else ""


@register.filter
def plain(number: Decimal | str | None) -> str:
    """Points without idle zeros; nothing for what is not there."""
    return shown(number) if isinstance(number, Decimal) else ""


@register.filter
def indicator_title(indicator: Any) -> str:
    """The title of an indicator, or of its published copy, in the language of the page."""
    if isinstance(indicator, Mapping):
        return titled(indicator["title"], indicator.get("title_en", ""))
    return titled(indicator.title, indicator.title_en)


@register.filter
def translated(sentence: str) -> str:
    """A sentence or a word of the rules, or a published label, in the language of the page."""
    return in_language(sentence)
