"""Staff desk of institutions: register, rename, membership, and the people who act for them."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from association import clock
from association.actors import Actor
from association.choices import CONFIRMED_ROLES, Role
from association.deeds import Cell, Deed, Done, Foretold, Table, foretelling
from association.endings import waits_for_another
from association.models import Appointment
from association.staff_desk import DeskAdmin
from members import operations
from members.access import MAY, appointments_visible_to, institutions_visible_to
from members.admin.membership_deeds import OF_MEMBERSHIP, is_member
from members.forms import institutions as forms
from members.models import Institution, MembershipTerm
from members.queries import with_membership
from members.queries.membership import History, history_of


def _may_admit(actor: Actor) -> bool:
    return actor.may(MAY, "admit_institution")


def _may_appoint(actor: Actor) -> bool:
    return actor.may(MAY, "appoint")


def _register(request: Any, _obj: None, form: Any) -> Done:
    values = form.cleaned_data | {"region_code": form.cleaned_data["region_code"] or None}
    institution = operations.register_institution(actor=request.actor, **values)
    return Done(_("已登记%(name)s。") % {"name": institution.name}, _institution_page(institution.pk))


def _institution_page(pk: int) -> str:
    return reverse("admin:members_institution_change", args=[pk])


def _rename(request: Any, institution: Institution, form: Any) -> Done:
    operations.rename_institution(
        actor=request.actor, institution_id=institution.pk, name=form.cleaned_data["name"]
    )
    return Done(_("已更名，原名称记为曾用名，仍可查到。"))


def _amend(request: Any, institution: Institution, form: Any) -> Done:
    values = form.cleaned_data | {"region_code": form.cleaned_data["region_code"] or None}
    operations.amend_institution(actor=request.actor, institution_id=institution.pk, **values)
    return Done(_("登记事项已变更。"))


def _complete_uscc(request: Any, institution: Institution, form: Any) -> Done:
    operations.complete_uscc(actor=request.actor, institution_id=institution.pk, **form.cleaned_data)
    return Done(_("已补录统一社会信用代码。"))


def _appoint_there(request: Any, institution: Institution, form: Any) -> Done:
    operations.appoint_person(actor=request.actor, institution_id=institution.pk, **_appointment(form))
    return Done(_("已登记任职，须确认的在他人确认后生效。没有账号的，设置密码的链接已寄出。"))


def _appoint_here(request: Any, _obj: None, form: Any) -> Done:
    values = _appointment(form)
    employer = values.pop("employer")
    operations.appoint_person(actor=request.actor, employer_id=employer.pk if employer else None, **values)
    return Done(_("已登记任职，须确认的在他人确认后生效。没有账号的，设置密码的链接已寄出。"))


def _appointment(form: Any) -> dict[str, Any]:
    return form.cleaned_data | {"role": Role(form.cleaned_data["role"])}


def _end(request: Any, appointment: Appointment, form: Any) -> Done:
    row = operations.end_appointment(actor=request.actor, appointment_id=appointment.pk, **form.cleaned_data)
    if row.ends_on is not None:
        return Done(_("已提出终止，由另一人确认后终止；在此之前任职继续。"))
    return Done(_("任职将于该日终止，办理过的事项仍然保留。"))


def _tells_ended(request: Any, appointment: Appointment) -> Foretold:
    """What the second person changes, and who hears of it."""
    decides = appointment.role in CONFIRMED_ROLES
    heard = [_("任职的本人"), _("其他可以确认任职的人")]
    if waits_for_another(request.actor, appointment):
        return Foretold(
            _("提出在所填的日期终止。须由秘书处另一人或评定委员会主任确认后才终止；任职的本人不能确认。"),
            heard,
        )
    does = _(
        "任职到所填的日期终止，此后这个人不能再以该角色办理；办理过的事项保留。日期只能提前，延长须重新聘任。"
    )
    return Foretold(does, heard if decides else [])


def _tells_newcomer(_request: Any, _obj: Any) -> Foretold:
    return Foretold(
        does=_("管理、评定、评估、调解的角色和机构管理员，须由秘书处另一人或评定委员会主任确认后生效。"),
        tells=[
            _("新建账号的人：收到一封设置密码的邮件，不含密码"),
            _("可以确认的人，以及该机构现有的人员"),
        ],
    )


@admin.register(Institution)
class InstitutionAdmin(DeskAdmin):
    ordering = ("name", "-pk")
    shows_people, lists_people = True, False
    lead = gettext_lazy("登记在册的培训机构，会员与非会员都在这里。")
    list_display = ("name", "uscc", "field", "region", "member", "is_demo")
    list_filter = ("field", "is_demo")
    search_fields = ("name", "short_name", "=uscc", "former_names__name")
    search_help_text = gettext_lazy("名称、简称、曾用名、拼音、首字母、统一社会信用代码或其中一段")
    list_select_related = ("region",)
    facts = (
        "name", "short_name", "uscc", "licence_number", "field", "region", "address", "member", "is_demo",
        "source", "created_at",
    )  # fmt: skip
    list_deeds = (
        Deed(
            "register",
            gettext_lazy("登记机构"),
            _may_admit,
            _register,
            form=forms.RegistrationForm,
            main=True,
            foretells=foretelling(gettext_lazy("在登记册中新增这家机构，公众即可查到；尚不是会员。")),
        ),
    )
    deeds = (
        Deed(
            "amend",
            gettext_lazy("变更登记事项"),
            _may_admit,
            _amend,
            form=forms.ParticularsForm,
            foretells=foretelling(
                gettext_lazy("改写登记事项，公众页面随即更新；原来的内容保留在办理记录中。")
            ),
        ),
        Deed(
            "uscc",
            gettext_lazy("补录统一社会信用代码"),
            _may_admit,
            _complete_uscc,
            form=forms.UsccForm,
            fits=lambda one: one.uscc is None,
            foretells=foretelling(
                gettext_lazy(
                    "补上统一社会信用代码；公众页面、查询和开放接口从此按代码查到这家机构，补录后不能再改。"
                )
            ),
        ),
        Deed(
            "rename",
            gettext_lazy("更名"),
            _may_admit,
            _rename,
            form=forms.RenameForm,
            foretells=foretelling(
                gettext_lazy("登记新的名称，原名称成为曾用名，按新旧名称都能查到；已公布的结果不变。")
            ),
        ),
        *OF_MEMBERSHIP,
        Deed(
            "appoint",
            gettext_lazy("聘任经办人"),
            _may_appoint,
            _appoint_there,
            form=forms.AppointAtInstitutionForm,
            foretells=_tells_newcomer,
            step_up=True,
        ),
    )

    def get_search_results(self, request: Any, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """What the names contain as it was typed, and what the public search would find: one way of searching for all."""
        typed, _doubles = super().get_search_results(request, queryset, search_term)
        if not search_term.strip():
            return typed, False
        meant = import_string(settings.INSTITUTIONS_MEANT)(request.association.pk, search_term)
        return queryset.filter(Q(pk__in=typed.values("pk")) | Q(pk__in=meant)), False

    def get_queryset(self, request: Any) -> QuerySet[Institution]:
        return with_membership(institutions_visible_to(request.actor))

    @admin.display(description=gettext_lazy("会员"), boolean=True)
    def member(self, institution: Institution) -> bool:
        return is_member(institution)

    def tables(self, request: Any, obj: Institution) -> Sequence[Table]:
        history = history_of(obj.pk)
        return [
            Table(
                _("曾用名"),
                (_("名称"), _("用至")),
                [(row.name, row.until_on or "—") for row in obj.former_names.order_by("-pk")],
            ),
            Table(
                _("会籍"),
                (_("自"), pgettext("one", "至"), _("级别"), _("状态"), _("依据和理由")),
                [_term(row) for row in history.terms],
                note=_gaps(history),
                more=(
                    _("按日查会籍"),
                    f"{reverse('membership_history')}?institution={obj.pk}&on={clock.today()}",
                ),
            ),
            Table(
                _("职务"),
                (_("职务"), _("自"), pgettext("one", "至"), _("依据")),
                [
                    (
                        row.get_office_display(),
                        row.from_on,
                        row.until_on or pgettext("one", "至今"),
                        row.basis,
                    )
                    for row in history.offices
                ],
            ),
            _people_of(request.actor, obj),
        ]


def _term(row: MembershipTerm) -> tuple[Any, ...]:
    state = row.get_state_display()
    ended = f"{state} → {row.get_ending_display()}" if row.ending else state
    return (
        row.from_on,
        row.until_on or pgettext("one", "至今"),
        row.get_tier_display(),
        ended,
        Cell(row.reason or "—", note=row.origin),
    )


def _gaps(history: History) -> str:
    spans = [f"{gap.first}—{gap.last}" for gap in history.gaps]
    return _("中断：%(spans)s") % {"spans": "、".join(spans)} if spans else ""


def _people_of(actor: Actor, institution: Institution) -> Table:
    rows = appointments_visible_to(actor).filter(institution=institution).select_related("user")
    return Table(
        _("经办人员"),
        (_("姓名"), _("角色"), _("起"), _("止")),
        [
            (
                Cell(row.name, reverse("admin:association_appointment_change", args=[row.pk])),
                row.get_role_display(),
                row.from_on,
                row.until_on or pgettext("one", "至今"),
            )
            for row in rows.order_by("-from_on", "-pk")
        ],
    )


class HeldTodayFilter(admin.SimpleListFilter):
    title = gettext_lazy("是否在任")
    parameter_name = "held"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("在任")), ("no", _("已终止"))]

    def queryset(self, _request: Any, queryset: QuerySet[Appointment]) -> QuerySet[Appointment]:
        ended = queryset.filter(until_on__lt=clock.today())
        if self.value() == "no":
            return ended
        return queryset.exclude(until_on__lt=clock.today()) if self.value() == "yes" else queryset


@admin.register(Appointment)
class AppointmentAdmin(DeskAdmin):
    ordering = ("-from_on", "-pk")
    shows_people = True
    lead = gettext_lazy("谁在本协会担任什么角色。任职按日期终止，从不删除。")
    list_display = ("name", "role", "institution", "employer", "from_on", "until_on", "awaits")
    list_filter = ("role", HeldTodayFilter)
    search_fields = ("name", "=user__email", "institution__name", "employer__name")
    search_help_text = gettext_lazy("姓名、完整邮箱、机构名称")
    list_select_related = ("user", "institution", "employer")
    facts = (
        "name", "role", "institution", "employer", "from_on", "until_on", "awaits", "appointed_by", "confirmed_by",
        "confirmed_at", "ends_on", "ended_by", "end_confirmed_by", "end_confirmed_at",
    )  # fmt: skip
    list_deeds = (
        Deed(
            "appoint",
            gettext_lazy("聘任协会人员"),
            _may_appoint,
            _appoint_here,
            form=forms.AppointHereForm,
            foretells=_tells_newcomer,
            step_up=True,
            main=True,
        ),
    )
    deeds = (
        Deed(
            "end",
            gettext_lazy("终止任职"),
            _may_appoint,
            _end,
            form=forms.UntilDayForm,
            fits=lambda row: row.until_on is None or row.until_on > clock.today(),
            danger=True,
            foretells=_tells_ended,
            step_up=True,
        ),
    )

    def get_queryset(self, request: Any) -> QuerySet[Appointment]:
        return appointments_visible_to(request.actor).select_related(
            "user", "institution", "employer", "appointed_by", "confirmed_by", "ended_by", "end_confirmed_by"
        )

    def tables(self, request: Any, obj: Appointment) -> Sequence[Table]:
        """How the person is reached is for those who appoint; an auditor reads who holds which office."""
        return [Table(_("联系"), (_("邮箱"),), [(obj.user.email,)])] if _may_appoint(request.actor) else []
