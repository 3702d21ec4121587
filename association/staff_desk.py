"""The staff desk: one admin site, mounted inside the association, open to its staff only.

It shows queues, filters and history; every change of state is a button that calls one operation.
"""
# ruff: noqa: ARG002 - Django's signatures

from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.sites import UnfoldAdminSite

from association.choices import Role


class StaffDesk(UnfoldAdminSite):
    """Opened only for staff of the association, always in its scope."""

    site_title = site_header = _("协会工作台")
    index_title = _("今日")

    def has_permission(self, request: HttpRequest) -> bool:
        actor = getattr(request, "actor", None)
        return bool(actor is not None and request.user.is_active and actor.is_staff)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """The theme evaluates expressions in attributes: this site alone gets the wider policy."""
        inner = super().admin_view(view, cacheable)
        return csp_replace(settings.ADMIN_CSP)(inner)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign-in is allauth's, and leads back; somebody signed in without a staff role is told so."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(
            request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"), settings.LOGIN_URL
        )


class DeskPermissions:
    """Staff see; the secretariat edits drafts where a class says so. Nothing is ever deleted here."""

    edited_by: frozenset[Role] = frozenset()

    def has_module_permission(self, request: Any) -> bool:
        return bool(request.actor.is_staff)

    def has_view_permission(self, request: Any, obj: Model | None = None) -> bool:
        return bool(request.actor.is_staff)

    def has_add_permission(self, request: Any, obj: Model | None = None) -> bool:
        return bool(request.actor.roles & self.edited_by)

    def has_change_permission(self, request: Any, obj: Model | None = None) -> bool:
        return bool(request.actor.roles & self.edited_by)

    def has_delete_permission(self, request: Any, obj: Model | None = None) -> bool:
        return False


class DeskAdmin(DeskPermissions, ModelAdmin):  # type: ignore[misc]
    """A list of the staff desk: keyset friendly, no select over long lists."""

    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    warn_unsaved_form = True


class DeskInline(DeskPermissions, TabularInline):  # type: ignore[misc]
    extra = 0
    show_change_link = False
