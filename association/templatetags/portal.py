"""How moments and numbers are written for people."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils.timezone import localtime

from association.language import titled
from association.language import translated as in_language
from common.numbers import shown

register = template.Library()


@register.filter
def until(moment: datetime | str | None) -> str:
    """截止: midnight belongs to the day before it, as the law writes it (24:00)."""
    if not isinstance(moment, datetime):
        return ""
    local = localtime(moment)
    if local.hour or local.minute or local.second:
        return f"{local:%Y-%m-%d %H:%M}"
    return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"


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
