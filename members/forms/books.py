"""会员工作簿: the file that is looked at, and where it is from."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association import clock
from association.deeds import DeedForm
from members.forms.institutions import day_field


class BookForm(DeedForm):
    file = forms.FileField(
        label=_("工作簿文件"),
        allow_empty_file=True,
        help_text=_(".xlsx，不超过10 MB，每张工作表不超过20000行；也可以是只含一张工作表的 .csv。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    source = forms.CharField(
        label=_("资料来源"),
        max_length=300,
        help_text=_("这些记载取自哪里，例如“2025年度会员名册”。表中没有写来源的行，都记这个来源。"),
    )
    known_on = day_field(_("资料截至"), help_text=_("来源反映到哪一天的情况。"))

    def starts(self) -> dict[str, Any]:
        return {"known_on": clock.today()}
