"""Form fields for amounts and days as people type them; what cannot be read is said in a sentence and stays in the box."""

import contextlib
import re
from abc import ABC, abstractmethod
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association.language import translated
from common.errors import InvalidInput
from common.numbers import parse_decimal, plain_digits

LONGEST = 40
LARGEST_YUAN = Decimal(10) ** 9
FEN = 100
DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?")
PICKED = re.compile(r"\d{4}-\d{2}-\d{2}")


class TypedField(forms.CharField, ABC):
    """A number in a text box, so that full-width digits and signs of currency can be taken."""

    def __init__(self, *, mode: str = "decimal", required: bool = False, **more: Any) -> None:
        attrs = {"inputmode": mode, "autocomplete": "off", "maxlength": str(LONGEST)}
        super().__init__(
            required=required, strip=True, max_length=LONGEST, widget=forms.TextInput(attrs=attrs), **more
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.read(text)
        except InvalidInput as wrong:
            raise forms.ValidationError(translated(wrong.sentence)) from None

    @abstractmethod
    def read(self, text: str) -> Any:
        """The value of what was typed, which is never empty. Raises InvalidInput with a sentence."""


class YuanField(TypedField):
    """元 with at most two places; the cleaned value is whole 分, or none."""

    def read(self, text: str) -> int:
        plain = re.sub(r"^[¥￥]|元$", "", plain_digits(text))
        return int(parse_decimal(plain, minimum=Decimal(0), maximum=LARGEST_YUAN) * FEN)


class DayField(forms.CharField):
    """A day from the phone's own picker, or typed as 2026-3-2, 2026/3/2 or 2026年3月2日."""

    def __init__(self, *, required: bool = False, **more: Any) -> None:
        widget = forms.TextInput(attrs={"maxlength": str(LONGEST), "autocomplete": "off"})
        widget.input_type = "date"
        super().__init__(required=required, strip=True, max_length=LONGEST, widget=widget, **more)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        plain = plain_digits(text)
        if not PICKED.fullmatch(plain):
            self.widget.input_type = "text"  # a picker would not show what was typed
        found = DAY.fullmatch(plain)
        with contextlib.suppress(ValueError):
            if found:
                return date(*(int(part) for part in found.groups()))
        self.widget.input_type = "text"
        raise forms.ValidationError(_("这不是一个日期，请写成 2026-03-02 这样。"))
