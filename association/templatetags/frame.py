"""What stands in the head of every page."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

SHEETS = ("variables", "base", "layout", "forms", "table", "status", "process")


@register.simple_tag
@lru_cache(maxsize=1)
def stylesheets() -> SafeString:
    """The icon and the sheets of every page, put together once: their names change only with a new release."""
    icon = format_html('<link rel="icon" href="{}" type="image/svg+xml">', static("img/mark.svg"))
    sheets = ((static(f"css/{name}.css"),) for name in SHEETS)
    return icon + format_html_join("", '\n  <link rel="stylesheet" href="{}">', sheets)
