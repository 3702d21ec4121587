from django import forms
from django.utils.translation import gettext_lazy as _


class VerifyForm(forms.Form):
    code = forms.CharField(
        label=_("证书上的验证码"),
        required=True,
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": "32", "spellcheck": "false"}),
    )
