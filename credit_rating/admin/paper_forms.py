"""Input of the secretariat about what was handed over and what came in on paper."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association import clock
from association.deeds import DeedForm

LONGEST = 8000
FILE = _("PDF或者图片，不超过10 MB。")


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class DeliveryForm(DeedForm):
    delivered_on = _day(_("送达日期"))
    proof = forms.FileField(label=_("签收的送达回证"), help_text=FILE, allow_empty_file=True)

    def starts(self) -> dict[str, Any]:
        return {"delivered_on": clock.today()}


class PaperDefenceForm(DeedForm):
    text = forms.CharField(
        label=_("陈述申辩"),
        help_text=_("按书面申辩如实录入。"),
        widget=forms.Textarea(attrs={"rows": 8, "maxlength": LONGEST}),
    )
    received_on = _day(_("收到日期"))
    paper = forms.FileField(label=_("书面申辩"), help_text=FILE, allow_empty_file=True)

    def starts(self) -> dict[str, Any]:
        return {"received_on": clock.today()}
