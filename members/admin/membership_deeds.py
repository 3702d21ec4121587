"""Buttons of an institution's page that change its membership: each calls one operation."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from association.deeds import Deed, Done, Foretells, Foretold, foretelling
from members import operations
from members.access import MAY
from members.forms import institutions as plain
from members.forms import staff as forms
from members.models import Institution
from members.queries.membership import members_today


def may(action: str) -> Any:
    return lambda actor: actor.may(MAY, action)


def is_member(institution: Institution) -> bool:
    return bool(getattr(institution, "is_member", False))


def _is_no_member(institution: Institution) -> bool:
    return not is_member(institution)


def _is_suspended(institution: Institution) -> bool:
    return (
        is_member(institution) and members_today().filter(institution=institution, state="suspended").exists()
    )


def _is_in_good_standing(institution: Institution) -> bool:
    return is_member(institution) and not _is_suspended(institution)


def _admit(request: Any, institution: Institution, form: Any) -> Done:
    operations.admit_member(actor=request.actor, institution_id=institution.pk, **form.cleaned_data)
    return Done(_("已登记入会。"))


def _leave(request: Any, institution: Institution, form: Any) -> Done:
    operations.end_membership(actor=request.actor, institution_id=institution.pk, **form.cleaned_data)
    return Done(_("会籍已终止。"))


def _tier(request: Any, institution: Institution, form: Any) -> Done:
    operations.change_tier(actor=request.actor, institution_id=institution.pk, **form.cleaned_data)
    return Done(_("会员级别已变更。"))


def _office(request: Any, institution: Institution, form: Any) -> Done:
    operations.give_office(actor=request.actor, institution_id=institution.pk, **form.cleaned_data)
    return Done(_("职务已登记。"))


def _suspend(request: Any, institution: Institution, form: Any) -> Done:
    operations.suspend_member(actor=request.actor, institution_id=institution.pk, **form.cleaned_data)
    return Done(_("会员资格已暂停。"))


def _restore(request: Any, institution: Institution, form: Any) -> Done:
    operations.restore_member(actor=request.actor, institution_id=institution.pk, **form.cleaned_data)
    return Done(_("会员资格已恢复。"))


def _lapse(request: Any, institution: Institution, form: Any) -> Done:
    operations.lapse_membership(actor=request.actor, institution_id=institution.pk, **form.cleaned_data)
    return Done(_("已登记视为退会。"))


def _dissolve(request: Any, institution: Institution, form: Any) -> Done:
    operations.dissolve_member(actor=request.actor, institution_id=institution.pk, **form.cleaned_data)
    return Done(_("会籍已终止。"))


def _expel(request: Any, institution: Institution, form: Any) -> Done:
    vote = operations.propose_expulsion(
        actor=request.actor, institution_id=institution.pk, **form.cleaned_data
    )
    address = reverse("admin:members_councilvote_change", args=[vote.pk])
    return Done(_("已提交理事会表决，并已通知理事会成员。"), address)


def _telling_member(does: Any) -> Foretells:
    def foretells(_request: Any, institution: Institution) -> Foretold:
        return Foretold(does, [_("%(name)s的人员：办理的结果和理由") % {"name": institution}])

    return foretells


def _telling_council(does: Any) -> Foretells:
    def foretells(_request: Any, institution: Institution) -> Foretold:
        member = _("%(name)s的人员：提请除名的理由") % {"name": institution}
        return Foretold(does, [member, _("其他理事会成员：请参加表决")])

    return foretells


OF_MEMBERSHIP = (
    Deed("admit", gettext_lazy("登记入会"), may("admit_institution"), _admit, form=forms.AdmitForm, fits=_is_no_member, foretells=foretelling(gettext_lazy("登记凭纸质文件决定的会籍，写入大事记并制作会员证书，公众页面随即更新。"))),
    Deed("leave", gettext_lazy("终止会籍"), may("admit_institution"), _leave, form=plain.UntilDayForm, fits=is_member, foretells=foretelling(gettext_lazy("会籍和职务到所填的日期终止，写入大事记，公众页面随即更新。"), gettext_lazy("该机构的人员，站内和邮件"))),
    Deed("tier", gettext_lazy("变更会员级别"), may("change_membership"), _tier, form=forms.TierForm, fits=is_member, foretells=foretelling(gettext_lazy("自所填日期起改变会员级别，原级别保留为历史，写入大事记。"))),
    Deed("office", gettext_lazy("登记职务"), may("give_office"), _office, form=forms.OfficeForm, fits=is_member, foretells=foretelling(gettext_lazy("登记一届任期，写入大事记；同一机构的任期不能重叠。"))),
    Deed("suspend", pgettext_lazy("button", "暂停会员资格"), may("end_by_charter"), _suspend, form=forms.ReasonForm, fits=_is_in_good_standing, foretells=_telling_member(gettext_lazy("今天起暂停会员资格，理由写入大事记，公众页面随即更新；恢复须另行办理。"))),
    Deed("restore", pgettext_lazy("button", "恢复会员资格"), may("end_by_charter"), _restore, form=forms.ReasonForm, fits=_is_suspended, foretells=_telling_member(gettext_lazy("今天起恢复会员资格，理由写入大事记，公众页面随即更新。"))),
    Deed("lapse", pgettext_lazy("button", "视为退会"), may("end_by_charter"), _lapse, form=forms.LapseForm, fits=is_member, foretells=_telling_member(gettext_lazy("会籍和职务今天终止，记为视为退会，写入大事记；以后可以重新申请入会。")), danger=True),
    Deed("dissolve", pgettext_lazy("button", "机构终止"), may("end_by_charter"), _dissolve, form=forms.DissolveForm, fits=is_member, danger=True, foretells=foretelling(gettext_lazy("机构终止，会籍和职务随之终止，写入大事记；以后不能恢复。"), gettext_lazy("该机构的人员，站内和邮件"))),
    Deed("expel", gettext_lazy("提请除名"), may("propose_expulsion"), _expel, form=forms.ExpelForm, fits=is_member, foretells=_telling_council(gettext_lazy("除名交理事会表决，表决通过以前会籍不变；机构收到事实和理由，可以陈述。")), danger=True),
)  # fmt: skip
