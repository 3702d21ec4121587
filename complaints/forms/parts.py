"""What the small forms of a case are made of."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from association.kept_forms import KeptForm
from association.typed_fields import DayField, YuanField
from complaints.forms.foretold import FORETOLD
from complaints.rules.money import Payment

LONGEST, LONGEST_LINE = 10_000, 200
CHOOSE = ("", _("请选择"))
YES_NO, AGREES_OR_NOT = (_("是"), _("否")), (_("同意"), _("不同意"))


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
