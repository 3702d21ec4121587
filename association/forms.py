"""Forms of the desk that belong to no single app."""

from django import forms
from django.utils.translation import gettext_lazy as _

from association.kept_forms import KeptForm

MOST_DAYS = 400


class PracticeClockForm(KeptForm):
    """演练时钟: how far it is moved, in days."""

    name = "clock"
    days = forms.IntegerField(
        label=_("拨快几天"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=1,
        error_messages={"required": _("请填写天数。")},
    )
