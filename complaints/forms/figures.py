"""统计的时段, and the enrolments that complaints are counted against."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association import clock
from association.kept_forms import KeptForm
from association.rules.clock import ONE_DAY
from association.typed_fields import DayField
from complaints.forms.parts import CHOOSE

BEGAN = date(2000, 1, 1)


class PeriodForm(forms.Form):
    """Whole months, until today at the latest; without them the year until today.

    A shorter period would tell of single cases what a month as a whole does not.
    """

    first = DayField(label=_("收到日期从"), required=True)
    last = DayField(label=_("到"), required=True)

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        first, last = typed.get("first"), typed.get("last")
        if first and first < BEGAN:
            self.add_error("first", _("不能早于2000年。"))
        if last and last > clock.today():
            self.add_error("last", _("不能晚于今天。"))
        if first and last and last < first:
            self.add_error("last", _("结束日期不能早于开始日期。"))
        if first and first.day != 1:
            self.add_error("first", _("按整月统计，请填某月的1日。"))
        if last and last < clock.today() and (last + ONE_DAY).day != 1:
            self.add_error("last", _("按整月统计，请填某月的最后一天，或者今天。"))
        return typed


class EnrolmentForm(KeptForm):
    """登记 one figure; the figure of a year is corrected by entering it again."""

    name = "enrolment"
    institution_id = forms.TypedChoiceField(label=_("机构"), coerce=int)
    year = forms.IntegerField(label=_("年度"))
    learners = forms.IntegerField(label=_("招生人次"))
    source = forms.CharField(
        label=_("来源"), max_length=120, help_text=_("例如：2025年度年报；主管部门备案数据。")
    )

    def __init__(self, *given: Any, institutions: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        field = self.fields["institution_id"]
        field.choices = [CHOOSE, *institutions]  # type: ignore[attr-defined]


class EnrolmentFileForm(KeptForm):
    name = "enrolment_file"
    file = forms.FileField(
        label=_("文件（.xlsx 或 .csv）"),
        allow_empty_file=True,
        help_text=_("第一行是表头，列名如上。有一行错误，就全部不导入。"),
    )
