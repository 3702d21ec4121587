"""Buttons of an institution's page that change its membership: each calls one operation."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association.deeds import Deed, Done, Foretold
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


def _tells_member(_request: Any, institution: Institution) -> Foretold:
    return Foretold("", [_("%(name)s的人员：办理的结果和理由") % {"name": institution}])


OF_MEMBERSHIP = (
    Deed("admit", gettext_lazy("登记入会"), may("admit_institution"), _admit, form=forms.AdmitForm, fits=_is_no_member),
    Deed("leave", gettext_lazy("终止会籍"), may("admit_institution"), _leave, form=plain.UntilDayForm, fits=is_member),
    Deed("tier", gettext_lazy("变更会员级别"), may("change_membership"), _tier, form=forms.TierForm, fits=is_member),
    Deed("office", gettext_lazy("登记职务"), may("give_office"), _office, form=forms.OfficeForm, fits=is_member),
    Deed("suspend", gettext_lazy("暂停会员资格"), may("end_by_charter"), _suspend, form=forms.ReasonForm, fits=_is_in_good_standing, foretells=_tells_member),
    Deed("restore", gettext_lazy("恢复会员资格"), may("end_by_charter"), _restore, form=forms.ReasonForm, fits=_is_suspended, foretells=_tells_member),
    Deed("lapse", gettext_lazy("视为退会"), may("end_by_charter"), _lapse, form=forms.LapseForm, fits=is_member, foretells=_tells_member, danger=True),
    Deed("dissolve", gettext_lazy("机构终止"), may("end_by_charter"), _dissolve, form=forms.DissolveForm, fits=is_member, danger=True),
    Deed("expel", gettext_lazy("提请除名"), may("propose_expulsion"), _expel, form=forms.ExpelForm, fits=is_member, foretells=_tells_member, danger=True),
)  # fmt: skip
