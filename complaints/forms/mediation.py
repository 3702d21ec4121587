"""调解: what the mediator does in a case, one small form for each deed."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from association.person_fields import PersonField
from association.typed_fields import DayField, YuanField
from complaints.choices.complaints import Body, Party, Recusal, SessionMode, TerminationGround
from complaints.forms.parts import CHOOSE, LONGEST, CaseForm, PaymentsField, choice, line, text, yes_no


def _moment(label: Any) -> forms.SplitDateTimeField:
    date_and_time = forms.SplitDateTimeWidget(date_attrs={"type": "date"}, time_attrs={"type": "time"})
    return forms.SplitDateTimeField(label=label, widget=date_and_time)


class AssignForm(CaseForm):
    name = "assign_mediator"
    title, button = _("指派调解员"), _("指派")
    lead = _("系统按任职记录核对回避；与机构有利害关系的不能指派。")
    asks = "mediator_id"
    mediator_id = PersonField(label=_("调解员"))

    def offer(self, choices: Iterable[tuple[Any, Any]]) -> None:
        """The mediators as (account, name)."""
        cast("PersonField", self.fields[self.asks]).offer(choices, [CHOOSE])


class RecuseForm(CaseForm):
    name = "recuse"
    title, button = _("回避"), _("回避")
    ground = choice(_("情形"), Recusal.choices)
    reason = line(_("说明"))


class DecideRecusalForm(CaseForm):
    name = "decide_recusal"
    title, button = _("决定回避申请"), _("作出决定")
    lead = _("被申请回避的调解员本人不能决定；申请和理由见“申请回避”一栏。")
    request_id = forms.IntegerField(widget=forms.HiddenInput)
    granted = yes_no(_("决定"), (_("同意回避"), _("不予回避")))
    decision = line(_("理由"), help_text=_("申请的一方会看到；不要写个人信息。"))


class AskRecusalForm(CaseForm):
    name = "ask_recusal"
    title, button = _("申请调解员回避"), _("提交申请")
    lead = _("由协会另一位工作人员决定；决定作出以前调解暂停，期限照常计算。")
    ground = choice(_("情形"), Recusal.choices)
    reason = text(_("理由"), help_text=_("作出决定的工作人员会看到。"))

    def given(self) -> dict[str, Any]:
        return {"party": Party.INSTITUTION, **self.cleaned_data}


class PlanForm(CaseForm):
    name = "plan_session"
    title, button = _("安排调解会"), _("通知双方")
    mode = choice(_("方式"), SessionMode.choices)
    place = line(_("地点或接入方式"))
    planned_at = _moment(_("时间"))


class _PlannedForm(CaseForm):
    """Of a session that was planned; where there are several, of which one."""

    asks = "session_id"
    session_id = forms.TypedChoiceField(label=_("哪一次调解会"), coerce=int)


class MoveForm(_PlannedForm):
    name = "move_session"
    title, button = _("调解会改期"), _("改期并通知双方")
    planned_at = _moment(_("改到"))
    mode = choice(_("方式"), SessionMode.choices, required=False, help_text=_("不选即不变。"))
    place = line(_("地点或接入方式"), required=False, help_text=_("不填即不变。"))
    reason = line(_("理由"), help_text=_("双方会看到；不要写个人信息。"))


class CancelForm(_PlannedForm):
    name = "cancel_session"
    title, button, dangerous = _("取消调解会"), _("取消并通知双方"), True
    lead = _("调解期限照常计算，可以另行安排。")
    reason = line(_("理由"), help_text=_("双方会看到；不要写个人信息。"))


class RecordForm(CaseForm):
    name = "record_session"
    title, button = _("记录调解会"), _("保存记录")
    session_id = forms.IntegerField(widget=forms.HiddenInput)
    complainant_came = yes_no(_("投诉人到场"))
    institution_came = yes_no(_("机构到场"))
    excuse = line(_("缺席理由"), required=False)
    minutes = text(_("记录"))


class AgreeForm(CaseForm):
    name = "agree"
    title, button = _("拟定调解协议"), _("交双方签署")
    lead = _("金额不能超过已付金额；分期的各期合计等于退还金额。")
    text = text(_("协议内容"), rows=8)
    amount_fen = YuanField(label=_("退还金额（元）"), required=True)
    payments = PaymentsField(
        label=_("付款安排"),
        required=False,
        max_length=LONGEST,
        help_text=_("每行一期：日期 金额，例如 2026-12-31 1500"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    perform_by = DayField(label=_("履行期限（没有付款安排时填写）"))
    body = choice(
        _("以谁的名义调解"),
        [],
        required=False,
        help_text=_("不选即为行业协会调解。协会登记了人民调解委员会的，才能以它的名义调解。"),
    )

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """In whose names this association mediates: with one alone there is nothing to choose."""
        field: Any = self.fields["body"]
        field.choices = [CHOOSE, *choices]
        if len(choices) == 1:
            field.widget = forms.HiddenInput()

    def given(self) -> dict[str, Any]:
        return self.cleaned_data | {"body": self.cleaned_data["body"] or Body.ASSOCIATION}


class PauseForm(CaseForm):
    name = "pause_for_appraisal"
    title, button = _("鉴定，中止计期"), _("中止计期")
    lead = _("第一次凭文件中止；再次中止须另一位同事同意，同意以前期限照常计算。")
    appraiser = line(_("鉴定机构"))
    reason = line(_("鉴定事项"), help_text=_("会长期保存；不要写个人信息。"))
    paper = forms.FileField(label=_("申请或者委托鉴定的文件"), help_text=_("扫描件或照片，双方可以打开。"))
    expected_on = DayField(
        label=_("预计完成日"), required=True, help_text=_("到这一天自动恢复计期；最晚到哪一天按协会的规则。")
    )


class DecidePauseForm(CaseForm):
    name = "decide_pause"
    title, button = _("决定是否再次中止计期"), _("作出决定")
    lead = _("申请中止的人和调解员本人不能决定；申请和文件见“鉴定”一栏。同意的，自申请之日起中止。")
    pause_id = forms.IntegerField(widget=forms.HiddenInput)
    granted = yes_no(_("决定"), (_("同意中止"), _("不同意")))
    decision = line(_("理由"), help_text=_("办理案件的人会看到；不要写个人信息。"))


class ResumeForm(CaseForm):
    name = "resume"
    title, button = _("鉴定完成，恢复计期"), _("恢复计期")


class TerminateForm(CaseForm):
    name = "terminate"
    title, button, dangerous = _("终止调解"), _("终止调解"), True
    ground = choice(
        _("情形"),
        [pair for pair in TerminationGround.choices if pair[0] != TerminationGround.TIME_OVER],
    )
    at_fault = choice(_("哪一方（缺席或者拒绝时）"), Party.choices, required=False)
    reason = text(_("理由"), help_text=_("双方会看到。"))
