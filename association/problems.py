"""Errors of the API as problem details (application/problem+json)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.views import set_rollback

from association.answers import contended, problem
from association.contention import is_contended
from association.language import translated
from common.errors import DomainError, InvalidInput, TooMany


def problem_details(error: Exception, context: dict[str, Any]) -> Any:
    """DRF's exception handler; what it does not know is a 500 of the ordinary kind."""
    if isinstance(error, DomainError):
        return _domain(error)
    if is_contended(error):
        return contended(context["request"])
    if isinstance(error, Http404):
        return problem(404, _("没有找到。"), "not_found")
    if isinstance(error, PermissionDenied):
        return problem(403, _("没有权限。"), "forbidden")
    if isinstance(error, exceptions.APIException):
        return _api(error)
    return None


def _domain(error: DomainError) -> Any:
    set_rollback()
    fields = error.fields if isinstance(error, InvalidInput) else {}
    more = {"errors": {name: translated(wrong) for name, wrong in fields.items()}} if fields else {}
    answer = problem(error.status, translated(error.sentence), error.code, **more)
    if isinstance(error, TooMany) and error.retry_after:
        answer["Retry-After"] = str(error.retry_after)
    return answer


def _api(error: exceptions.APIException) -> Any:
    set_rollback()
    if isinstance(error, exceptions.ValidationError):
        return problem(400, _("填写的内容有误。"), "invalid_input", errors=error.detail)
    answer = problem(error.status_code, str(error.detail), str(error.default_code))
    wait = getattr(error, "wait", None)
    if wait:
        answer["Retry-After"] = str(int(wait) + 1)
    return answer
