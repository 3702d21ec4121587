"""Navigation of the desk: its pages with what waits there, and the way to the staff desk."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from config.desk import desk_items


def navigation(request: HttpRequest) -> dict[str, Any]:
    """At most one query, and that only on whole pages of the desk. Public pages do not ask who is there."""
    if getattr(request, "association", None) is None or not request.path_info.startswith("/desk/"):
        return {}
    if request.headers.get("HX-Request") or not request.actor.is_signed_in:  # type: ignore[attr-defined]
        return {}
    return {"desk_nav": desk_items(request), "account_items": account_items(request)}


def account_items(request: HttpRequest) -> list[tuple[str, str, bool]]:
    """The desk, and the staff desk for whom it opens."""
    items = [(_("工作台"), reverse("desk"), True)]
    if request.actor.is_staff:  # type: ignore[attr-defined]
        items.append((_("秘书处"), reverse("admin:index"), False))
    return items
