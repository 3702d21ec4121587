"""Navigation of the public pages, the same on every page of an association."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _


def public_navigation(request: HttpRequest) -> dict[str, Any]:
    """Label, address, and whether this page belongs there; nothing outside an association."""
    if getattr(request, "association", None) is None:
        return {}
    here = request.path_info
    return {
        "nav_items": [
            (_("首页"), reverse("home"), here == "/"),
            (_("机构查询"), reverse("register"), here.startswith("/register/")),
            (_("评估结果"), reverse("rounds"), here.startswith(("/rounds/", "/standards/"))),
            (_("证书验真"), reverse("verify_form"), here.startswith("/verify/")),
        ]
    }
