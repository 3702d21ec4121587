from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    """The search box; whatever is typed is a question, never an error."""

    q = forms.CharField(
        label=_("机构名称或统一社会信用代码"),
        required=True,
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "search", "maxlength": "100"}),
    )


class VerifyForm(forms.Form):
    code = forms.CharField(
        label=_("证书上的验证码"),
        required=True,
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": "32", "spellcheck": "false"}),
    )
