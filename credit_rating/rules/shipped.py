"""随附规范: the templates that come with the portal, none of them official."""

from credit_rating.rules.specification import StandardSpec

CODES = ("beijing_draft", "shanghai_form", "tianjin_form", "beijing_2010_form")


def shipped(code: str) -> StandardSpec:
    """随附规范 by code."""
    raise NotImplementedError
