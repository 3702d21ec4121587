"""开放接口: what every address of API v1 shares: open to all, limited by address, refusals as problem details."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from association.throttle import Allowance, allow_reading
from common.errors import TooMany

if TYPE_CHECKING:
    from association.models import Association

PROBLEM = "application/problem+json"


class AskedHere(Request):
    """What the views receive: a request inside one association."""

    association: "Association"


class OpenView(APIView):
    """Without account; every answer says what is left of the limit."""

    authentication_classes = ()
    allowance: Allowance | None = None
    limited_as = "api"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.allowance = allow_reading(request, self.limited_as)
        if not self.allowance.allowed:
            raise TooMany(_("请求太频繁，请稍后再试。"), retry_after=self.allowance.reset)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        for name, value in (self.allowance.headers() if self.allowance else {}).items():
            answer[name] = value
        return answer


class ProblemOutput(serializers.Serializer[Any]):
    """Problem details (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(required=False)  # type: ignore[assignment]


def refusals(sentences: Mapping[int, str]) -> dict[Any, Any]:
    """Every way of being refused, for the document of the interface."""
    return {(status, PROBLEM): OpenApiResponse(ProblemOutput, said) for status, said in sentences.items()}
