"""代投诉人登记: what the complainant signed on paper, with its scan; what decides nothing, on the phone too."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association.typed_fields import DayField, YuanField
from complaints.choices.complaints import SAID_BY_COMPLAINANT, Outcome, Party, Recusal, ReplyKind
from complaints.forms.parts import (
    AGREES_OR_NOT,
    ARRIVED,
    ARRIVED_ONE,
    NOT_REMEMBERED,
    NOTHING_MORE,
    RECEIVED,
    UNLESS_RESOLVED,
    CaseForm,
    choice,
    line,
    text,
    yes_no,
)

ONLY_HERE = _("照片、截图或PDF，不超过10 MB；只有协会看得到。")


BY_PAPER = _(
    "须有投诉人签名的书面意见；只打电话的，请其凭查询码自行办理。登记后立即告知投诉人，不是其意思的可以否认，登记即不作数。"
)


class _SignedForm(CaseForm):
    paper = forms.FileField(
        label=_("投诉人签名的书面意见（扫描件或照片）"),
        allow_empty_file=True,
        help_text=ONLY_HERE,
    )


class SaidForm(_SignedForm):
    """代投诉人登记, from a signed paper. Who only telephones is helped to do it by the code."""

    name = "survey"
    title, button = _("登记投诉人确认的结果"), _("登记")
    lead = BY_PAPER
    outcome = choice(_("结果"), [(value, Outcome(value).label) for value in sorted(SAID_BY_COMPLAINANT)])
    received_fen = YuanField(label=RECEIVED, help_text=UNLESS_RESOLVED)
    arrived_on = DayField(label=ARRIVED, help_text=NOT_REMEMBERED)
    comment = text(_("投诉人的话"), required=False, rows=2)


class FollowedUpForm(_SignedForm):
    name = "follow_up"
    title, button = _("登记四周回访的答复"), _("登记")
    lead = BY_PAPER
    holds = yes_no(_("现在的情况"), (_("仍然解决"), _("又出现问题")))
    received_fen = YuanField(label=RECEIVED, help_text=_("仍然解决的，不用填。"))
    comment = text(_("投诉人的话"), required=False, rows=2)

    def given(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        return {"still_holds": said.pop("holds"), **said}


class PaymentSaidForm(_SignedForm):
    name = "answer_payment"
    title, button = _("登记投诉人逐笔确认付款"), _("登记")
    lead = _("没有到账的一笔仍须支付，期限重新起算；其他各笔不变。")
    asks = "payment_id"
    payment_id = forms.TypedChoiceField(label=_("哪一笔"), coerce=int)
    came = yes_no(_("是否到账"), (_("到账了"), _("没有到账，或者只到账一部分")))
    arrived_on = DayField(label=ARRIVED_ONE, help_text=NOT_REMEMBERED)
    received_fen = YuanField(label=_("只收到一部分的，这一笔收到多少（元）"))
    text = text(_("投诉人的话"), required=False, rows=2)


class UnpaidSaidForm(_SignedForm):
    name = "say_unpaid"
    title, button = _("登记投诉人没有收到到期的款项"), _("登记")
    lead = _("机构没有报告付款的到期款项；机构会收到通知，请核实后确认履行或者认定未履行。")
    text = text(_("投诉人的话"), required=False, rows=2, help_text=_("不要写个人信息。"))


class ContestedForm(_SignedForm):
    name = "contest"
    title, button = _("登记投诉人的异议"), _("登记异议")
    lead = _("例如说已经退款但没有收到，或者不服不予受理的决定。期限重新起算，机构会收到通知。")
    received_fen = YuanField(label=RECEIVED, help_text=NOTHING_MORE)
    text = text(_("理由"), help_text=_("请照投诉人的原话；不要写个人信息。"))


class _OfOneSideForm(CaseForm):
    """What either side signed; of an institution only where it has no administrator to say it."""

    lead = _("须有这一方签名或者盖章的书面意见；机构有账号和管理员的，由机构自己办理。")
    paper = forms.FileField(
        label=_("这一方签名的书面意见（扫描件或照片）"), allow_empty_file=True, help_text=ONLY_HERE
    )


class PaperConsentForm(_OfOneSideForm):
    name = "paper_consent"
    title, button = _("代登记调解意愿"), _("登记")
    lead = _(
        "须有这一方签名或者盖章的书面意见；双方的由两位工作人员分别登记。机构有账号和管理员的，由机构自己办理。"
    )
    party = choice(_("一方"), Party.choices)
    given_ = yes_no(_("意见"), AGREES_OR_NOT)

    def given(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        return {"given": said.pop("given_"), **said}


class PaperRecusalForm(_OfOneSideForm):
    name = "paper_recusal"
    title, button = _("代登记回避申请"), _("登记")
    party = choice(_("一方"), Party.choices)
    ground = choice(_("情形"), Recusal.choices)
    reason = text(_("理由"))


class LeaveMassCaseForCallerForm(CaseForm):
    name = "leave_mass_case"
    title, button = _("投诉人不参加合并协商"), _("登记单独办理")
    lead = _("这件投诉改为单独办理，期限不变；已经提出的方案仍由投诉人答复。")


class WithdrawForCallerForm(_SignedForm):
    name = "withdraw"
    title, button, dangerous = _("投诉人撤回"), _("登记撤回"), True
    lead = BY_PAPER
    reason = line(_("理由"), required=False)


class PaperOfferForm(_SignedForm):
    name = "paper_offer"
    title, button = _("登记投诉人对方案的书面答复"), _("登记答复")
    lead = _("接受后即为自行和解，系统会跟踪付款。")
    offer_id = forms.IntegerField(widget=forms.HiddenInput)
    accepted = yes_no(_("投诉人的意见"), (_("接受方案"), _("不接受")))


class SettleForm(_SignedForm):
    name = "settle"
    title, button = _("登记双方自行和解"), _("登记和解")
    lead = _("投诉人书面告知双方已自行和解的，登记金额和付款日；机构确认后才成立，到期会请投诉人确认。")
    amount_fen = YuanField(label=_("退还金额（元，不退款的填0）"), required=True)
    pay_by = DayField(label=_("付款日"), required=True)


class _AgreementForm(CaseForm):
    """Which text was signed is read from the paper: the page alone would let an old print pass."""

    lead = _(
        "须是下载的待签署协议书；核对码印在协议书末尾，请照纸上填写。双方都签在纸上的，由两位工作人员分别登记。"
    )
    party = Party.COMPLAINANT
    text_sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    printed = forms.CharField(
        label=_("纸上的核对码"),
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    paper = forms.FileField(
        label=_("签名的协议书（扫描件或照片）"), allow_empty_file=True, help_text=ONLY_HERE
    )

    def given(self) -> dict[str, Any]:
        return {"party": self.party, **self.cleaned_data}


class PaperSignForm(_AgreementForm):
    name = "paper_sign"
    title, button = _("登记投诉人签署的纸质协议"), _("登记签署")


class InstitutionPaperSignForm(_AgreementForm):
    name = "institution_paper_sign"
    title, button = _("登记机构签署的纸质协议"), _("登记签署")
    party = Party.INSTITUTION


class _LetterForm(CaseForm):
    """What an institution wrote that has no administrator to say it."""

    received_on = DayField(
        label=_("收到的日期"), required=True, help_text=_("是否按时答复，以收到书面答复的日期为准。")
    )
    paper = forms.FileField(
        label=_("书面意见（扫描件或照片）"),
        allow_empty_file=True,
        help_text=_("照片、截图或PDF，不超过10 MB。"),
    )


class PaperAnswerForm(_LetterForm):
    name = "paper_answer"
    title, button = _("登记机构的书面答复"), _("登记答复")
    lead = _("机构没有管理员账号、以书面答复的，照原文登记。")
    kind = choice(_("答复"), ReplyKind.choices)
    offered_fen = YuanField(label=_("同意退还多少（元）"))
    text = text(_("说明"), rows=6, help_text=_("投诉人会看到；请照机构的原文。"))


class PaperMakeOfferForm(_LetterForm):
    name = "paper_make_offer"
    title, button = _("登记机构的书面方案"), _("登记方案")
    lead = _("机构没有管理员账号的才能登记；投诉人接受后即为自行和解，机构须按期付款。")
    amount_fen = YuanField(label=_("退还金额（元）"), required=True)
    pay_by = DayField(label=_("付款日"), required=True)
    open_until = DayField(label=_("方案有效至"), required=True)
    terms = text(_("其他条件"), required=False, rows=2)


class PaperSettlementForm(CaseForm):
    name = "paper_settlement"
    title, button = _("登记机构对和解的书面意见"), _("登记")
    confirmed = yes_no(_("机构的意见"), (_("确认已经和解"), _("否认")))
    paper = forms.FileField(label=_("书面意见（扫描件或照片）"), allow_empty_file=True)


class ExtendOrderForm(CaseForm):
    name = "extend_order"
    title, button = _("延长工单时限"), _("延长")
    lead = _("12345工单派单单位同意延长的，登记新的时限和理由；投诉人会被告知。")
    due_on = DayField(label=_("延长至"), required=True)
    reason = line(_("理由"), help_text=_("不要写个人信息。"))


class RegisterPaidForm(CaseForm):
    name = "register_paid"
    title, button = _("登记已付金额"), _("登记")
    lead = _(
        "投诉人没有填写已付金额的，核对合同、收据或者银行记录后登记；方案和协议以此为限，登记后不能再改。"
    )
    paid_fen = YuanField(label=_("已付金额（元）"), required=True)
    reason = line(_("依据"), help_text=_("例如：合同第3条、银行转账记录；不要写个人信息。"))
    proof = forms.FileField(label=_("付款记录（扫描件或照片）"), required=False, allow_empty_file=True)
