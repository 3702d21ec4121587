"""Forms of 听取意见: serving it on paper, what the institution says, and what becomes of an objection."""

from django import forms
from django.utils.translation import gettext_lazy as _

from association.shown import FIELD, seen_in
from association.typed_fields import DayField
from complaints.choices.telling import TellingWay
from complaints.forms.parts import CaseForm, choice, line, text, yes_no

SERVED = [(way.value, way.label) for way in (TellingWay.LETTER, TellingWay.HANDED)]


class ServeForm(CaseForm):
    name = "serve_hearing"
    title, button = _("登记送达"), _("登记")
    lead = _("打印告知书，书面送达机构；它的期限自送达之日起算。")
    way = choice(_("方式"), SERVED)
    served_on = DayField(label=_("送达日期"), required=True)


class StateForm(CaseForm):
    name = "state_hearing"
    title, button = _("提出意见"), _("提交")
    lead = _("写明同意或者不同意什么、为什么；提交后不能更改。")
    statement = text(_("意见"), rows=8)


class PaperStateForm(CaseForm):
    name = "paper_hearing"
    title, button = _("登记机构的书面意见"), _("登记")
    lead = _("机构没有管理员账号的，由承办人和作出认定以外的同事登记。")
    statement = text(_("意见"), rows=6, help_text=_("请照机构的原文。"))
    received_on = DayField(
        label=_("收到的日期"), required=True, help_text=_("是否在期限内，以收到的日期为准。")
    )
    paper = forms.FileField(label=_("书面意见（扫描件或照片）"), allow_empty_file=True)


class ReviewHearingForm(CaseForm):
    name = "review_hearing"
    title, button = _("复核异议"), _("提交")
    lead = _(
        "由作出认定以外的同事复核；支持异议的，须再由另一位同事确认（作出认定的人也不能确认），认定从此不再作数。"
    )
    upheld = yes_no(_("复核意见"), (_("支持异议，认定不再作数"), _("不支持，认定仍然作数")))
    decision = line(_("理由"), help_text=_("机构会看到；请勿提及线索提供人。"))
    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_shown(self) -> dict[str, str]:
        return seen_in(self.cleaned_data[FIELD])


FORMS: dict[str, type[CaseForm]] = {
    form.name: form for form in (ServeForm, StateForm, PaperStateForm, ReviewHearingForm)
}
