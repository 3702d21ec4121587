"""What is done in a case at the desk: one small form for each deed, grouped by who does it."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from association.kept_forms import KeptForm
from association.typed_fields import DayField, YuanField
from complaints.choices.complaints import (
    SAID_BY_COMPLAINANT,
    Audience,
    EvidenceKind,
    Outcome,
    Party,
    PersonalField,
    Recusal,
    RefusalGround,
    ReplyKind,
    SessionMode,
    TerminationGround,
)
from complaints.rules.money import Payment

LONGEST, LONGEST_LINE = 10_000, 200
CHOOSE = ("", _("请选择"))
YES_NO, AGREES_OR_NOT = (_("是"), _("否")), (_("同意"), _("不同意"))


def _line(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=LONGEST_LINE, help_text=help_text)


def _text(label: Any, *, required: bool = True, rows: int = 4, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _choice(label: Any, choices: Any, *, required: bool = True, help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[CHOOSE, *choices], required=required, help_text=help_text)


def _yes_no(label: Any, words: tuple[Any, Any] = YES_NO) -> forms.TypedChoiceField:
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

    def given(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


# -- 受理 -----------------------------------------------------------------------------------------------------


class NameInstitutionForm(CaseForm):
    name = "name_institution"
    title, button = _("认定被投诉机构"), _("认定")
    lead = _("投诉人写的名称不能唯一对应名录中的机构，请核对后选择。")
    institution_id = forms.TypedChoiceField(label=_("机构"), coerce=int)

    def offer(self, institutions: list[tuple[int, str]]) -> None:
        cast("forms.ChoiceField", self.fields["institution_id"]).choices = [CHOOSE, *institutions]


class AcceptForm(CaseForm):
    name = "accept"
    title, button = _("受理"), _("受理并送达机构")
    lead = _("受理之日起计算调解期限，机构同时收到通知并开始计算答复期限。")


class RefuseForm(CaseForm):
    name = "refuse"
    title, button, dangerous = _("不予受理"), _("不予受理"), True
    ground = _choice(_("情形"), RefusalGround.choices)
    reason = _text(_("理由"), help_text=_("投诉人会看到；不要写其他人的个人信息。"))


class TransferForm(CaseForm):
    name = "transfer"
    title, button = _("转办"), _("转办")
    to = _line(_("转往"))
    reason = _text(_("理由"), help_text=_("投诉人会看到。"))


# -- 机构 -----------------------------------------------------------------------------------------------------


class AnswerForm(CaseForm):
    name = "answer"
    title, button = _("答复投诉"), _("提交答复")
    lead = _("答复提交后不能修改，可以再次答复补充。")
    kind = _choice(_("答复"), ReplyKind.choices)
    offered_fen = YuanField(label=_("同意退还多少（元）"))
    text = _text(_("说明"), rows=6, help_text=_("投诉人会看到。请附上课时记录等证据。"))
    is_public = forms.BooleanField(label=_("投诉公开时，可以一并公开本答复"), required=False)


class MakeOfferForm(CaseForm):
    name = "offer"
    title, button = _("提出退款方案"), _("提出方案")
    lead = _("投诉人接受后即为自行和解，须按期付款。")
    amount_fen = YuanField(label=_("退还金额（元）"), required=True)
    pay_by = DayField(label=_("付款日"), required=True)
    open_until = DayField(label=_("方案有效至"), required=True)
    terms = _text(_("其他条件"), required=False, rows=2)


class InstitutionConsentForm(CaseForm):
    name = "consent"
    title, button = _("是否同意调解"), _("提交意见")
    lead = _("调解须双方同意。拒绝调解会作为事实记入诚信记录。")
    given_ = _yes_no(_("意见"), AGREES_OR_NOT)

    def given(self) -> dict[str, Any]:
        return {"party": Party.INSTITUTION, "given": self.cleaned_data["given_"]}


class InstitutionSignForm(CaseForm):
    name = "sign"
    title, button = _("签署调解协议"), _("签署")
    text_sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    agreed = forms.BooleanField(label=_("已核对协议全文，同意签署"))

    def given(self) -> dict[str, Any]:
        return {"party": Party.INSTITUTION, "text_sha256": self.cleaned_data["text_sha256"]}


class PerformForm(CaseForm):
    name = "perform"
    title, button = _("报告已付款"), _("提交")
    paid_on = DayField(label=_("付款日期"), required=True)
    instalments = forms.IntegerField(label=_("付了几期"), min_value=1, max_value=36, initial=1)
    proof = forms.FileField(label=_("付款凭证"), required=False, allow_empty_file=True)


class CaseEvidenceForm(CaseForm):
    name = "add_evidence"
    title, button = _("补充证据"), _("上传")
    kind = _choice(_("这是什么"), EvidenceKind.choices)
    upload = forms.FileField(label=_("文件"), allow_empty_file=True)


# -- 调解 -----------------------------------------------------------------------------------------------------


class AssignForm(CaseForm):
    name = "assign_mediator"
    title, button = _("指派调解员"), _("指派")
    lead = _("系统按任职记录核对回避；与机构有利害关系的不能指派。")
    mediator_id = forms.TypedChoiceField(label=_("调解员"), coerce=int)

    def offer(self, people: list[tuple[int, str]]) -> None:
        cast("forms.ChoiceField", self.fields["mediator_id"]).choices = [CHOOSE, *people]


class RecuseForm(CaseForm):
    name = "recuse"
    title, button = _("回避"), _("回避")
    ground = _choice(_("情形"), Recusal.choices)
    reason = _line(_("说明"))


class PlanForm(CaseForm):
    name = "plan_session"
    title, button = _("安排调解会"), _("通知双方")
    mode = _choice(_("方式"), SessionMode.choices)
    place = _line(_("地点或接入方式"))
    planned_at = forms.SplitDateTimeField(
        label=_("时间"),
        widget=forms.SplitDateTimeWidget(date_attrs={"type": "date"}, time_attrs={"type": "time"}),
    )


class RecordForm(CaseForm):
    name = "record_session"
    title, button = _("记录调解会"), _("保存记录")
    session_id = forms.IntegerField(widget=forms.HiddenInput)
    complainant_came = _yes_no(_("投诉人到场"))
    institution_came = _yes_no(_("机构到场"))
    excuse = _line(_("缺席理由"), required=False)
    minutes = _text(_("记录"))


class AgreeForm(CaseForm):
    name = "agree"
    title, button = _("拟定调解协议"), _("交双方签署")
    lead = _("金额不能超过已付金额；分期的各期合计等于退还金额。")
    text = _text(_("协议内容"), rows=8)
    amount_fen = YuanField(label=_("退还金额（元）"), required=True)
    payments = PaymentsField(
        label=_("付款安排"),
        required=False,
        max_length=LONGEST,
        help_text=_("每行一期：日期 金额，例如 2026-12-31 1500"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    perform_by = DayField(label=_("履行期限（没有付款安排时填写）"))


class PauseForm(CaseForm):
    name = "pause_for_appraisal"
    title, button = _("鉴定，中止计期"), _("中止计期")
    appraiser = _line(_("鉴定机构"))
    reason = _line(_("鉴定事项"))


class ResumeForm(CaseForm):
    name = "resume"
    title, button = _("鉴定完成，恢复计期"), _("恢复计期")


class TerminateForm(CaseForm):
    name = "terminate"
    title, button, dangerous = _("终止调解"), _("终止调解"), True
    ground = _choice(
        _("情形"),
        [pair for pair in TerminationGround.choices if pair[0] != TerminationGround.TIME_OVER],
    )
    at_fault = _choice(_("哪一方（缺席或者拒绝时）"), Party.choices, required=False)
    reason = _text(_("理由"), help_text=_("双方会看到。"))


# -- 履行与结果 -----------------------------------------------------------------------------------------------


class BreachForm(CaseForm):
    name = "breach"
    title, button, dangerous = _("认定未履行协议"), _("认定未履行"), True
    lead = _("未付的金额会作为事实记入机构的诚信记录。")
    missing = forms.IntegerField(
        label=_("报告已付、实际没有到账的期数"),
        min_value=0,
        max_value=36,
        required=False,
        help_text=_("投诉人提出异议、经核实没有到账的，从最后一期往前数；没有这种情况的不用填。"),
    )
    reason = _line(_("核实情况"))

    def given(self) -> dict[str, Any]:
        return {**self.cleaned_data, "missing": self.cleaned_data["missing"] or 0}


class TellForm(CaseForm):
    name = "tell_parties"
    title, button = _("登记已告知"), _("登记")
    party = _choice(_("一方"), Party.choices)
    how = _line(_("告知的方式"), help_text=_("例如：电话告知，当事人知悉。"))


class UnmaskForm(CaseForm):
    name = "unmask"
    title, button = _("查看个人信息"), _("查看并留痕")
    lead = _("每次查看一项；谁、何时、为什么，都会记录。")
    field = _choice(_("内容"), PersonalField.choices)
    person_id = forms.TypedChoiceField(label=_("当事人"), coerce=int, empty_value=None, required=False)
    reason = _line(_("理由"))

    def offer(self, people: list[tuple[int, str]]) -> None:
        cast("forms.ChoiceField", self.fields["person_id"]).choices = people


class RedactForm(CaseForm):
    name = "redact"
    title, button = _("隐去文字"), _("隐去")
    lead = _("写出要隐去的原文；立即生效，由另一人复核。原文仍保存。")
    words = _line(_("要隐去的原文"))
    audience = _choice(_("对谁隐去"), Audience.choices)
    reason = _line(_("理由"), help_text=_("会显示在隐去处。"))


class SaidForm(CaseForm):
    """代投诉人登记: on the phone or at the counter."""

    name = "survey"
    title, button = _("登记投诉人确认的结果"), _("登记")
    outcome = _choice(_("结果"), [(value, Outcome(value).label) for value in sorted(SAID_BY_COMPLAINANT)])
    comment = _text(_("投诉人的话"), required=False, rows=2)


class PaperConsentForm(CaseForm):
    name = "paper_consent"
    title, button = _("代登记调解意愿"), _("登记")
    party = _choice(_("一方"), Party.choices)
    given_ = _yes_no(_("意见"), AGREES_OR_NOT)

    def given(self) -> dict[str, Any]:
        return {"party": self.cleaned_data["party"], "given": self.cleaned_data["given_"]}


class WithdrawForCallerForm(CaseForm):
    name = "withdraw"
    title, button, dangerous = _("投诉人撤回"), _("登记撤回"), True
    reason = _line(_("理由"), required=False)
    sure = forms.BooleanField(label=_("已向投诉人核实"))

    def given(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


FORMS: dict[str, type[CaseForm]] = {
    form.name: form
    for form in (
        NameInstitutionForm,
        AcceptForm,
        RefuseForm,
        TransferForm,
        AnswerForm,
        MakeOfferForm,
        InstitutionConsentForm,
        InstitutionSignForm,
        PerformForm,
        CaseEvidenceForm,
        AssignForm,
        RecuseForm,
        PlanForm,
        RecordForm,
        AgreeForm,
        PauseForm,
        ResumeForm,
        TerminateForm,
        BreachForm,
        TellForm,
        UnmaskForm,
        RedactForm,
        SaidForm,
        PaperConsentForm,
        WithdrawForCallerForm,
    )
}
