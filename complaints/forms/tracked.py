"""What the complainant does on the tracked page: one small form for each deed, opened by the receipt code."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from association.kept_forms import KeptForm
from association.typed_fields import DayField, YuanField
from complaints.choices.complaints import SAID_BY_COMPLAINANT, EvidenceKind, Outcome, Recusal
from complaints.forms.parts import (
    ARRIVED,
    ARRIVED_ONE,
    NOT_REMEMBERED,
    NOTHING_MORE,
    RECEIVED,
    UNLESS_RESOLVED,
)

YES_NO = [("yes", _("同意")), ("no", _("不同意"))]
CAME = [("yes", _("到账了")), ("no", _("没有到账，或者只到账一部分"))]
LONGEST = 2_000
NONE_CAME = _("一分没有收到的，不用填。")
NOT_HERE = {EvidenceKind.IDENTITY, EvidenceKind.SIGNED}


class TrackForm(KeptForm):
    """查询码 as it stands on the paper."""

    name = "track"
    code = forms.CharField(
        label=_("查询码"),
        max_length=64,
        help_text=_("16位，分四组；大小写、横线和空格都可以。"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class DeedOfComplainant(KeptForm):
    title: Any = ""
    button: Any = ""
    lead: Any = ""
    # The field whose choices depend on the case.
    asks = ""

    def offer(self, choices: list[tuple[Any, str]]) -> None:
        cast("forms.ChoiceField", self.fields[self.asks]).choices = choices


class _Answer(DeedOfComplainant):
    given = forms.TypedChoiceField(
        label=_("您的意见"),
        choices=YES_NO,
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )


class ConsentForm(_Answer):
    name = "consent"
    title, button = _("是否同意调解"), _("提交意见")
    lead = _("双方都同意，协会才能调解。不同意的，可以向人民法院起诉或者申请仲裁。")


class OfferForm(_Answer):
    name = "answer_offer"
    title, button = _("机构提出了方案"), _("答复方案")
    lead = _("接受后视为自行和解，协会会跟踪是否按期付款。")
    offer_id = forms.IntegerField(widget=forms.HiddenInput)


class SettleForm(DeedOfComplainant):
    name = "settle"
    title, button = _("我已和机构自行和解"), _("登记和解")
    lead = _(
        "写明说好的金额和付款日。机构确认后即为和解，协会会跟踪是否按期付款；机构没有确认的，投诉继续办理。"
    )
    amount_fen = YuanField(label=_("退还金额（元，不退款的填0）"), required=True)
    pay_by = DayField(label=_("付款日"), required=True)
    sure = forms.BooleanField(label=_("双方已经说好，机构确认后调解到此为止"))


class SignForm(DeedOfComplainant):
    name = "sign"
    title, button = _("签署调解协议"), _("签署")
    lead = _("请逐条核对上面的协议。双方签署后生效；没有写进协议的口头承诺不算数。")
    text_sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    agreed = forms.BooleanField(label=_("我已看清协议全文，同意签署"))


class SurveyForm(DeedOfComplainant):
    name = "survey"
    title, button = _("问题解决了吗"), _("提交")
    lead = _(
        "钱是否收到，和问题是否解决，是两个问题。没有收到的款项机构仍须支付；只有您说解决了，才记为已解决；不答复的，记为“投诉人未答复”。"
    )
    outcome = forms.ChoiceField(
        label=_("结果"),
        choices=[(value, Outcome(value).label) for value in sorted(SAID_BY_COMPLAINANT)],
        widget=forms.RadioSelect,
    )
    received_fen = YuanField(label=RECEIVED, help_text=UNLESS_RESOLVED)
    arrived_on = DayField(label=ARRIVED, help_text=NOT_REMEMBERED)
    satisfaction = forms.TypedChoiceField(
        label=_("满意度（5为最满意）"),
        choices=[("", "—"), *[(str(mark), str(mark)) for mark in range(5, 0, -1)]],
        coerce=int,
        empty_value=None,
        required=False,
    )
    comment = forms.CharField(
        label=_("想说的话"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )


class FollowUpForm(DeedOfComplainant):
    name = "follow_up"
    title, button = _("回访：问题还是解决的吗"), _("提交")
    given = forms.TypedChoiceField(
        label=_("现在的情况"),
        choices=[("yes", _("仍然解决")), ("no", _("又出现问题"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    received_fen = YuanField(label=RECEIVED, help_text=_("仍然解决的，不用填。"))
    comment = forms.CharField(
        label=_("想说的话"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )


class ContestForm(DeedOfComplainant):
    name = "contest"
    title, button = _("我不同意这个结果"), _("提出异议")
    lead = _("例如说已经退款但没有收到，或者不服不予受理的决定。协会会继续办理并告诉机构。")
    text = forms.CharField(label=_("理由"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}))
    received_fen = YuanField(label=RECEIVED, help_text=NOTHING_MORE)


class SayUnpaidForm(DeedOfComplainant):
    name = "say_unpaid"
    title, button = _("付款日已过，我没有收到钱，或者只收到一部分"), _("告诉协会")
    lead = _("协会会核实，并告诉机构；确实没有履行的，会记录为事实。收到的一部分算已退还，其余仍须支付。")
    received_fen = YuanField(label=_("只收到一部分的，到期的款项收到多少（元）"), help_text=NONE_CAME)
    arrived_on = DayField(label=_("收到的一部分，最晚哪一天到账"), help_text=NOT_REMEMBERED)
    text = forms.CharField(
        label=_("想说明的"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )


class DenyWrittenForm(DeedOfComplainant):
    name = "deny_written"
    title, button = _("这不是我的意思"), _("否认这项登记")
    lead = _(
        "协会工作人员按签名的书面意见代您作了登记。不是您的意思的，在这里否认：登记即不作数，投诉按登记以前的情况继续办理，协会和机构会收到通知。"
    )
    written_id = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("想说明的"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )
    sure = forms.BooleanField(label=_("我没有这样说过，也没有在这样的书面意见上签名"))


class AnswerPaymentForm(DeedOfComplainant):
    name = "answer_payment"
    title, button = _("逐笔确认付款"), _("提交")
    lead = _("每一笔可以分别确认；没有到账的，机构仍须支付，期限重新起算。")
    asks = "payment_id"
    payment_id = forms.TypedChoiceField(label=_("哪一笔"), coerce=int)
    came = forms.TypedChoiceField(
        label=_("是否到账"), choices=CAME, coerce=lambda value: value == "yes", widget=forms.RadioSelect
    )
    arrived_on = DayField(label=ARRIVED_ONE, help_text=NOT_REMEMBERED)
    received_fen = YuanField(label=_("只收到一部分的，这一笔收到多少（元）"))
    text = forms.CharField(
        label=_("没有到账的说明"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class EvidenceForm(DeedOfComplainant):
    name = "add_evidence"
    title, button = _("补充证据"), _("上传")
    lead = _("照片、截图或PDF，不超过10 MB。拍摄地点等信息会自动去掉。")
    kind = forms.ChoiceField(
        label=_("这是什么"),
        choices=[(kind.value, kind.label) for kind in EvidenceKind if kind not in NOT_HERE],
    )
    upload = forms.FileField(label=_("文件"), allow_empty_file=True)


class AskRecusalForm(DeedOfComplainant):
    name = "ask_recusal"
    title, button = _("申请调解员回避"), _("提交申请")
    lead = _("由协会另一位工作人员决定；决定作出以前调解暂停，期限照常计算。")
    ground = forms.ChoiceField(label=_("情形"), choices=Recusal.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("理由"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 3}))


class HideWordsForm(DeedOfComplainant):
    name = "hide_words"
    title, button = _("隐去我写的文字"), _("隐去")
    lead = _("照原文写出要隐去的文字，机构和公众不再看到；原文仍由协会保存。号码和住址系统已自动遮盖。")
    words = forms.CharField(label=_("要隐去的原文"), max_length=200)


class LeaveMassCaseForm(DeedOfComplainant):
    name = "leave_mass_case"
    title, button = _("不参加合并协商"), _("单独办理")
    lead = _("您的投诉改为单独办理，期限不变；已经向您提出的方案仍由您答复。不需要说明理由。")


class WithdrawForm(DeedOfComplainant):
    name = "withdraw"
    title, button = _("撤回投诉"), _("撤回投诉")
    lead = _("撤回后不再办理，这件投诉不能恢复。")
    reason = forms.CharField(label=_("理由"), required=False, max_length=LONGEST)
    sure = forms.BooleanField(label=_("我确定撤回"))


FORMS = {
    form.name: form
    for form in (
        OfferForm,
        SettleForm,
        SignForm,
        SurveyForm,
        FollowUpForm,
        ConsentForm,
        AnswerPaymentForm,
        SayUnpaidForm,
        ContestForm,
        DenyWrittenForm,
        EvidenceForm,
        AskRecusalForm,
        LeaveMassCaseForm,
        HideWordsForm,
        WithdrawForm,
    )
}
