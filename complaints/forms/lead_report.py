"""提供线索的页面: one form for everybody, kept whatever is wrong with it."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _

from association.language import translated
from common.errors import DomainError, InvalidInput
from complaints.choices.leads import LeadCategory
from complaints.operations.lead_cases import LONGEST

T = TypeVar("T")
ANONYMOUS, NAMED = "anonymous", "named"
QUIET = {"autocomplete": "off", "spellcheck": "false"}
FILES = ".jpg,.jpeg,.png,.webp,.pdf"


class KeptForm(forms.Form):
    """A form on which a refused deed leaves its sentences."""

    def attempt(self, deed: Callable[[], T]) -> T | None:
        """Nothing comes back when it was refused: the form then says why."""
        try:
            return deed()
        except DomainError as error:
            self.refuse(error)
            return None

    def refuse(self, error: DomainError) -> None:
        named = error.fields if isinstance(error, InvalidInput) else {}
        for name, sentence in named.items():
            if name in self.fields:
                self.add_error(name, translated(sentence))
        if not named.keys() & self.fields.keys():
            self.add_error(None, translated(error.sentence))


class LeadReportForm(KeptForm):
    """What is typed is taken as it is; what is missing is the operation's question, asked at the end."""

    required_css_class = "required"
    use_required_attribute = False
    # Asked for when it is sent; a draft may lack them.
    NEEDED = ("institution_name", "category", "facts", "identity")

    institution_name = forms.CharField(
        label=_("是哪家机构"),
        max_length=120,
        required=False,
        help_text=_("写招牌上或者合同上的名称，也可以写统一社会信用代码。不是会员的、没有登记的机构都可以。"),
        widget=forms.TextInput(QUIET),
    )
    institution_id = forms.TypedChoiceField(
        label=_("是不是登记册中的这一家"),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    institution_address = forms.CharField(
        label=_("机构地址"), max_length=160, required=False, widget=forms.TextInput(QUIET)
    )
    category = forms.ChoiceField(
        label=_("反映什么问题"), choices=[("", _("请选择")), *LeadCategory.choices], required=False
    )
    facts = forms.CharField(
        label=_("发生了什么"),
        max_length=LONGEST,
        required=False,
        help_text=_(
            "写清做了什么、对谁、您怎么知道的。想匿名的，不要写会暴露自己的细节，例如只有您知道的谈话。"
        ),
        widget=forms.Textarea({"rows": 8, "autocomplete": "off"}),
    )
    when = forms.CharField(
        label=_("什么时候"),
        max_length=120,
        required=False,
        help_text=_("写大概的时间就可以。"),
        widget=forms.TextInput(QUIET),
    )
    where = forms.CharField(
        label=_("在哪里"),
        max_length=160,
        required=False,
        help_text=_("校区、网页地址或者直播间名称。"),
        widget=forms.TextInput(QUIET),
    )
    identity = forms.ChoiceField(
        label=_("要不要留下姓名"),
        choices=[
            (ANONYMOUS, _("匿名：不留任何身份信息")),
            (NAMED, _("实名：协会会按期把处理结果告诉您")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=_("姓名"), max_length=60, required=False, widget=forms.TextInput(QUIET))
    phone = forms.CharField(label=_("电话"), max_length=40, required=False, widget=forms.TextInput(QUIET))
    mail = forms.CharField(label=_("邮箱"), max_length=120, required=False, widget=forms.TextInput(QUIET))
    may_pass_identity = forms.BooleanField(
        label=_("移送主管部门时，可以把我的联系方式密封交给承办人"), required=False
    )

    def __init__(self, *args: Any, found: list[tuple[int, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [*(found or []), ("", _("都不是，按我写的名称"))]
        self.fields["institution_id"].choices = choices  # type: ignore[attr-defined]
        self.has_found = bool(found)

    def drawn(self) -> "LeadReportForm":
        """As the page shows it: what will be needed does not say that it may be left out."""
        for name in self.NEEDED:
            self.fields[name].required = True
        return self

    def values(self) -> dict[str, Any]:
        """What was typed, also where a field refused it: a draft loses nothing."""
        self.full_clean()
        typed = {name: self.data.get(name, "") for name in self.fields}
        return (
            typed
            | self.cleaned_data
            | {
                "institution_id": int(self.cleaned_data.get("institution_id") or 0) or None,
                "named": self.data.get("identity") == NAMED,
                "may_pass_identity": bool(self.data.get("may_pass_identity")),
            }
        )


class CodeForm(KeptForm):
    code = forms.CharField(
        label=_("回执码"),
        max_length=40,
        help_text=_("十六个字母和数字，不分大小写，有没有横线都可以。"),
        widget=forms.TextInput(
            {**QUIET, "autocapitalize": "characters", "inputmode": "text", "class": "code", "maxlength": "40"}
        ),
    )


class AnswerForm(KeptForm):
    text = forms.CharField(
        label=_("回复或者补充"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea({"rows": 5, "autocomplete": "off"}),
    )
