"""群体性投诉: chosen complaints with a name, an amount for each, and how it ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association.kept_forms import KeptForm
from association.typed_fields import DayField, YuanField
from common.errors import DomainError, InvalidInput

LONGEST = 5_000


class OpenMassForm(KeptForm):
    name = "open"
    title = forms.CharField(
        label=_("名称"), max_length=120, help_text=_("例如：演示学校停课退费。机构会看到。")
    )
    complaint_ids = forms.TypedMultipleChoiceField(
        label=_("合并哪些投诉"), coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def offer(self, choices: Sequence[tuple[int, str]]) -> None:
        field: Any = self.fields["complaint_ids"]
        field.choices = choices


class OfferToAllForm(KeptForm):
    """An amount field for each complaint that can still be offered something; empty ones get no offer."""

    name = "offer_to_all"
    pay_by = DayField(label=_("付款日"), required=True)
    open_until = DayField(label=_("方案有效至"), required=True)
    terms = forms.CharField(
        label=_("其他条件"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, data: Any = None, *, complaints: Mapping[int, str], **more: Any) -> None:
        super().__init__(data, **more)
        for pk, label in complaints.items():
            self.fields[f"amount-{pk}"] = YuanField(label=label, required=False)
        self.complaints = list(complaints)

    def amount_fields(self) -> dict[int, forms.BoundField]:
        return {pk: self[f"amount-{pk}"] for pk in self.complaints}

    def common_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("pay_by", "open_until", "terms")]

    def given(self) -> dict[str, Any]:
        values = self.cleaned_data
        amounts = {pk: values[f"amount-{pk}"] for pk in self.complaints}
        return {
            "amounts_fen": {pk: fen for pk, fen in amounts.items() if fen is not None},
            "pay_by": values["pay_by"],
            "open_until": values["open_until"],
            "terms": values["terms"],
        }

    def refuse(self, error: DomainError) -> None:
        """The operation names a complaint by its number in the table."""
        if isinstance(error, InvalidInput):
            named = {
                f"amount-{name}" if name.isdecimal() else name: sentence
                for name, sentence in error.fields.items()
            }
            error = InvalidInput(error.sentence, named)
        super().refuse(error)


class EndMassForm(KeptForm):
    name = "end"
    notes = forms.CharField(
        label=_("协商结果或者结束的理由"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
