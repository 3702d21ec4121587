"""How sums and last days are written for people: money is kept in 分 and shown in 元."""

from django import template
from django.utils.translation import gettext

from association.rules.clock import Due
from association.rules.explanation import in_words
from prepaid_escrow.rules.steps import FEN

register = template.Library()


@register.filter
def yuan(fen: int | None) -> str:
    """1,234.50; nothing for what is not known."""
    if fen is None:
        return ""
    sign, whole = "−" if fen < 0 else "", abs(fen)
    return f"{sign}{whole // FEN:,}.{whole % FEN:02d}"


@register.filter
def arithmetic(due: Due) -> str:
    """How a last day was counted, in the language of the page."""
    return in_words(due.reckoning, gettext)
