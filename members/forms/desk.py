"""What institutions and the council fill in at the desk: one small form for each deed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association.kept_forms import KeptForm
from association.typed_fields import DayField
from members.choices import Field
from members.choices.membership import Choice, EvidenceKind

LONGEST = 4000


def long_text(label: Any, *, rows: int = 5, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=LONGEST, widget=widget, **more)


class StepForm(KeptForm):
    """A dangerous one has a red button; every one says what it does and who is told."""

    title: Any = ""
    button: Any = _("提交")
    lead: Any = ""
    foretells: Any = ""
    dangerous = False


class ApplicationForm(StepForm):
    name = "save"
    title, button = _("入会申请"), _("保存草稿")
    lead = _("入会自愿。草稿只有贵机构看得到，可以分几次填写；写好后上传材料，再提交。")
    foretells = _("保存一份草稿，随时可以再改；不通知任何人。")
    field = forms.ChoiceField(label=_("类别"), choices=Field.choices)
    licence_number = forms.CharField(
        label=_("办学许可证号"),
        max_length=20,
        required=False,
        help_text=_("没有许可证的留空。写法与常见的不同也可以提交，协会会核对。"),
    )
    statement = long_text(_("入会理由"), rows=6, required=False, help_text=_("请勿写个人的联系方式。"))


class EvidenceForm(StepForm):
    name = "add_evidence"
    title, button = _("上传材料"), _("上传")
    lead = _("PDF或者图片，每份不超过10 MB。必须有登记证书或营业执照；职业技能类请附办学许可证。")
    foretells = _("文件加入草稿，提交以前可以移除；不通知任何人。")
    kind = forms.ChoiceField(label=_("材料的种类"), choices=EvidenceKind.choices)
    upload = forms.FileField(label=_("文件"), allow_empty_file=True)


class RemoveForm(StepForm):
    name = "remove_evidence"
    title, button = _("移除材料"), _("移除")
    foretells = _("从草稿中移除这份材料；不通知任何人。")
    evidence_id = forms.IntegerField(label=_("材料"), widget=forms.HiddenInput)


class SubmitForm(StepForm):
    name = "submit"
    title, button = _("提交申请"), _("提交")
    lead = _("提交后不能修改。协会审查后由理事会表决；需要补正的，只告知一次，列出全部内容。")
    foretells = _("申请交协会审查，不能再改；通知秘书处。")
    confirmed = forms.BooleanField(label=_("填写的内容和材料真实"))


class AnswerForm(StepForm):
    name = "answer"
    title, button = _("提交补正"), _("提交补正")
    lead = _("先上传补充的材料，再逐项说明；提交后审查继续，不会再要求补正。")
    foretells = _("补正交协会，审查继续；通知秘书处。")
    answer = long_text(_("补正说明"))


class RecallForm(StepForm):
    name = "recall"
    title, button, dangerous = _("撤回申请"), _("撤回"), True
    lead = _("撤回后可以随时重新申请。")
    foretells = _("申请到此为止，不再审查；不通知任何人。")


class BallotForm(StepForm):
    name = "cast"
    title, button = _("表决"), _("投票")
    lead = _("一人一票，投出后不能更改。")
    foretells = _("计入您的一票；只有结果通知申请机构，各人的意见不公开。")
    choice = forms.ChoiceField(
        label=_("意见"),
        choices=[(one.value, one.label) for one in (Choice.FOR, Choice.AGAINST, Choice.ABSTAIN)],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("说明"), max_length=300, required=False)


class AsideForm(StepForm):
    name = "stand_aside"
    title, button, dangerous = _("申请回避"), _("回避"), True
    lead = _("与机构有任职、投资、亲属等利害关系的，应当回避；回避的人不计入应参加表决的人数。")
    foretells = _("您不参加这次表决，登记后不能更改；不通知任何人。")
    reason = forms.CharField(label=_("回避的理由"), max_length=300)


class WithdrawForm(StepForm):
    name = "withdraw"
    title, button, dangerous = _("申请退会"), _("退会"), True
    lead = _("退会自由，今天起生效，不需要理由；此前未了的投诉和欠费不因退会而免除。")
    foretells = _("会籍和职务今天终止，公众页面随即更新；通知秘书处和贵机构的人员。")
    reason = forms.CharField(label=_("理由"), max_length=300, required=False)
    confirmed = forms.BooleanField(label=_("确认退会"))


class SignForm(StepForm):
    """``sha256``: the text that stood on the page."""

    name = "sign"
    title, button = _("签署自律公约"), _("签署公约")
    lead = _(
        "签署前须再次确认身份。签署后不能撤回；机构名称和签署日期对外公布，签署人姓名只在协会和签署单位之间可见。"
    )
    foretells = _("贵机构今天签署这一版，写入大事记，公众页面随即列出机构名称和签署日期。")
    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    confirmed = forms.BooleanField(label=_("我有权代表机构签署，已阅读全文"))


class HistoryForm(KeptForm):
    """是否会员: on which day, as known on which day."""

    name = "history"
    institution = forms.TypedChoiceField(label=_("机构"), coerce=int)
    on = DayField(label=_("哪一天是不是会员"), required=True)
    known_on = DayField(label=_("按哪一天所知"), help_text=_("不填即按今天所知。"))

    def offer(self, choices: list[tuple[int, str]]) -> None:
        self.fields["institution"].choices = choices  # type: ignore[attr-defined]


FORMS: dict[str, type[StepForm]] = {
    form.name: form
    for form in (ApplicationForm, EvidenceForm, RemoveForm, SubmitForm, AnswerForm, RecallForm)
}
VOTE_FORMS: dict[str, type[StepForm]] = {form.name: form for form in (BallotForm, AsideForm)}
