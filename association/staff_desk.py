"""The staff desk: one admin site, mounted inside the association, open to its staff only.

It shows queues, filters and history; every change is a button that calls one operation. Django's own forms for
adding, changing and deleting, and its log, have no address here at all.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import display_for_field, display_for_value, label_for_field, lookup_field
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from association.audit import record_read
from association.choices import STAFF_ROLES
from association.deeds import BulkDeed, Deed, DeedForm, Done, Table
from association.long_lists import CappedPaginator
from association.step_up import require_fresh_proof
from common.numbers import shown

MOST_AT_ONCE = 200
# Names in Django's site that would lead past our sign-in, our audit trail or the association's own address.
CLOSED = frozenset({"search", "password_change", "password_change_done", "view_on_site"})


class StaffDesk(UnfoldAdminSite):
    """Opened only for staff of the association, always in its scope."""

    site_title = site_header = gettext_lazy("协会工作台")
    index_title = gettext_lazy("今日")

    def has_permission(self, request: HttpRequest) -> bool:
        actor = getattr(request, "actor", None)
        return bool(actor is not None and request.user.is_active and actor.is_staff)

    def register(self, models: Any, admin_class: Any = None, **options: Any) -> None:
        """Only our own classes: accounts, sessions and second factors belong to people, not to an association."""
        if admin_class is not None and issubclass(admin_class, DeskPermissions):
            super().register(models, admin_class, **options)

    def get_urls(self) -> list[Any]:
        return [url for url in super().get_urls() if getattr(url, "name", None) not in CLOSED]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """The theme evaluates expressions in attributes: this site alone gets the wider policy."""
        inner = super().admin_view(view, cacheable)
        return csp_replace(settings.ADMIN_CSP)(inner)

    def login(self, request: HttpRequest, _extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign-in is allauth's, and leads back; somebody signed in without a staff role is told so."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        return redirect_to_login(wanted, settings.LOGIN_URL)

    def logout(self, _request: HttpRequest, _extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("account_logout")


class DeskPermissions:
    """Staff see. Nothing is added, changed or deleted except by a button, and nothing is ever deleted."""

    open_to = STAFF_ROLES

    def has_module_permission(self, request: Any) -> bool:
        return bool(request.actor.roles & self.open_to)

    def has_view_permission(self, request: Any, obj: Model | None = None) -> bool:
        return bool(request.actor.roles & self.open_to)

    def has_add_permission(self, request: Any, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Model | None = None) -> bool:
        return False


class DeskAdmin(DeskPermissions, ModelAdmin):
    """A list of the staff desk, its object pages and its buttons."""

    list_per_page = 50
    list_max_show_all = 0
    paginator = CappedPaginator
    show_full_result_count = False
    list_filter_sheet = False
    list_before_template = "admin/_list_deeds.html"
    empty_value_display = "—"
    has_object_page = True
    # Pages that show people leave a line of who opened them; some classes show them on the object's page only.
    shows_people = False
    lists_people = True
    lead: Any = ""
    facts: Sequence[str] = ()
    deeds: Sequence[Deed] = ()
    list_deeds: Sequence[Deed] = ()
    bulk_deeds: Sequence[BulkDeed] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.has_object_page:
            self.list_display_links = None

    # Addresses

    def address(self, page: str, *args: object) -> str:
        return reverse(
            f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args
        )

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap: Callable[[Any], Any] = self.admin_site.admin_view
        urls = [path("", wrap(self.changelist_view), name=f"{name}_changelist")]
        if self.list_deeds:
            urls.append(path("do/<slug:deed>/", wrap(self.list_deed_view), name=f"{name}_do_list"))
        if self.has_object_page:
            urls.append(path("<int:object_id>/", wrap(self.object_view), name=f"{name}_change"))
        if self.deeds:
            urls.append(path("<int:object_id>/do/<slug:deed>/", wrap(self.deed_view), name=f"{name}_do"))
        return urls

    # Pages

    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        buttons = [
            (deed, self.address("do_list", deed.name))
            for deed in self.list_deeds
            if deed.shows_to(request.actor)
        ]
        context = {"desk_buttons": buttons, "desk_lead": self.lead, "title": self.opts.verbose_name_plural}
        answer = super().changelist_view(request, context | (extra_context or {}))
        listed = getattr(answer, "context_data", None) or {}
        if self.shows_people and self.lists_people and "cl" in listed and request.method == "GET":
            rows = len(listed["cl"].result_list)
            record_read(request.actor, "list", None, model=self.opts.label_lower, rows=rows)
        return answer

    def object_view(self, request: Any, object_id: int) -> HttpResponse:
        obj = self.found(request, object_id)
        if self.shows_people:
            record_read(request.actor, str(self.opts.model_name), obj)
        buttons = [
            (deed, self.address("do", obj.pk, deed.name))
            for deed in self.deeds
            if deed.shows_to(request.actor, obj)
        ]
        context = {
            "title": str(obj),
            "lead": self.lead_of(request, obj),
            "original": obj,
            "facts": [self._fact(name, obj) for name in self.facts],
            "buttons": buttons,
            "tables": self.tables(request, obj),
            "list_address": self.address("changelist"),
        }
        return self.page(request, "admin/object.html", context)

    def deed_view(self, request: Any, object_id: int, deed: str) -> HttpResponse:
        return self._perform(request, self._named(self.deeds, deed), self.found(request, object_id))

    def list_deed_view(self, request: Any, deed: str) -> HttpResponse:
        return self._perform(request, self._named(self.list_deeds, deed), None)

    def page(
        self, request: Any, template: str, context: dict[str, Any], status: int = 200
    ) -> TemplateResponse:
        request.current_app = self.admin_site.name
        shared = self.admin_site.each_context(request) | {"opts": self.opts, "model_admin": self}
        return TemplateResponse(request, template, shared | context, status=status)

    # What a class says about its objects

    def found(self, request: Any, object_id: int) -> Any:
        """The object, if it is this association's; anybody else's does not exist."""
        obj = self.get_queryset(request).filter(pk=object_id).first()
        if obj is None:
            raise Http404
        return obj

    def lead_of(self, _request: Any, _obj: Any) -> Any:
        return ""

    def tables(self, _request: Any, _obj: Any) -> Sequence[Table]:
        return ()

    def _fact(self, name: str, obj: Any) -> tuple[str, Any]:
        label = str(label_for_field(name, self.model, self))
        model_field, _attr, value = lookup_field(name, obj, self)
        if isinstance(value, Decimal):
            return label, shown(value)
        if model_field is None:
            return label, display_for_value(value, self.empty_value_display)
        return label, display_for_field(value, model_field, self.empty_value_display)

    # Buttons

    def _named(self, deeds: Sequence[Deed], name: str) -> Deed:
        found = next((deed for deed in deeds if deed.name == name), None)
        if found is None:
            raise Http404
        return found

    def _perform(self, request: Any, deed: Deed, obj: Any) -> HttpResponse:
        deed.require(request.actor)
        if deed.step_up:
            require_fresh_proof(request)
        if deed.reads:
            return deed.run(request, obj, None)  # type: ignore[return-value]
        posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = deed.form(*posted, request=request, obj=obj)
        answer = deed.attempt(request, obj, form) if form.is_bound and form.is_valid() else None
        if isinstance(answer, Done):
            messages.success(request, answer.sentence)
            back = self.address("change", obj.pk) if obj is not None else self.address("changelist")
            return HttpResponseRedirect(answer.to or back)
        return answer or self._deed_page(request, deed, obj, form)

    def _deed_page(self, request: Any, deed: Deed, obj: Any, form: DeedForm) -> TemplateResponse:
        context = {
            "title": deed.label,
            "deed": deed,
            "form": form,
            "original": obj,
            "foretold": deed.foretold(request, obj),
            "media": form.media,
            "back": self.address("change", obj.pk) if obj is not None else self.address("changelist"),
        }
        return self.page(request, deed.template, context, status=form.status if form.is_bound else 200)

    def get_actions(self, request: Any) -> dict[str, Any]:
        """Bulk deeds this person may do; Django's own action deletes and is not among them."""
        return {
            bulk.name: (self._bulk_action(bulk), bulk.name, bulk.label)
            for bulk in self.bulk_deeds
            if bulk.may(request.actor)
        }

    def _bulk_action(self, bulk: BulkDeed) -> Callable[[Any, Any, Any], HttpResponse | None]:
        def run(_admin: Any, request: Any, chosen: Any) -> HttpResponse | None:
            rows = list(chosen[: MOST_AT_ONCE + 1])
            if len(rows) > MOST_AT_ONCE:
                messages.error(request, _("一次最多办理%(most)d项，请分批选择。") % {"most": MOST_AT_ONCE})
                return None
            planned = list(bulk.plans(request, rows))
            if "confirmed" in request.POST:
                self._bulk_done(request, bulk, planned)
                return None
            context = {
                "title": bulk.label,
                "bulk": bulk,
                "planned": planned,
                "will": sum(1 for one in planned if one.fits),
                "checkbox": helpers.ACTION_CHECKBOX_NAME,
                "back": self.address("changelist"),
            }
            return self.page(request, "admin/bulk.html", context)

        return run

    def _bulk_done(self, request: Any, bulk: BulkDeed, planned: Sequence[Any]) -> None:
        refused = [
            (one.obj, sentence)
            for one in planned
            if one.fits and (sentence := bulk.attempt(request, one.obj))
        ]
        done = sum(1 for one in planned if one.fits) - len(refused)
        if done:
            messages.success(
                request, _("%(label)s：已办理%(done)d项。") % {"label": bulk.label, "done": done}
            )
        for obj, sentence in refused:
            messages.error(request, f"{obj}：{sentence}")

    # Django's log has no association: ours is the audit trail, written by the operations

    def log_addition(self, request: Any, obj: Any, message: Any) -> None:
        """Nothing: see the audit trail."""

    def log_change(self, request: Any, obj: Any, message: Any) -> None:
        """Nothing: see the audit trail."""

    def log_deletions(self, request: Any, queryset: Any) -> None:
        """Nothing is deleted here."""
