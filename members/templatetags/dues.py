"""How dues are written for people: kept in 分, shown in 元."""

from django import template

from members.rules.dues import yuan

register = template.Library()


@register.filter
def in_yuan(fen: int) -> str:
    """1,234.50."""
    return yuan(fen)
