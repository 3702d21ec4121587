"""Input about 违反公约: of the staff desk, and the institution's defence."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils.translation import gettext_lazy as _

from association import clock
from association.deeds import DeedForm, ShownForm
from association.notices import people_of
from members.choices.breach import ON_PAPER, Sanction
from members.choices.membership import Tier
from members.forms.desk import StepForm, long_text
from members.forms.institutions import day_field
from members.models import PledgeBreach
from members.queries import institutions
from members.queries.decisions import decision_shown


class AllegeForm(DeedForm):
    institution: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(queryset=None, label=_("机构"))
    clause_place = forms.IntegerField(label=_("违反第几条"), min_value=1, max_value=999)
    facts = long_text(_("事实"), help_text=_("机构会看到，请勿写举报人、投诉人的信息。"))

    def prepare(self) -> None:
        field = self.fields["institution"]
        field.queryset = institutions()  # type: ignore[attr-defined]
        field.widget = AutocompleteSelect(PledgeBreach._meta.get_field("institution"), admin.site)  # noqa: SLF001
        field.widget.choices = field.choices  # type: ignore[attr-defined]


class DropForm(DeedForm):
    reason = long_text(_("理由"), rows=3)


class DecideForm(ShownForm):
    """The second person, with what they read."""

    shows = staticmethod(decision_shown)


class SendBackForm(DecideForm):
    reason = long_text(_("退回的理由"), rows=3)


class NoticeForm(DeedForm):
    """How it was served is asked only where nobody of the institution has an account."""

    notice = long_text(
        _("告知的内容"), help_text=_("写明事实、条款和可能的处分；机构从告知之日起可以陈述申辩。")
    )
    service = forms.ChoiceField(
        label=_("送达方式"),
        choices=[(one.value, one.label) for one in ON_PAPER],
        widget=forms.RadioSelect,
        help_text=_("该机构没有账号，请先书面送达，再登记。"),
    )
    served_on = day_field(_("送达日期"))

    def prepare(self) -> None:
        if people_of(institution_id=self.obj.institution_id):
            del self.fields["service"], self.fields["served_on"]

    def starts(self) -> dict[str, Any]:
        return {"served_on": clock.today()}


class PaperDefenceForm(DeedForm):
    defence = long_text(_("陈述申辩"), rows=8, help_text=_("按书面申辩如实录入。"))
    received_on = day_field(_("收到日期"))
    paper = forms.FileField(
        label=_("书面申辩"), help_text=_("PDF或者图片，不超过10 MB。"), allow_empty_file=True
    )

    def starts(self) -> dict[str, Any]:
        return {"received_on": clock.today()}


class HearingForm(DeedForm):
    hearing = long_text(_("听取的情况"), help_text=_("何时、如何听取，陈述的要点；没有陈述的也请写明。"))


class ProposeForm(DeedForm):
    sanction = forms.ChoiceField(label=_("拟作的决定"), choices=[("", "—"), *Sanction.choices])
    grounds = long_text(_("理由"), help_text=_("机构会看到。"))
    charter_clause = forms.CharField(
        label=_("章程的条款"),
        max_length=200,
        required=False,
        help_text=_("处分须有章程依据；违约不成立的可以不填。"),
    )
    tier = forms.ChoiceField(
        label=_("降为"), choices=[("", "—"), *Tier.choices], required=False, help_text=_("只在降级时填写。")
    )


class OutcomeForm(DeedForm):
    outcome = long_text(_("情况"), rows=3)


class DefenceForm(StepForm):
    name = "defend"
    title, button = _("陈述申辩"), _("提交申辩")
    lead = _("在期限内提交一次，提交后不能修改；需要当面陈述的请在这里写明。")
    foretells = _("陈述申辩交给秘书处，申辩期限停止；通知秘书处的人员。")
    defence = long_text(_("陈述申辩"), rows=8)
