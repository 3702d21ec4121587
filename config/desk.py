from typing import Any

from django.http import HttpRequest


def desk_items(request: HttpRequest) -> list[tuple[str, str, bool, int]]:
    return []
