"""What every template may ask for."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from association import clock


def is_demo(association: Any) -> bool:
    """Whether the page must say so: the association is one for practice, or the whole platform is."""
    return bool(settings.PORTAL_DEMO if association is None else association.is_demo)


def portal(request: HttpRequest) -> dict[str, Any]:
    association = getattr(request, "association", None)
    offset = clock.practice_offset() if association is not None and settings.PORTAL_DEMO else None
    return {
        "is_demo": is_demo(association),
        "association": association,
        "actor": getattr(request, "actor", None),
        "portal_name": _("培训行业协会门户"),
        "practice_now": clock.now() if offset is not None and association.is_demo else None,  # type: ignore[union-attr]
        "request_id": getattr(request, "request_id", ""),
    }
