"""Navigation of every page: the public items, the person's own, and the desk's with what waits there."""

from typing import Any

from django.http import HttpRequest

from config.desk import desk_items


def navigation(request: HttpRequest) -> dict[str, Any]:
    """At most one query, and that only on the pages of the desk."""
    actor = getattr(request, "actor", None)
    if actor is None or not request.path_info.startswith("/desk/") or not actor.is_signed_in:
        return {}
    return {"desk_nav": desk_items(request)}
