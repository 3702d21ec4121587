"""Input about 会费: the resolution of the general meeting, and what changes a bill."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association import clock
from association.deeds import DeedForm
from association.typed_fields import YuanField
from members.choices.membership import Tier
from members.forms.institutions import day_field
from members.forms.pledge import count_field
from members.queries.membership import members_on
from members.rules.dues import Figures

FIGURES = ("entitled", "votes_for", "votes_against", "abstentions")


class ResolutionForm(DeedForm):
    """决议 as it stands in the minutes; for each tier one amount."""

    meeting = forms.CharField(
        label=_("会员大会"), max_length=120, help_text=_("例如：第二届第一次会员大会。")
    )
    met_on = day_field(_("会议日期"))
    first_year = forms.IntegerField(
        label=_("自哪一年起执行"), min_value=2000, max_value=2199, help_text=_("不能早于会议的年度。")
    )
    entitled = count_field(_("应到会员"), help_text=_("先按会员名册填好；不同的，在说明中写明原因。"))
    votes_for = count_field(_("赞成票"))
    votes_against = count_field(_("反对票"), initial=0)
    abstentions = count_field(_("弃权票"), initial=0)
    is_secret = forms.BooleanField(
        label=_("以无记名投票方式表决"),
        required=False,
        help_text=_("依据：民发〔2014〕166号。没有无记名投票的，不能登记。"),
    )
    minutes = forms.FileField(
        label=_("会议决议"), help_text=_("PDF或者图片，不超过10 MB。"), allow_empty_file=True
    )
    remark = forms.CharField(label=_("说明"), max_length=300, required=False)

    def prepare(self) -> None:
        for tier in Tier:
            self.fields[f"fen_{tier.value}"] = YuanField(
                label=_("%(tier)s每年（元）") % {"tier": tier.label},
                help_text=_("固定金额，免缴的填0。"),
            )

    def starts(self) -> dict[str, Any]:
        today = clock.today()
        return {"met_on": today, "first_year": today.year, "entitled": members_on(today)}

    def given(self) -> dict[str, Any]:
        """As the operation takes it."""
        values = dict(self.cleaned_data)
        figures = Figures(**{name: values.pop(name) for name in FIGURES})
        amounts = {tier.value: values.pop(f"fen_{tier.value}") for tier in Tier}
        return values | {"figures": figures, "amounts": amounts}


class CreditForm(DeedForm):
    amount_fen = YuanField(label=_("减少的金额（元）"), required=True)
    reason = forms.CharField(
        label=_("依据和理由"), max_length=300, help_text=_("例如哪次会议的决议；机构会看到。")
    )


class SlipAnswerForm(DeedForm):
    answer = forms.CharField(label=_("理由"), max_length=300)
