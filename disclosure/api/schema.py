"""The OpenAPI document as code knows it; ``docs/api/schema.yml`` is its committed copy."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import get_script_prefix, set_script_prefix
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator


@lru_cache(maxsize=1)
def openapi() -> dict[str, Any]:
    """Made once, in the language of the sources, relative to the mount."""
    prefix = get_script_prefix()
    set_script_prefix("/")
    try:
        with translation.override(settings.LANGUAGE_CODE):
            document: dict[str, Any] = SchemaGenerator(urlconf=settings.ASSOCIATION_URLCONF).get_schema(
                public=True
            )
    finally:
        set_script_prefix(prefix)
    return document


def operations() -> list[dict[str, Any]]:
    """Every operation for the page that people read."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary", ""),
            "description": operation.get("description", ""),
            "parameters": operation.get("parameters", []),
            "answers": [
                (status, answer.get("description", "")) for status, answer in operation["responses"].items()
            ],
        }
        for path, methods in openapi()["paths"].items()
        for method, operation in methods.items()
    ]
