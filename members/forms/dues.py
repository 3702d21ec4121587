"""Input about 会费: the resolution of the general meeting, and what changes a bill."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils.translation import gettext_lazy as _

from association import clock
from association.deeds import DeedForm, GridForm
from association.notices import people_of
from association.typed_fields import YuanField
from members.choices.breach import ON_PAPER
from members.choices.dues import BY_HAND
from members.choices.membership import Tier
from members.forms.desk import long_text
from members.forms.institutions import day_field
from members.forms.pledge import count_field
from members.models import DuesInvoice
from members.queries import institutions
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


def _institution_field(form: DeedForm) -> None:
    """Chosen by searching, among all of the association's."""
    field = form.fields["institution"]
    field.queryset = institutions()  # type: ignore[attr-defined]
    field.widget = AutocompleteSelect(DuesInvoice._meta.get_field("institution"), admin.site)  # noqa: SLF001
    field.widget.choices = field.choices  # type: ignore[attr-defined]


class PaymentForm(DeedForm):
    """收款 that no file of the bank brings."""

    institution: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(queryset=None, label=_("付款机构"))
    amount_fen = YuanField(label=_("金额（元）"), required=True)
    received_on = day_field(_("收款日期"))
    way = forms.ChoiceField(
        label=_("收款方式"),
        choices=[(one.value, one.label) for one in BY_HAND],
        widget=forms.RadioSelect,
    )
    paper = forms.FileField(
        label=_("收款凭证"), help_text=_("PDF或者图片，不超过10 MB。"), allow_empty_file=True
    )
    reason = forms.CharField(label=_("说明"), max_length=300)

    def prepare(self) -> None:
        _institution_field(self)

    def starts(self) -> dict[str, Any]:
        return {"received_on": clock.today()}


class MatchForm(DeedForm):
    institution: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(
        queryset=None, label=_("是哪家机构缴的")
    )

    def prepare(self) -> None:
        _institution_field(self)


class RefundForm(DeedForm):
    amount_fen = YuanField(label=_("退还的金额（元）"), required=True)
    reason = forms.CharField(label=_("依据和理由"), max_length=300)


class UndoForm(DeedForm):
    reason = forms.CharField(label=_("依据和理由"), max_length=300)


class StatementForm(DeedForm):
    file = forms.FileField(
        label=_("银行流水文件"),
        allow_empty_file=True,
        help_text=_(".xlsx 或者 .csv，第一行是表头，不超过2000行，只含收入。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )


class WarningForm(DeedForm):
    """How it was served is asked only where nobody of the institution has an account."""

    text = long_text(_("告知的内容"), help_text=_("写明欠缴的金额、章程的条款，以及逾期未缴清视为退会。"))
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


class LapseForDuesForm(DeedForm):
    reason = forms.CharField(
        label=_("依据"), max_length=300, help_text=_("例如哪次理事会的决议和章程的条款；机构会看到。")
    )


class AccountForm(GridForm):
    """收支表: income is counted from the books, spending is entered."""

    columns = {
        "item": lambda: forms.CharField(max_length=80),
        "fen": YuanField,
    }
    labels = {"item": _("支出项目"), "fen": _("金额（元）")}
    blank_rows = 5
    most_rows = 60
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2199)
    cut_off = day_field(_("统计截止日期（含当日）"))
    remark = forms.CharField(
        label=_("说明"), max_length=300, required=False, help_text=_("更正已公布的，必须写明原因。")
    )

    def starts(self) -> dict[str, Any]:
        return {"year": clock.today().year, "cut_off": clock.today()}

    def given(self) -> dict[str, Any]:
        """As the operation takes it."""
        spending = [(row["item"] or "", row["fen"] or 0) for row in self.rows()]
        named = {name: self.cleaned_data[name] for name in ("year", "cut_off", "remark")}
        return named | {"spending": spending}


class SlipAnswerForm(DeedForm):
    answer = forms.CharField(label=_("理由"), max_length=300)
