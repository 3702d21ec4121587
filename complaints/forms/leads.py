"""Input about 线索: what an informant writes, and what the officer enters."""

from operator import itemgetter
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from association import clock
from association.choices import Role
from association.deeds import DeedForm
from association.models import User
from association.notices import people_of
from association.person_fields import PersonField
from association.search_select import SearchSelect
from complaints.choices.complaints import Subject
from complaints.choices.leads import LeadCategory, LeadState
from complaints.models import Lead
from members.queries import institutions
from members.queries.pledge import clauses_signed

OUTCOMES = (LeadState.HANDLED, LeadState.UNFOUNDED, LeadState.INSUFFICIENT)


def long_text(label: Any, *, rows: int = 5, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=8000, widget=forms.Textarea({"rows": rows}), **more)


class ScreenForm(DeedForm):
    category = forms.ChoiceField(label=_("类别"), choices=LeadCategory.choices)

    def starts(self) -> dict[str, Any]:
        return {"category": self.obj.category}


class IdentifyForm(DeedForm):
    """Which institution of the register an informant's words mean."""

    institution: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(
        label=_("登记册中的机构"), queryset=None
    )

    def prepare(self) -> None:
        field = self.fields["institution"]
        field.queryset = institutions()  # type: ignore[attr-defined]
        source = Lead._meta.get_field("institution")  # noqa: SLF001 - Django's public name for it
        field.widget = SearchSelect(source, admin.site)
        field.widget.choices = field.choices  # type: ignore[attr-defined]


class OfficerForm(DeedForm):
    officer_id = PersonField(label=_("承办人"))

    def prepare(self) -> None:
        people = User.objects.filter(pk__in=people_of(roles=[Role.SECRETARIAT]))
        choices = sorted(((person.pk, person.name) for person in people), key=itemgetter(1, 0))
        self.fields["officer_id"].offer(choices)  # type: ignore[attr-defined]


class ReasonForm(DeedForm):
    reason = long_text(_("理由"), rows=3)


class ConfirmAnchorForm(DeedForm):
    reason = long_text(_("核实的依据和理由"), rows=3, help_text=_("例如核对了哪一版文本、出自哪里。"))


class SayForm(DeedForm):
    text = long_text(_("内容"), help_text=_("凭回执码的人会看到这些话；请勿写出任何人的姓名和联系方式。"))


class DecideForm(DeedForm):
    outcome = forms.ChoiceField(label=_("处理结果"), choices=[(one, one.label) for one in OUTCOMES])
    grounds = long_text(_("处理理由"), help_text=_("只供协会内部查阅。"))
    facts = long_text(
        _("查实的事实"), required=False, help_text=_("按公约处理的必填，会告知机构；请勿提及线索提供人。")
    )
    measure = long_text(_("处理措施"), rows=3, required=False, help_text=_("按公约处理的必填，会告知机构。"))


class HearForm(DeedForm):
    words = long_text(_("拟认定的事实和拟采取的措施"), help_text=_("会告知机构；请勿提及线索提供人。"))


class ReferForm(DeedForm):
    authority = forms.CharField(label=_("主管部门"), max_length=80)
    document_number = forms.CharField(label=_("移送函文号"), max_length=60)
    summary = long_text(_("移送的事实"), rows=8, help_text=_("写入移送函；请勿提及线索提供人。"))
    grounds = long_text(_("移送理由"), rows=3, help_text=_("只供协会内部查阅。"))
    passed = forms.TypedMultipleChoiceField(
        label=_("随函材料"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    with_identity = forms.BooleanField(label=_("另行密封送达线索提供人的联系方式"), required=False)

    def prepare(self) -> None:
        rows = self.obj.evidence.select_related("attachment")
        choices = [(row.number, row.attachment.name) for row in rows]
        self.fields["passed"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["passed"]
        if not self.obj.may_pass_identity:
            del self.fields["with_identity"]


class ReferralReceiptForm(DeedForm):
    referral_id = forms.TypedChoiceField(label=_("移送函"), coerce=int)
    received_on = forms.DateField(
        label=_("签收日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    receipt = forms.CharField(label=_("回执编号或者签收人"), max_length=120)

    def starts(self) -> dict[str, Any]:
        return {"received_on": clock.today()}

    def prepare(self) -> None:
        waiting = self.obj.referrals.filter(received_on__isnull=True)
        choices = [(row.pk, f"{row.authority} {row.document_number}") for row in waiting]
        self.fields["referral_id"].choices = choices  # type: ignore[attr-defined]


class AllegeForm(DeedForm):
    """提出违反公约 on the finding; the clauses are those that the institution signed."""

    clause_place = forms.TypedChoiceField(
        label=_("违反哪一条"),
        coerce=int,
        help_text=_("按该机构签署的那一版公约；事实取自查实的结果，不带提供人的任何信息。"),
    )

    def prepare(self) -> None:
        signed = clauses_signed(self.obj.institution_id or 0)
        self.fields["clause_place"].choices = [("", "—"), *signed]  # type: ignore[attr-defined]


class FindingForm(DeedForm):
    facts = long_text(_("认定的事实"))
    document_number = forms.CharField(label=_("认定文书的文号"), max_length=80)
    measure = long_text(_("处理情况"), rows=3, required=False)


class OriginalForm(DeedForm):
    number = forms.TypedChoiceField(label=_("材料"), coerce=int)
    reason = long_text(_("启封理由"), rows=3)

    def prepare(self) -> None:
        rows = self.obj.evidence.select_related("attachment")
        choices = [(row.number, row.attachment.name) for row in rows]
        self.fields["number"].choices = choices  # type: ignore[attr-defined]


class ComplaintForm(DeedForm):
    """由线索立案: what a complaint needs beyond the lead; amounts in yuan."""

    subject = forms.ChoiceField(label=_("投诉事项"), choices=Subject.choices)
    facts = long_text(_("事实"), help_text=_("机构会看到；写投诉人同意写明的。"))
    demand = long_text(_("诉求"), rows=3)
    address = forms.CharField(label=_("投诉人通讯地址"), max_length=160)
    respondent_address = forms.CharField(label=_("机构地址"), max_length=160, required=False)
    harmed_on = forms.DateField(
        label=_("知道权益受损的日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    paid_yuan = forms.DecimalField(
        label=_("已付金额（元）"),
        min_value=0,
        max_digits=9,
        decimal_places=2,
        required=False,
        help_text=_("还不清楚的可以不填，核对付款记录后在案件页登记。"),
    )
    claimed_yuan = forms.DecimalField(
        label=_("要求退还（元）"), min_value=0, max_digits=9, decimal_places=2, required=False
    )
    agreed = forms.BooleanField(
        label=_("线索提供人同意以投诉人身份提出，知道机构会得知其姓名"), required=False
    )

    def starts(self) -> dict[str, Any]:
        return {"respondent_address": self.obj.institution_address}
