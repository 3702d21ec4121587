"""How moments and numbers are written for people."""

from datetime import datetime, timedelta
from decimal import Decimal

from django import template
from django.utils.timezone import localtime

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
