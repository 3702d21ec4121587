"""Input about 自律公约: the draft, the flags, the meeting."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from association import clock
from association.deeds import DeedForm
from association.queries import pledge_text
from members.forms.institutions import day_field
from members.models import PledgePaper
from members.queries import institutions
from members.queries.membership import members_on

MOST = 100_000


def count_field(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST, **more)


class PledgeDraftForm(DeedForm):
    """The whole text at once; clauses are read from their numbers."""

    title = forms.CharField(label=_("名称"), max_length=120)
    preamble = forms.CharField(
        label=_("序言"), max_length=4000, required=False, widget=forms.Textarea({"rows": 4})
    )
    text = forms.CharField(
        label=_("条款"),
        max_length=200_000,
        widget=forms.Textarea({"rows": 24}),
        help_text=_("从“第一条”起逐条编号，每条另起一行；可以整篇粘贴。"),
    )
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def starts(self) -> dict[str, Any]:
        if self.obj is None:
            return {"title": _now("行业自律公约")}
        return {
            "title": self.obj.title,
            "preamble": self.obj.preamble,
            "text": pledge_text(self.obj),
            "seen": self.obj.sha256,
        }


class ClearFlagForm(DeedForm):
    flag_id = forms.TypedChoiceField(label=_("用语提示"), coerce=int, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("核定的理由"),
        max_length=300,
        help_text=_("为什么这样写不限制竞争，例如是法律的要求。写在记录中，不能更改。"),
    )

    def prepare(self) -> None:
        waiting = self.obj.flags.filter(cleared_by__isnull=True).select_related("clause")
        self.fields["flag_id"].choices = [  # type: ignore[attr-defined]
            (row.pk, f"{row.clause} · {row.title}：{row.excerpt}") for row in waiting
        ]


class AdoptForm(DeedForm):
    meeting = forms.CharField(
        label=_("会员大会"), max_length=120, help_text=_("例如：第二届第一次会员大会。")
    )
    met_on = day_field(_("会议日期"))
    effective_on = day_field(_("生效日期"))
    entitled = count_field(_("应到会员"), help_text=_("先按会员名册填好；不同的，在说明中写明原因。"))
    votes_for = count_field(_("赞成票"))
    votes_against = count_field(_("反对票"), initial=0)
    abstentions = count_field(_("弃权票"), initial=0)
    minutes = forms.FileField(
        label=_("会议决议"), help_text=_("PDF或者图片，不超过10 MB。"), allow_empty_file=True
    )
    remark = forms.CharField(label=_("说明"), max_length=300, required=False)

    def starts(self) -> dict[str, Any]:
        today = clock.today()
        return {"met_on": today, "effective_on": today, "entitled": members_on(today)}


class CeremonyForm(DeedForm):
    title = forms.CharField(label=_("名称"), max_length=120, help_text=_("例如：会员大会签署仪式。"))
    opens_on = day_field(_("开始日期"))
    closes_on = day_field(_("截止日期（当日仍可签署）"))

    def starts(self) -> dict[str, Any]:
        today = clock.today()
        return {"opens_on": today, "closes_on": today}


class PaperForm(DeedForm):
    """What stands on the paper, and its scan."""

    institution: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(queryset=None, label=_("机构"))
    signer_name = forms.CharField(label=_("签署人"), max_length=60)
    signer_role = forms.CharField(
        label=_("签署人职务"), max_length=60, help_text=_("例如：法定代表人、校长。")
    )
    signed_on = day_field(_("签署日期"))
    scan = forms.FileField(
        label=_("扫描件"), help_text=_("PDF或者图片，不超过10 MB。"), allow_empty_file=True
    )

    def prepare(self) -> None:
        field = self.fields["institution"]
        field.queryset = institutions()  # type: ignore[attr-defined]
        field.widget = AutocompleteSelect(PledgePaper._meta.get_field("institution"), admin.site)  # noqa: SLF001
        field.widget.choices = field.choices  # type: ignore[attr-defined]

    def starts(self) -> dict[str, Any]:
        return {"signed_on": clock.today()}


class PaperRefusalForm(DeedForm):
    reason = forms.CharField(label=_("理由"), max_length=300)
