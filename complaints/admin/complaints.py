"""Staff desk of 投诉: the list of all of them. A case is worked on at its own page, where institution and mediator meet."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from association import clock
from association.choices import Side
from association.deeds import Cell, Deed, DeedForm, Table, foretelling
from association.language import translated
from association.rules.clock import beijing
from association.staff_desk import DeskAdmin
from complaints.access.complaints import MAY, complaints_visible_to
from complaints.models import Complaint
from complaints.operations.privacy import search_people
from complaints.queries.desk import by_number, first_person, overdue, turn_of, with_turns

LONGEST_TYPED, MOST_FOUND = 64, 100


class OpenFilter(admin.SimpleListFilter):
    title = gettext_lazy("是否办结")
    parameter_name = "open"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("办理中")), ("no", _("已结束"))]

    def queryset(self, _request: Any, queryset: QuerySet[Complaint]) -> QuerySet[Complaint]:
        if self.value() == "yes":
            return queryset.filter(ended_at__isnull=True)
        return queryset.filter(ended_at__isnull=False) if self.value() == "no" else queryset


class TurnFilter(admin.SimpleListFilter):
    title = gettext_lazy("轮到谁")
    parameter_name = "turn"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, str]]:
        sides = (Side.STAFF, Side.INSTITUTION, Side.COMPLAINANT)
        return [(side.value, str(side.label)) for side in sides] + [("overdue", _("已逾期"))]

    def queryset(self, _request: Any, queryset: QuerySet[Complaint]) -> QuerySet[Complaint]:
        value = self.value()
        if value == "overdue":
            return overdue(queryset)
        return turn_of(queryset, value) if value in Side.values else queryset


class FindForm(DeedForm):
    who = forms.CharField(
        label=gettext_lazy("查询码、电话、姓名或者证件号码"),
        max_length=LONGEST_TYPED,
        help_text=gettext_lazy("姓名和号码要完整；查找会留下记录，但不记录查的是什么。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _find(request: Any, _obj: Any, form: Any) -> HttpResponse:
    """Found on this answer, which nobody stores: what was typed stays out of addresses and logs."""
    found = search_people(actor=request.actor, typed=form.cleaned_data["who"])
    rows = list(with_turns(found).order_by("-pk")[:MOST_FOUND])
    desk: Any = admin.site.get_model_admin(Complaint)
    context = {
        "title": _("查找结果"),
        "lead": _("显示%(many)d件，最多%(most)d件，新的在前。") % {"many": len(rows), "most": MOST_FOUND},
        "tables": [_found_table(rows)],
        "facts": (),
        "buttons": (),
        "list_address": desk.address("changelist"),
    }
    response: HttpResponse = desk.page(request, "admin/object.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _found_table(rows: list[Complaint]) -> Table:
    lines = [
        (
            Cell(one.number, reverse("case", args=[one.pk])),
            first_person(one) or "—",
            one.institution.name if one.institution else one.respondent_name,
            one.get_state_display(),
            turn_words(one) or "—",
            one.turn_due_on or "—",  # type: ignore[attr-defined]
        )
        for one in rows
    ]
    headings = (pgettext("case", "编号"), _("投诉人"), _("机构"), _("状态"), _("轮到谁"), _("期限"))
    return Table(_("投诉"), headings, lines, empty=_("没有找到，请核对后再查。"))


def turn_words(complaint: Any) -> str:
    """The side whose term ends first."""
    return str(Side(complaint.turn_side).label) if complaint.turn_side else ""


@admin.register(Complaint)
class ComplaintAdmin(DeskAdmin):
    has_object_page = False
    lead = gettext_lazy(
        "所有投诉。当事人一律遮盖显示；点编号打开案件办理。按电话、姓名、证件号码或者查询码查找，请用“查找当事人”。"
    )
    list_display = (
        "number_link",
        "complainant",
        "about",
        "intake",
        "step",
        "turn",
        "due",
        "received",
    )
    list_filter = (OpenFilter, TurnFilter, "state", "outcome", "intake", "subject")
    search_fields = ("order_number",)
    search_help_text = gettext_lazy("编号（T2026-000123）、工单编号或者机构名称；不要在这里输入电话和姓名")
    list_deeds = (
        Deed(
            "find",
            gettext_lazy("查找当事人"),
            lambda actor: actor.may(MAY, "search_people"),
            _find,
            form=FindForm,
            main=True,
            foretells=foretelling(
                gettext_lazy("只查找，不改变任何内容；谁在何时查找会留下记录，但不记录查的是什么。")
            ),
        ),
    )

    def get_queryset(self, request: Any) -> QuerySet[Complaint]:
        return with_turns(complaints_visible_to(request.actor)).order_by("-pk")

    def get_search_results(
        self, _request: Any, queryset: QuerySet[Complaint], search_term: str
    ) -> tuple[QuerySet[Complaint], bool]:
        return (by_number(queryset, search_term) if search_term.strip() else queryset), False

    @admin.display(description=pgettext_lazy("case", "编号"), ordering="pk")
    def number_link(self, complaint: Complaint) -> str:
        address = reverse("case", args=[complaint.pk])
        return format_html('<a class="whitespace-nowrap" href="{}">{}</a>', address, complaint.number)

    @admin.display(description=gettext_lazy("投诉人"))
    def complainant(self, complaint: Complaint) -> str:
        return first_person(complaint) or "—"

    @admin.display(description=gettext_lazy("机构"))
    def about(self, complaint: Complaint) -> str:
        if complaint.institution is not None:
            return complaint.institution.name
        return _("%(name)s（未认定）") % {"name": complaint.respondent_name}

    @admin.display(description=gettext_lazy("状态"))
    def step(self, complaint: Complaint) -> str:
        """Where it stands, the next step while there is one, and what came of it when it is over."""
        state = str(complaint.get_state_display())
        if complaint.ended_at is not None:
            return f"{state} · {complaint.get_outcome_display()}"
        action = translated(complaint.turn_action or "")  # type: ignore[attr-defined]
        return f"{state} · {action}" if action else state

    @admin.display(description=gettext_lazy("轮到谁"))
    def turn(self, complaint: Complaint) -> str:
        return turn_words(complaint) or "—"

    @admin.display(description=gettext_lazy("期限"))
    def due(self, complaint: Any) -> str:
        if complaint.turn_due_on is None:
            return "—"
        if complaint.turn_paused_on is not None:
            return _("中止中")
        day = f"{complaint.turn_due_on:%Y-%m-%d}"
        return _("%(day)s 已逾期") % {"day": day} if complaint.turn_ends_at <= clock.now() else day

    @admin.display(description=gettext_lazy("收到"), ordering="pk")
    def received(self, complaint: Complaint) -> str:
        day = f"{beijing(complaint.received_at):%Y-%m-%d}"
        return format_html('<span class="whitespace-nowrap">{}</span>', day)
