from django import forms
from django.utils.translation import gettext_lazy as _

from disclosure.rules.codes import LONGEST_TYPED


class VerifyForm(forms.Form):
    code = forms.CharField(
        label=_("证书上的验证码"),
        required=True,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "maxlength": str(LONGEST_TYPED),
                "spellcheck": "false",
            }
        ),
    )
