"""Input about institutions and the people who act for them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association import clock, queries
from association.choices import INSTITUTION_ROLES, Role
from association.deeds import DeedForm
from association.language import translated
from association.models import Appointment
from association.search_select import SearchSelect
from common import uscc
from members.choices import Field
from members.queries import institutions


def day_field(label: Any, **more: Any) -> forms.DateField:
    """A day as browsers send it."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


def region_choices() -> list[tuple[str, str]]:
    return [("", "—"), *((row.code, f"{row.code} {row.name}") for row in queries.regions())]


class ParticularsForm(DeedForm):
    """登记事项 that may change without a new name or code."""

    short_name = forms.CharField(label=_("简称"), max_length=30, required=False)
    field = forms.ChoiceField(label=_("类别"), choices=Field.choices)
    licence_number = forms.CharField(label=_("办学许可证号"), max_length=20, required=False)
    region_code = forms.ChoiceField(label=_("所在地区"), required=False)
    address = forms.CharField(label=_("地址"), max_length=160, required=False)

    def prepare(self) -> None:
        self.fields["region_code"].choices = region_choices()  # type: ignore[attr-defined]

    def starts(self) -> dict[str, Any]:
        if self.obj is None:
            return {"field": Field.SKILLS}
        names = ("short_name", "field", "licence_number", "address")
        return {name: getattr(self.obj, name) for name in names} | {"region_code": self.obj.region_id or ""}


class RegistrationForm(ParticularsForm):
    """登记培训机构; the code is checked letter by letter and the fault is named."""

    field_order = ("name", "uscc", "short_name", "field", "region_code", "address", "source")
    name = forms.CharField(label=_("名称"), max_length=80)
    uscc = forms.CharField(
        label=_("统一社会信用代码"),
        max_length=60,
        required=False,
        help_text=_(
            "18位。代码不使用字母I、O、S、V、Z。资料来自已公布的结果且代码未知的，留空并写明资料来源。"
        ),
    )
    source = forms.CharField(label=_("资料来源"), max_length=300, required=False)

    def prepare(self) -> None:
        super().prepare()
        del self.fields["licence_number"]

    def clean_uscc(self) -> str:
        code = str(self.cleaned_data["uscc"])
        problem = uscc.problem(code) if code.strip() else None
        if problem:
            raise forms.ValidationError(translated(problem))
        return code


class UsccForm(DeedForm):
    """补录: the code is checked letter by letter by the operation, and the fault is named."""

    uscc = forms.CharField(
        label=_("统一社会信用代码"), max_length=60, help_text=_("18位。代码不使用字母I、O、S、V、Z。")
    )
    grounds = forms.CharField(
        label=_("代码的出处"),
        max_length=300,
        help_text=_("例如营业执照或民办非企业单位登记证书、国家企业信用信息公示系统的查询结果。"),
    )


class RenameForm(DeedForm):
    name = forms.CharField(label=_("新的名称"), max_length=80)


class UntilDayForm(DeedForm):
    until_on = day_field(_("至（当日仍有效）"))

    def starts(self) -> dict[str, Any]:
        return {"until_on": clock.today()}


class AppointForm(DeedForm):
    """任职 of somebody by mail address; who has no account yet gets one and a link to set a password."""

    roles = [role for role in Role if role not in INSTITUTION_ROLES]
    email = forms.EmailField(label=_("邮箱"))
    name = forms.CharField(label=_("姓名"), max_length=60, help_text=_("本协会各页以此称呼。"))
    role = forms.ChoiceField(label=_("角色"))
    from_on = day_field(_("自"))
    until_on = day_field(pgettext_lazy("one", "至"), required=False, help_text=_("任期未定的留空。"))

    def prepare(self) -> None:
        super().prepare()
        self.fields["role"].choices = [(role.value, role.label) for role in self.roles]  # type: ignore[attr-defined]

    def starts(self) -> dict[str, Any]:
        return {"from_on": clock.today()}


class AppointAtInstitutionForm(AppointForm):
    roles = [Role.INSTITUTION_ADMIN, Role.INSTITUTION_STAFF]


class AppointHereForm(AppointForm):
    """任职 at the association; the employer is what the conflict check reads."""

    employer: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(
        queryset=None,
        label=_("供职或任职过的机构"),
        required=False,
        help_text=_("用于回避核对：本人供职、任职、授课或持股的机构。没有的留空。"),
    )

    def prepare(self) -> None:
        super().prepare()
        field = self.fields["employer"]
        field.queryset = institutions()  # type: ignore[attr-defined]
        field.widget = SearchSelect(Appointment._meta.get_field("employer"), admin.site)  # noqa: SLF001
        field.widget.choices = field.choices  # type: ignore[attr-defined]
