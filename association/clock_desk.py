"""Staff desk of the calendar: shared days, the association's own over them, years announced, working hours."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from association import calendars, clock
from association.access import MAY, deadlines_visible_to, terms_kept_from
from association.actors import Actor
from association.choices import CASE_KINDS, OwnDayKind
from association.clock_rows import case_name
from association.deeds import Deed, DeedForm, Done, Foretold, Table, foretelling
from association.language import translated
from association.models import CalendarDay, CalendarYear, Deadline, OwnCalendarDay, WorkingHours
from association.moments import until
from association.queries import open_counted_deadlines
from association.reckoning import explained, state_of
from association.staff_desk import DeskAdmin
from common.numbers import whole_or_none


def _date() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _time() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def _may(action: str) -> Any:
    def asked(actor: Actor) -> bool:
        return actor.may(MAY, action)

    return asked


def _recounts(_request: Any, _obj: Any) -> Foretold:
    does = _("只改变本协会的日历。登记后自动重新计算%(count)d个未结的期限，每个有变的期限留下一行办理记录。")
    tells = [_("期限有变的：轮到办理的一方，站内和邮件")]
    return Foretold(does % {"count": open_counted_deadlines().count()}, tells)


class DayForm(DeedForm):
    on = forms.DateField(label=gettext_lazy("日期"), widget=_date())
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=OwnDayKind.choices)
    holiday = forms.CharField(label=gettext_lazy("属于哪个节日"), max_length=20, required=False)
    source = forms.CharField(
        label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("文件名称与文号，或者网址")
    )


class YearForm(DeedForm):
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=2021, max_value=2100)
    source = forms.CharField(
        label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("文件名称与文号，或者网址")
    )
    days = forms.CharField(
        label=gettext_lazy("放假与调休"),
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy(
            "每行一段，例如“2027-02-06至2027-02-12 春节 放假”或“2027-02-20 春节 上班”。全年一次录齐。"
        ),
    )

    def starts(self) -> dict[str, Any]:
        return {"year": clock.calendar().known_until.year + 1}


def _set_day(request: Any, _obj: Any, form: Any) -> Done:
    calendars.set_calendar_day(actor=request.actor, **form.cleaned_data)
    return Done(_("已登记，未结的期限正在重新计算。"))


def _announce(request: Any, _obj: Any, form: Any) -> Done:
    calendars.announce_calendar_year(actor=request.actor, **form.cleaned_data)
    return Done(_("已登记，未结的期限正在重新计算，跨年的期限不再是暂定的。"))


@admin.register(CalendarDay)
class CalendarDayAdmin(DeskAdmin):
    lead = gettext_lazy(
        "国务院办公厅公布的放假与调休，各协会共用，只读；其余日期按周计。本协会另有登记的，以本协会的为准。"
    )
    has_object_page = False
    list_display = ("date", "kind", "holiday", "source")
    list_filter = ("kind",)
    search_fields = ("holiday", "source")
    date_hierarchy = "date"
    ordering = ("-date",)


@admin.register(OwnCalendarDay)
class OwnCalendarDayAdmin(DeskAdmin):
    lead = gettext_lazy("只对本协会有效，同一天以最后一次登记为准，先前的登记保留。")
    has_object_page = False
    list_display = ("date", "kind", "holiday", "source", "entered_by", "entered_at")
    list_filter = ("kind",)
    search_fields = ("holiday", "source")
    list_select_related = ("entered_by",)
    ordering = ("-date", "-id")
    list_deeds = (
        Deed(
            "day",
            gettext_lazy("登记一天"),
            _may("set_calendar_day"),
            _set_day,
            form=DayForm,
            foretells=_recounts,
        ),
        Deed(
            "year",
            gettext_lazy("登记一年的放假安排"),
            _may("announce_calendar_year"),
            _announce,
            form=YearForm,
            foretells=_recounts,
            main=True,
        ),
    )


@admin.register(CalendarYear)
class CalendarYearAdmin(DeskAdmin):
    lead = gettext_lazy("本协会已录入放假安排的年度。在“本协会登记的放假与调休”中登记。")
    has_object_page = False
    list_display = ("year", "source", "entered_by", "entered_at")
    list_select_related = ("entered_by",)


class HoursForm(DeedForm):
    opens = forms.TimeField(label=gettext_lazy("上班"), widget=_time())
    closes = forms.TimeField(label=gettext_lazy("下班"), widget=_time())
    remind_before = forms.CharField(
        label=gettext_lazy("提前提醒（工作日）"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("期限届满前几个工作日提醒，用逗号分开，例如 5,1"),
    )

    def starts(self) -> dict[str, Any]:
        days = ",".join(map(str, self.obj.remind_before))
        return {"opens": self.obj.opens, "closes": self.obj.closes, "remind_before": days}

    def clean_remind_before(self) -> list[int]:
        parts = self.cleaned_data["remind_before"].replace("，", ",").split(",")
        days = [whole_or_none(part.strip(), most=1000) for part in parts if part.strip()]
        if None in days:
            raise forms.ValidationError(_("请填写用逗号分开的天数。"))
        return [day for day in days if day is not None]


def _set_hours(request: Any, _hours: Any, form: Any) -> Done:
    calendars.set_working_hours(actor=request.actor, **form.cleaned_data)
    return Done(_("办公时间已改。"))


@admin.register(WorkingHours)
class WorkingHoursAdmin(DeskAdmin):
    lead = gettext_lazy("期限的提醒与逾期提醒只在工作日的办公时间发出，每个只发一次。")
    list_display = ("opens", "closes", "reminders")
    facts = ("opens", "closes", "reminders")
    deeds = (
        Deed(
            "change",
            gettext_lazy("修改"),
            _may("set_working_hours"),
            _set_hours,
            form=HoursForm,
            main=True,
            foretells=foretelling(gettext_lazy("此后的期限提醒按新的办公时间和提前天数发出；期限本身不变。")),
        ),
    )

    @admin.display(description=gettext_lazy("提前提醒（工作日）"))
    def reminders(self, hours: WorkingHours) -> str:
        return "、".join(map(str, hours.remind_before)) or "—"


class OpenFilter(admin.SimpleListFilter):
    title = gettext_lazy("是否结束")
    parameter_name = "open"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("未结")), ("no", _("已结"))]

    def queryset(self, _request: Any, queryset: QuerySet[Deadline]) -> QuerySet[Deadline]:
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(stopped_at__isnull=self.value() == "yes")


class KindFilter(admin.SimpleListFilter):
    """The kinds there are, named; no table is read for them."""

    title = gettext_lazy("事项类别")
    parameter_name = "kind"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, Any]]:
        return list(CASE_KINDS.items())

    def queryset(self, _request: Any, queryset: QuerySet[Deadline]) -> QuerySet[Deadline]:
        return queryset.filter(case_kind=self.value()) if self.value() in CASE_KINDS else queryset


@admin.register(Deadline)
class DeadlineAdmin(DeskAdmin):
    """Every term ever counted, for reading; what is to be done is in 今日钟表."""

    lead = gettext_lazy(
        "每件事项的每个期限：按哪条规则、从何时起算、怎么算出、是否逾期。只读；办理在今日钟表。"
    )
    list_display = ("case", "term", "owner_side", "ends", "state")
    list_filter = (OpenFilter, KindFilter, "owner_side", "was_late", "provisional")
    search_fields = ("case_title", "=case_id", "=code")
    facts = (
        "case_title", "title", "action", "owner_side", "owner_institution", "owner_user", "rule", "set_on", "started_at",
        "due_on", "how", "provisional", "paused_on", "reminded_days", "alarmed_at", "stopped_at", "outcome", "was_late",
    )  # fmt: skip
    ordering = ("-id",)

    def get_queryset(self, request: Any) -> QuerySet[Deadline]:
        """With its names, so without those that the reader keeps away from: 今日钟表 shows them without."""
        return deadlines_visible_to(request.actor).exclude(terms_kept_from(request.actor.person_id))

    @admin.display(description=gettext_lazy("事项"), ordering="case_title")
    def case(self, deadline: Deadline) -> str:
        return case_name(deadline.case_title)

    @admin.display(description=gettext_lazy("期限"), ordering="title")
    def term(self, deadline: Deadline) -> str:
        return translated(deadline.title)

    @admin.display(description=pgettext_lazy("end", "截止"), ordering="ends_at")
    def ends(self, deadline: Deadline) -> str:
        """With 暂定 where it may still move."""
        end = until(deadline.ends_at)
        return _("%(end)s（暂定）") % {"end": end} if deadline.provisional else end

    @admin.display(description=gettext_lazy("状态"), ordering="stopped_at")
    def state(self, deadline: Deadline) -> str:
        return state_of(deadline, clock.now())

    @admin.display(description=gettext_lazy("期限计算"))
    def how(self, deadline: Deadline) -> str:
        return explained(deadline.reckoning)

    def tables(self, _request: Any, obj: Deadline) -> Sequence[Table]:
        rows = [(str(row.first_on), str(row.resumed_on or "—"), row.reason) for row in obj.pauses.all()]
        return [Table(_("中止"), (_("中止自"), _("恢复日"), _("理由")), rows, empty=_("没有中止过。"))]
