"""How moments and numbers are written for people."""

from datetime import datetime, timedelta
from decimal import Decimal

from django import template
from django.utils.timezone import localtime

from common.numbers import shown

register = template.Library()


@register.filter
def until(moment: datetime | None) -> str:
    """截止: midnight belongs to the day before it, as the law writes it (24:00)."""
    if moment is None:
        return ""
    local = localtime(moment)
    if local.hour or local.minute or local.second:
        return f"{local:%Y-%m-%d %H:%M}"
    return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"


@register.filter
def plain(number: Decimal | None) -> str:
    """Points without idle zeros."""
    return "" if number is None else shown(number)
