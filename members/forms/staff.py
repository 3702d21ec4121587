"""Input of the staff desk about memberships, applications, votes and offices."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association import clock
from association.deeds import DeedForm
from members.choices.membership import Office, Tier
from members.forms.institutions import day_field


def long_text(label: Any, *, rows: int = 5, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=4000, widget=forms.Textarea({"rows": rows}), **more)


def basis(**more: Any) -> forms.CharField:
    return forms.CharField(label=_("依据"), max_length=200, help_text=_("例如哪次会议的决议。"), **more)


class AdmitForm(DeedForm):
    """Memberships decided on paper, and those of before."""

    from_on = day_field(_("自"))
    tier = forms.ChoiceField(label=_("级别"), choices=Tier.choices, required=False)
    reason = basis(required=False)

    def clean_tier(self) -> str:
        return self.cleaned_data["tier"] or Tier.MEMBER

    def starts(self) -> dict[str, Any]:
        return {"from_on": clock.today(), "tier": Tier.MEMBER}


class TierForm(DeedForm):
    tier = forms.ChoiceField(label=_("级别"), choices=Tier.choices)
    from_on = day_field(_("自"))
    reason = basis()

    def starts(self) -> dict[str, Any]:
        return {"from_on": clock.today()}


class OfficeForm(DeedForm):
    office = forms.ChoiceField(label=_("职务"), choices=Office.choices)
    person_name = forms.CharField(
        label=_("代表姓名"), max_length=60, required=False, help_text=_("只供协会内部使用，不公开。")
    )
    from_on = day_field(_("自"))
    until_on = day_field(pgettext_lazy("one", "至"), required=False, help_text=_("任期未定的留空。"))
    basis = basis()

    def starts(self) -> dict[str, Any]:
        return {"from_on": clock.today()}


class LeaveOfficeForm(DeedForm):
    until_on = day_field(_("离任（当日仍在任）"))
    reason = forms.CharField(label=_("说明"), max_length=300, required=False)

    def starts(self) -> dict[str, Any]:
        return {"until_on": clock.today()}


class SupplementForm(DeedForm):
    """One item a line; there is no second list."""

    items = long_text(
        _("需要补正的全部内容"), rows=8, help_text=_("每行一项。只能告知一次，请列出全部内容。")
    )

    def clean_items(self) -> list[str]:
        return [line for line in self.cleaned_data["items"].splitlines() if line.strip()]


class OpinionForm(DeedForm):
    opinion = long_text(_("审查意见"), help_text=_("理事会成员会看到，请勿写个人信息。"))


class CountForm(DeedForm):
    reasons = long_text(_("不予入会的理由"), required=False, help_text=_("未通过的必填，申请机构会看到。"))


class ReasonForm(DeedForm):
    reason = forms.CharField(label=_("依据和理由"), max_length=300, help_text=_("机构会看到。"))


class LapseForm(DeedForm):
    unpaid_since = day_field(_("自哪一天起欠交会费"))
    reason = basis()


class DissolveForm(DeedForm):
    until_on = day_field(_("终止日期（当日仍有效）"))
    reason = forms.CharField(label=_("注销或者终止的文书"), max_length=300)

    def starts(self) -> dict[str, Any]:
        return {"until_on": clock.today()}


class ExpelForm(DeedForm):
    grounds = long_text(_("事实和章程的条款"))
    heard = long_text(
        _("陈述申辩"), help_text=_("何时听取了该机构的陈述申辩，以及陈述的要点；没有陈述的也请写明。")
    )
