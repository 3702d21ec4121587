"""个人信息的查看和隐去: each with a reason that stays."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from association.kept_forms import KeptForm
from complaints.choices.complaints import Audience, PersonalField
from complaints.forms.parts import CaseForm, choice, line, yes_no

# Of a single case the public sees nothing, so from it alone there is nothing to hide.
FROM_WHOM = [(one.value, one.label) for one in (Audience.INSTITUTION, Audience.BOTH)]


class UnmaskForm(CaseForm):
    name = "unmask"
    title, button = _("查看个人信息"), _("查看并留痕")
    lead = _("每次查看一项；谁、何时、为什么，都会记录。")
    field = choice(_("内容"), PersonalField.choices)
    person_id = forms.TypedChoiceField(label=_("当事人"), coerce=int, empty_value=None, required=False)
    reason = line(_("理由"))

    def offer(self, choices: list[tuple[int, str]]) -> None:
        """The complainant stands first, so nobody need be chosen."""
        cast("forms.ChoiceField", self.fields["person_id"]).choices = choices


class RedactForm(CaseForm):
    name = "redact"
    title, button = _("隐去文字"), _("隐去")
    lead = _("写出要隐去的原文；立即生效，由另一人复核。原文仍保存。")
    words = line(_("要隐去的原文"))
    audience = choice(_("对谁隐去"), FROM_WHOM)
    reason = line(_("理由"), help_text=_("会显示在隐去处。"))


class RedactFileForm(CaseForm):
    name = "redact_file"
    title, button = _("隐去一份证据"), _("隐去")
    lead = _("机构不能再打开；立即生效，由另一人复核。原件仍保存。")
    asks = "evidence_id"
    evidence_id = forms.TypedChoiceField(label=_("哪一份"), coerce=int)
    reason = line(_("理由"))


class ReviewForm(KeptForm):
    """复核: one for each row of the list."""

    name = "review"
    confirmed = yes_no(_("复核结果"), (_("维持隐去"), _("恢复显示")))
    decision = line(_("复核意见"))

    def given(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
