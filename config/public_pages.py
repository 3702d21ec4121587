"""Navigation of the public pages, the same on every page of an association."""

from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

SECTIONS = (
    "/register/",
    "/rounds/",
    "/standards/",
    "/verify/",
    "/refund-calculator/",
    "/complaints/",
    "/leads/",
)


def public_navigation(request: HttpRequest) -> dict[str, Any]:
    """Label, address, and whether this page belongs there; nothing outside an association."""
    if getattr(request, "association", None) is None:
        return {}
    here = request.path_info
    section = here if here == "/" else next((part for part in SECTIONS if here.startswith(part)), "")
    return {"nav_items": _items(section, get_language(), get_script_prefix(), get_urlconf())}


@lru_cache(maxsize=500)
def _items(
    section: str, _language: str | None, _mount: str, _addresses: str | None
) -> tuple[tuple[str, str, bool], ...]:
    return (
        (_("首页"), reverse("home"), section == "/"),
        (_("机构查询"), reverse("register"), section == "/register/"),
        (_("评估结果"), reverse("rounds"), section in {"/rounds/", "/standards/"}),
        (_("证书验真"), reverse("verify_form"), section == "/verify/"),
        (_("退费计算"), reverse("refund_calculator"), section == "/refund-calculator/"),
        (_("投诉调解"), reverse("complaints"), section == "/complaints/"),
        (_("提供线索"), reverse("new_lead"), section == "/leads/"),
    )
