"""代录 on screen: the fields of the public page in the words of somebody who writes down for another; and a new code."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association.kept_forms import KeptForm
from complaints.choices.complaints import EvidenceKind, IdentityCheck, Subject
from complaints.forms.intake import IntakeForm

LONGEST_REASON = 200
# What the public page says to the person, said of them.
LABELS = {
    "demand": _("诉求"),
    "facts": _("事情经过"),
    "name": _("投诉人姓名"),
    "phone": _("投诉人电话"),
    "address": _("投诉人通讯地址"),
    "claimed_fen": _("要求退多少钱"),
    "shares_phone": _("投诉人同意：受理后机构可以看到电话，直接联系"),
    "agrees_to_joining": _("各位都同意一起投诉"),
    "subject": _("主要因为什么"),
    "harmed_on": _("知道受损的日期"),
    "handled_elsewhere": _("已由何处受理或处理过"),
    "not_consumption": _("单位统一购买，不是个人消费"),
}
# What to ask; the rest explains itself to somebody who does this every day.
HELP = {"facts": _("什么时候报名、交了多少钱、上了多少课、怎么协商的。不要记身份证号和银行卡号。")}
ROWS = {"facts": 5, "demand": 2}

OFFERED = [pair for pair in EvidenceKind.choices if pair[0] != EvidenceKind.SIGNED]


class CallerForm(IntakeForm):
    """代录: a subject is chosen from a list, so that all of it fits on one screen."""

    delegated_by = forms.CharField(label=_("委托单位"), required=False, max_length=80)
    delegation_number = forms.CharField(label=_("委托文号"), required=False, max_length=60)
    agent_authority = forms.FileField(label=_("授权委托书"), required=False, allow_empty_file=True)
    kind = forms.ChoiceField(label=_("材料是什么"), choices=OFFERED, required=False)
    file = forms.FileField(label=_("带来的材料"), required=False, allow_empty_file=True)
    filing_key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, joined: int = 0, **more: Any) -> None:
        super().__init__(data, joined=joined, **more)
        for name, label in LABELS.items():
            self.fields[name].label = label
        for name, field in self.fields.items():
            field.help_text = HELP.get(name, "")
        for name, rows in ROWS.items():
            self.fields[name].widget.attrs["rows"] = rows
        for name in ("name", "phone", "address", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        subject: Any = self.fields["subject"]
        subject.widget = forms.Select()
        subject.choices = [("", _("请选择")), *Subject.choices]
        self.fields["kind"].initial = EvidenceKind.CONTRACT

    def delegation(self) -> dict[str, str]:
        """Of a valid form: what stands beside the filing."""
        return {name: self.cleaned_data[name] for name in ("delegated_by", "delegation_number", "filing_key")}


class ReceiptForm(KeptForm):
    """补发查询码."""

    name = "receipt"
    identity = forms.ChoiceField(
        label=_("怎样核实了身份"), choices=IdentityCheck.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("理由"), max_length=LONGEST_REASON, help_text=_("例如：本人来电，查询码遗失；工单首次发放。")
    )
