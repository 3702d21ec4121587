"""工单导入: the file that is looked at."""

from django import forms
from django.utils.translation import gettext_lazy as _

from association.kept_forms import KeptForm


class OrdersForm(KeptForm):
    name = "orders"
    file = forms.FileField(
        label=_("工单文件"),
        allow_empty_file=True,
        help_text=_(".xlsx 或 .csv，不超过10 MB、50000行。先试导入，确认之后才会生效。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
