"""统计的时段, and the enrolments that complaints are counted against."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association.kept_forms import KeptForm
from complaints.forms.parts import CHOOSE


class PeriodForm(forms.Form):
    """One of the periods that are told; a free choice of days would tell of single cases by subtraction."""

    period = forms.ChoiceField(label=_("时段"))

    def __init__(self, *given: Any, periods: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["period"].choices = periods  # type: ignore[attr-defined]


class FiguresForm(KeptForm):
    """提出更正 of a year's figures, or 补定; the numbers are counted anew, nobody types them."""

    name = "figures"
    year = forms.TypedChoiceField(label=_("年度"), coerce=int)
    reason = forms.CharField(
        label=_("理由"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("哪里有误、依据什么，公众会看到。不写个人信息。"),
    )

    def __init__(self, *given: Any, years: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        field = self.fields["year"]
        field.choices = [CHOOSE, *years]  # type: ignore[attr-defined]


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
