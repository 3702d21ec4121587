from typing import Any

from django.http import HttpRequest, HttpResponse


def desk(request: Any) -> HttpResponse:
    return HttpResponse("")


def desk_items(request: HttpRequest) -> list[tuple[str, str, bool, int]]:
    return []
