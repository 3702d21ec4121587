"""What the small forms of a case are made of."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from association.kept_forms import KeptForm
from association.typed_fields import DayField, YuanField
from complaints.forms.foretold import FORETOLD
from complaints.queries.tracking import InQuestion
from complaints.rules.money import Payment, in_yuan

LONGEST, LONGEST_LINE = 10_000, 200
CHOOSE = ("", _("请选择"))
RECEIVED = _("到现在为止，这件投诉一共实际收到多少（元）")
ARRIVED, NOT_REMEMBERED = _("全部款项最晚哪一天到账"), _("不记得的不用填。")
ARRIVED_ONE = _("到账了的，哪一天到账")
UNLESS_RESOLVED = _("选择“已解决”的，不用填。")
NOTHING_MORE = _("这次报告的一分没有收到的，可以不填。")
YES_NO, AGREES_OR_NOT = (_("是"), _("否")), (_("同意"), _("不同意"))


def compared(form: forms.Form, money: InQuestion | None) -> None:
    """The field of what came shows the sum that it is compared with; where no money is in question it is not asked."""
    if "received_fen" not in form.fields:
        return
    if money is None:
        for name in {"received_fen", "arrived_on"} & form.fields.keys():
            del form.fields[name]
        return
    sums = {"total": in_yuan(money.total_fen), "came": in_yuan(money.came_fen)}
    told = (
        _("约定或者机构报告退还的合计：%(total)s，其中%(came)s以前已经说明收到。填一共收到的合计。") % sums
        if money.came_fen
        else _("约定或者机构报告退还的合计：%(total)s。填一共收到的合计；一分没有收到的，填0。") % sums
    )
    form.fields["received_fen"].help_text = f"{told}{form.fields['received_fen'].help_text}"


def line(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=LONGEST_LINE, help_text=help_text)


def text(label: Any, *, required: bool = True, rows: int = 4, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def choice(label: Any, choices: Any, *, required: bool = True, help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[CHOOSE, *choices], required=required, help_text=help_text)


def yes_no(label: Any, words: tuple[Any, Any] = YES_NO) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=list(zip(("yes", "no"), words, strict=True)),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )


class PaymentsField(forms.CharField):
    """付款安排: one payment a line, a day and an amount; the cleaned value is a list of payments."""

    def clean(self, value: Any) -> Any:
        lines = enumerate(super().clean(value).splitlines(), start=1)
        return [_payment(number, line) for number, line in lines if line.strip()]


def _payment(number: int, line: str) -> Payment:
    day, _blank, amount = line.strip().replace("\t", " ").partition(" ")
    try:
        return Payment(DayField(required=True).clean(day), YuanField(required=True).clean(amount))
    except forms.ValidationError as wrong:
        sentence = _("第%(number)s行看不懂，请写成“2026-12-31 1500”。")
        raise forms.ValidationError(sentence, params={"number": number}) from wrong


class CaseForm(KeptForm):
    """A dangerous one has a red button."""

    title: Any = ""
    button: Any = _("提交")
    lead: Any = ""
    dangerous = False
    # The field whose choices depend on the case.
    asks = ""

    def offer(self, choices: list[tuple[Any, str]]) -> None:
        cast("forms.ChoiceField", self.fields[self.asks]).choices = [CHOOSE, *choices]

    @property
    def foretells(self) -> Any:
        return FORETOLD[self.name]

    def given(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
