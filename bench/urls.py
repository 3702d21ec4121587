"""The floor of the public pages: a view that does nothing, behind everything that every request passes."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from config.urls_association import handler400, handler403, handler404, handler429, handler500

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]


def empty(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("empty/", empty), path("", include("config.urls_association"))]
