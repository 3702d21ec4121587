"""Navigation of the desk, and what a signed-in person finds at the top of every page."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from config.desk import desk_items


def navigation(request: HttpRequest) -> dict[str, Any]:
    """At most one query, and that only on the pages of the desk. Public pages do not ask who is there."""
    if getattr(request, "association", None) is None or not request.path_info.startswith("/desk/"):
        return {}
    if not request.actor.is_signed_in:  # type: ignore[attr-defined]
        return {}
    return {"desk_nav": desk_items(request), "account_items": account_items(request)}


def account_items(request: HttpRequest) -> list[tuple[str, str, bool]]:
    """The desk, the staff desk for whom it opens, and the person's own account."""
    items = [(_("工作台"), reverse("desk"), True)]
    if request.actor.is_staff:  # type: ignore[attr-defined]
        items.append((_("秘书处"), reverse("admin:index"), False))
    return [*items, (_("登录与安全"), reverse("mfa_index"), False)]
