"""What is done in a case at the desk: one small form for each deed, grouped by who does it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association.typed_fields import DayField, YuanField
from complaints.choices.complaints import EvidenceKind, Party, RefusalGround, ReplyKind
from complaints.choices.leads import LeadCategory
from complaints.choices.telling import BY_ITSELF, TellingWay
from complaints.forms.mediation import (
    AgreeForm,
    AskRecusalForm,
    AssignForm,
    CancelForm,
    DecidePauseForm,
    DecideRecusalForm,
    MoveForm,
    PauseForm,
    PlanForm,
    RecordForm,
    RecuseForm,
    ResumeForm,
    TerminateForm,
)
from complaints.forms.paper import (
    ContestedForm,
    ExtendOrderForm,
    FollowedUpForm,
    InstitutionPaperSignForm,
    LeaveMassCaseForCallerForm,
    PaperAnswerForm,
    PaperConsentForm,
    PaperMakeOfferForm,
    PaperOfferForm,
    PaperRecusalForm,
    PaperSettlementForm,
    PaperSignForm,
    PaymentSaidForm,
    RegisterPaidForm,
    SaidForm,
    SettleForm,
    UnpaidSaidForm,
    WithdrawForCallerForm,
)
from complaints.forms.parts import AGREES_OR_NOT, CaseForm, choice, line, text, yes_no
from complaints.forms.privacy import RedactFileForm, RedactForm, UnmaskForm

UPLOADED = [pair for pair in EvidenceKind.choices if pair[0] != EvidenceKind.SIGNED]


# -- 受理 -----------------------------------------------------------------------------------------------------


class NameInstitutionForm(CaseForm):
    name = "name_institution"
    title, button = _("认定被投诉机构"), _("认定")
    lead = _("请核对投诉人写的名称；不能唯一对应名录，或者对应错了的，在受理以前选择。")
    asks = "institution_id"
    institution_id = forms.TypedChoiceField(label=_("机构"), coerce=int)


class CorrectFilingForm(CaseForm):
    name = "correct_filing"
    title, button = _("更正影响受理的内容"), _("更正")
    lead = _("向投诉人核实后，更正投诉中写错的内容；更正和理由会留下记录。")
    handled_elsewhere = yes_no(_("法院、仲裁机构、行政机关或者其他调解组织是否已经受理或者处理"))
    is_consumer = yes_no(_("是否为生活消费接受的培训"))
    reason = line(_("怎样核实的"), help_text=_("不要写个人信息。"))


class CorrectHarmDayForm(CaseForm):
    name = "correct_harm_day"
    title, button = _("更正知道权益受损之日"), _("更正日期")
    lead = _("三年的投诉时限从这一天起算。向投诉人核实后，在决定是否受理以前更正；决定以后不能再改。")
    harmed_on = DayField(label=_("知道权益受损之日"), required=True)
    reason = line(_("怎样核实的"), help_text=_("投诉人会看到；不要写个人信息。"))


class AcceptForm(CaseForm):
    name = "accept"
    title, button = _("受理"), _("受理并送达机构")
    lead = _("受理之日起计算调解期限，机构同时收到通知并开始计算答复期限。")


class RefuseForm(CaseForm):
    name = "refuse"
    title, button, dangerous = _("不予受理"), _("不予受理"), True
    ground = choice(_("情形"), RefusalGround.choices)
    reason = text(_("理由"), help_text=_("投诉人会看到；不要写其他人的个人信息。"))


class TransferForm(CaseForm):
    name = "transfer"
    title, button = _("转办"), _("转办")
    to = line(_("转往"))
    reason = text(_("理由"), help_text=_("投诉人会看到。"))


# -- 机构 -----------------------------------------------------------------------------------------------------


class AnswerForm(CaseForm):
    name = "answer"
    title, button = _("答复投诉"), _("提交答复")
    lead = _("答复提交后不能修改，可以再次答复补充。")
    kind = choice(_("答复"), ReplyKind.choices)
    offered_fen = YuanField(label=_("同意退还多少（元）"))
    text = text(_("说明"), rows=6, help_text=_("投诉人会看到。请附上课时记录等证据。"))


class MakeOfferForm(CaseForm):
    name = "offer"
    title, button = _("提出退款方案"), _("提出方案")
    lead = _("投诉人接受后即为自行和解，须按期付款。")
    amount_fen = YuanField(label=_("退还金额（元）"), required=True)
    pay_by = DayField(label=_("付款日"), required=True)
    open_until = DayField(label=_("方案有效至"), required=True)
    terms = text(_("其他条件"), required=False, rows=2)


class ConfirmSettlementForm(CaseForm):
    name = "confirm_settlement"
    title, button = _("核对投诉人登记的和解"), _("提交意见")
    lead = _("确认后即为自行和解，须按期付款；否认或者期满没有确认的，和解不成立，投诉继续办理。")
    confirmed = yes_no(_("意见"), (_("确认已经和解"), _("没有这样和解")))


class InstitutionConsentForm(CaseForm):
    name = "consent"
    title, button = _("是否同意调解"), _("提交意见")
    lead = _("调解须双方同意。拒绝调解会作为事实记入诚信记录。")
    given_ = yes_no(_("意见"), AGREES_OR_NOT)

    def given(self) -> dict[str, Any]:
        return {"party": Party.INSTITUTION, "given": self.cleaned_data["given_"]}


class DenyConsentForm(CaseForm):
    name = "deny_consent"
    title, button, dangerous = _("否认代为登记的调解意愿"), _("这不是本机构的意思"), True
    lead = _("协会按一份书面意见登记了贵机构是否同意调解。不是贵机构出具的，可以否认。")


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
    kind = choice(_("这是什么"), UPLOADED)
    upload = forms.FileField(label=_("文件"), allow_empty_file=True)


# -- 履行与结果 -----------------------------------------------------------------------------------------------


class SeeProofForm(CaseForm):
    name = "see_proof"
    title, button = _("核实付款凭证"), _("登记核实结果")
    lead = _(
        "看过凭证以后，照凭证登记到账日。机构自己写的付款日不能撤销未履行的事实；经核实或者投诉人确认的到账日才可以。"
    )
    asks = "payment_id"
    payment_id = forms.TypedChoiceField(label=_("哪一笔"), coerce=int)
    arrived_on = DayField(label=_("凭证上的到账日"), required=True)
    proof = forms.FileField(label=_("付款凭证（机构没有上传的）"), required=False, allow_empty_file=True)


class BreachForm(CaseForm):
    name = "breach"
    title, button, dangerous = _("认定未履行协议或者和解"), _("认定未履行"), True
    lead = _("到期未付的金额会作为事实记入机构的诚信记录；还没有到期的继续跟踪。")
    reason = line(_("核实情况"))


class ProposeSetAsideForm(CaseForm):
    name = "propose_set_aside"
    title, button = _("提议某项事实不再作数"), _("提交复核")
    lead = _("事实本身保留；经另一位同事同意后，诚信评估不再计入，机构会收到通知并看到理由。")
    asks = "fact_id"
    fact_id = forms.TypedChoiceField(label=_("哪项事实"), coerce=int)
    reason = line(_("理由"), help_text=_("机构会看到；不要写个人信息。"))


class DecideSetAsideForm(CaseForm):
    name = "decide_set_aside"
    title, button = _("复核事实是否不再作数"), _("作出决定")
    lead = _("提议人不能复核自己的提议；提议的理由见“事实记录”一栏。")
    asks = "review_id"
    review_id = forms.TypedChoiceField(label=_("哪项提议"), coerce=int)
    granted = yes_no(_("决定"), (_("同意，不再作数"), _("不同意，仍然作数")))
    decision = line(_("复核意见"))


class OpenLeadForm(CaseForm):
    name = "open_lead"
    title, button = _("据此登记线索"), _("登记线索")
    lead = _("线索只写明投诉编号、机构和已认定的事实，不带投诉人的任何信息；投诉和线索互相可查，机构看不到。")
    category = forms.ChoiceField(
        label=_("线索类别"), choices=LeadCategory.choices, initial=LeadCategory.REFUND.value
    )
    note = line(
        _("发现的情况"), required=False, help_text=_("没有认定未履行协议的，须写明；不要写个人信息。")
    )


class AllegeForm(CaseForm):
    name = "allege_breach"
    title, button = _("提出违反公约"), _("提出")
    lead = _("据已认定的未履行协议的事实提出，不带投诉人的任何信息；由秘书处告知机构并听取申辩。")
    asks = "clause_place"
    clause_place = forms.TypedChoiceField(
        label=_("违反哪一条"), coerce=int, help_text=_("按该机构签署的那一版公约。")
    )


class TellForm(CaseForm):
    name = "tell_parties"
    title, button = _("登记已告知"), _("登记")
    lead = _(
        "没有账号或者没有留下邮箱的一方，请寄送下载的文书或者电话告知后登记；以送达起算的期限自告知之日起算。"
    )
    asks = "party"
    party = choice(_("一方"), Party.choices)
    way = choice(_("告知的方式"), [(way.value, way.label) for way in TellingWay if way not in BY_ITSELF])
    told_on = DayField(label=_("告知的日期"), required=True)


FORMS: dict[str, type[CaseForm]] = {
    form.name: form
    for form in (
        NameInstitutionForm,
        CorrectFilingForm,
        CorrectHarmDayForm,
        AcceptForm,
        RefuseForm,
        TransferForm,
        AnswerForm,
        MakeOfferForm,
        InstitutionConsentForm,
        DenyConsentForm,
        InstitutionSignForm,
        PerformForm,
        CaseEvidenceForm,
        AssignForm,
        RecuseForm,
        AskRecusalForm,
        DecideRecusalForm,
        PaperRecusalForm,
        PlanForm,
        RecordForm,
        MoveForm,
        CancelForm,
        AgreeForm,
        PauseForm,
        DecidePauseForm,
        ResumeForm,
        TerminateForm,
        SeeProofForm,
        BreachForm,
        ProposeSetAsideForm,
        DecideSetAsideForm,
        OpenLeadForm,
        AllegeForm,
        TellForm,
        UnmaskForm,
        RedactForm,
        SaidForm,
        FollowedUpForm,
        PaymentSaidForm,
        ContestedForm,
        UnpaidSaidForm,
        PaperConsentForm,
        WithdrawForCallerForm,
        LeaveMassCaseForCallerForm,
        PaperOfferForm,
        SettleForm,
        PaperSignForm,
        InstitutionPaperSignForm,
        PaperAnswerForm,
        PaperMakeOfferForm,
        RegisterPaidForm,
        ConfirmSettlementForm,
        PaperSettlementForm,
        ExtendOrderForm,
        RedactFileForm,
    )
}
