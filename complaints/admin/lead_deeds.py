"""Buttons of one lead: each calls one operation."""

from typing import Any

from django.contrib import admin
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association.deeds import Deed, Done, Foretold, foretelling
from complaints.access.leads import MAY
from complaints.choices.hearings import WAITING
from complaints.choices.leads import DECIDED, LEAD_OPEN, LeadState
from complaints.forms import leads as forms
from complaints.models import Lead
from complaints.operations import (
    lead_anchors,
    lead_complaint,
    lead_ending,
    lead_handling,
    lead_hearings,
    lead_secrets,
)
from complaints.queries.anchors import unverified_anchor
from complaints.queries.leads import is_set_aside

NOT_YET_ARCHIVED = frozenset(LeadState) - {LeadState.DRAFT, LeadState.ARCHIVED}


def may(action: str) -> Any:
    return lambda actor: actor.may(MAY, action)


def at(*states: LeadState) -> Any:
    return lambda lead: lead.state in states


def _screen(request: Any, lead: Lead, form: Any) -> Done:
    lead_handling.screen_lead(actor=request.actor, lead_id=lead.pk, **form.cleaned_data)
    return Done(_("已通过筛查，核查期限开始计算；请指定承办人。"))


def _confirm_anchor(request: Any, lead: Lead, form: Any) -> Done:
    lead_anchors.confirm_lead_anchor(actor=request.actor, lead_id=lead.pk, **form.cleaned_data)
    return Done(_("已核实，这一类线索可以引用这条依据。"))


def _identify(request: Any, lead: Lead, form: Any) -> Done:
    lead_handling.identify_lead_institution(
        actor=request.actor, lead_id=lead.pk, institution_id=form.cleaned_data["institution"].pk
    )
    return Done(_("已认定机构。"))


def _assign(request: Any, lead: Lead, form: Any) -> Done:
    lead_handling.assign_lead_officer(actor=request.actor, lead_id=lead.pk, **form.cleaned_data)
    return Done(_("已指定承办人，并已通知。"))


def _recuse(request: Any, lead: Lead, form: Any) -> Done:
    lead_handling.recuse_from_lead(actor=request.actor, lead_id=lead.pk, **form.cleaned_data)
    return Done(_("已登记回避，请另行指定承办人。"))


def _ask(request: Any, lead: Lead, form: Any) -> Done:
    lead_handling.ask_informant(actor=request.actor, lead_id=lead.pk, **form.cleaned_data)
    return Done(_("问题已经放在凭回执码打开的页面上。"))


def _extend(request: Any, lead: Lead, form: Any) -> Done:
    lead_handling.extend_lead_check(actor=request.actor, lead_id=lead.pk, **form.cleaned_data)
    return Done(_("核查期限已延长。"))


def _hear(request: Any, lead: Lead, form: Any) -> Done:
    lead_hearings.hear_institution(actor=request.actor, lead_id=lead.pk, **form.cleaned_data)
    return Done(_("已请机构陈述；机构没有账号的，请在“听取机构的意见”打印告知书并登记送达。"))


def _decide(request: Any, lead: Lead, form: Any) -> Done:
    lead_handling.decide_lead(actor=request.actor, lead_id=lead.pk, **form.cleaned_data)
    return Done(_("处理结果已登记。"))


def _refer(request: Any, lead: Lead, form: Any) -> Done:
    lead_ending.refer_lead(actor=request.actor, lead_id=lead.pk, **form.cleaned_data)
    return Done(_("移送函已生成，请下载、用印并送达，收到回执后登记签收。"))


def _receipt(request: Any, lead: Lead, form: Any) -> Done:
    lead_ending.record_referral_receipt(actor=request.actor, lead_id=lead.pk, **form.cleaned_data)
    return Done(_("签收已登记。"))


def _finding(request: Any, lead: Lead, form: Any) -> Done:
    lead_ending.record_lead_finding(actor=request.actor, lead_id=lead.pk, **form.cleaned_data)
    return Done(_("主管部门的认定已登记。"))


def _feedback(request: Any, lead: Lead, form: Any) -> Done:
    lead_ending.give_lead_feedback(actor=request.actor, lead_id=lead.pk, **form.cleaned_data)
    return Done(_("反馈已经放在凭回执码打开的页面上。"))


def _archive(request: Any, lead: Lead, _form: Any) -> Done:
    kept = lead_ending.archive_lead(actor=request.actor, lead_id=lead.pk)
    return Done(_("已归档，%(day)s之后去标识化。") % {"day": kept.retire_on})


def _unmask(request: Any, lead: Lead, form: Any) -> HttpResponse:
    """Shown once on this answer, which nobody stores; seen again, it is on record again."""
    informant = lead_secrets.unmask_informant(actor=request.actor, lead_id=lead.pk, **form.cleaned_data)
    request.current_app = admin.site.name
    context = admin.site.each_context(request) | {"title": str(lead), "lead": lead, "informant": informant}
    return TemplateResponse(request, "complaints/leads/informant.html", context)


def _original(request: Any, lead: Lead, form: Any) -> Done:
    lead_secrets.request_lead_original(actor=request.actor, lead_id=lead.pk, **form.cleaned_data)
    return Done(_("已申请启封，须由另一人批准；批准后24小时内在“启封原件”中打开。"))


def _complaint(request: Any, lead: Lead, form: Any) -> HttpResponse:
    """The code is told to the person at once: nobody can show it again."""
    values = dict(form.cleaned_data)
    claimed, paid = values.pop("claimed_yuan") or 0, values.pop("paid_yuan")
    filed = lead_complaint.file_from_lead(
        actor=request.actor,
        lead_id=lead.pk,
        claimed_fen=int(claimed * 100),
        paid_fen=None if paid is None else int(paid * 100),
        **values,
    )
    request.current_app = admin.site.name
    context = admin.site.each_context(request) | {"title": str(lead), "lead": lead, "filed": filed}
    return TemplateResponse(request, "complaints/leads/filed.html", context)


def _before_complaint(_request: Any, _lead: Lead) -> Foretold:
    does = _(
        "查实之后，实名提供人可以就自己的权益提出投诉。须先征得本人同意：机构会知道投诉人是谁，但投诉里不提有过线索。"
    )
    return Foretold(does, [_("秘书处，站内和邮件")])


def _can_become_complaint(lead: Lead) -> bool:
    if not _is_named(lead) or lead.complaint_id is not None or not hasattr(lead, "finding"):
        return False
    return not is_set_aside(lead.pk)


def _anchor_waits(lead: Lead) -> bool:
    return lead.state in LEAD_OPEN and unverified_anchor(lead) is not None


def _before_confirming(_request: Any, lead: Lead) -> Foretold:
    anchor = unverified_anchor(lead)
    does = _("登记您已核对%(citation)s的原文和您的姓名；此后本协会这一类线索的认定和函件都引用它，不能收回。")
    return Foretold(does % {"citation": anchor.citation if anchor is not None else ""})


def _tells_officer(_request: Any, _lead: Lead) -> Foretold:
    return Foretold(_("指定之后，只有承办人能看到线索的内容。"), [_("承办人，站内和邮件")])


def _before_recusal(_request: Any, _lead: Lead) -> Foretold:
    return Foretold(_("与机构或者当事人有利害关系的，应当回避。回避之后不再由您承办这件线索。"))


def _before_decision(_request: Any, lead: Lead) -> Foretold:
    tells = []
    if lead.institution_id is not None:
        tells.append(
            _("按公约处理的：%(institution)s的人员，只含查实的事实和措施") % {"institution": lead.institution}
        )
    return Foretold(_("处理结果登记后不能更改。机构不会知道是谁提供的线索。"), tells)


def _before_hearing(_request: Any, lead: Lead) -> Foretold:
    tells = [_("%(institution)s的人员，只含拟认定的事实和措施") % {"institution": lead.institution}]
    return Foretold(_("机构可以在期限内陈述意见，不会知道是谁提供的线索。核查期限继续计算。"), tells)


def _may_hear(lead: Lead) -> bool:
    if lead.state != LeadState.VERIFYING or lead.institution_id is None:
        return False
    return not lead.hearings.filter(state__in=WAITING).exists()


def _before_referral(_request: Any, _lead: Lead) -> Foretold:
    return Foretold(_("按下列内容生成移送函（PDF）。函中不含线索提供人的身份，内容生成后不能更改。"))


def _before_unmasking(_request: Any, _lead: Lead) -> Foretold:
    return Foretold(_("仅限办理确有需要时查看。谁在何时为何查看，都会记入办理记录。"))


def _before_archive(_request: Any, _lead: Lead) -> Foretold:
    return Foretold(_("归档后不能再办理；保存期满，线索的内容、材料和提供人的信息将被删除。"))


def _has_no_institution(lead: Lead) -> bool:
    return lead.institution_id is None and lead.state in NOT_YET_ARCHIVED


def _may_be_extended(lead: Lead) -> bool:
    return lead.state == LeadState.VERIFYING and lead.extended_on is None


def _waits_for_receipt(lead: Lead) -> bool:
    return bool(
        lead.outcome == LeadState.REFERRED and lead.referrals.filter(received_on__isnull=True).exists()
    )


def _is_named(lead: Lead) -> bool:
    return not lead.is_anonymous and lead.retired_on is None


def _has_material(lead: Lead) -> bool:
    return bool(lead.retired_on is None and lead.evidence.exists())


OBJECT = (
    Deed("screen", gettext_lazy("通过筛查"), may("screen_lead"), _screen, form=forms.ScreenForm, fits=at(LeadState.SUBMITTED), main=True, foretells=foretelling(gettext_lazy("线索进入待指定承办人，核查期限从今天起算；提供人凭回执码看到进度。"))),
    Deed("assign", gettext_lazy("指定承办人"), may("assign_lead_officer"), _assign, form=forms.OfficerForm, fits=at(LeadState.SCREENED, LeadState.VERIFYING, *DECIDED), foretells=_tells_officer, main=True),
    Deed("ask", gettext_lazy("向提供人提问"), may("ask_informant"), _ask, form=forms.SayForm, fits=at(*LEAD_OPEN), foretells=foretelling(gettext_lazy("问题放在提供人凭回执码打开的页面上，等其答复；不发邮件，也不让机构知道。"))),
    Deed("anchor", gettext_lazy("核实法律依据"), may("confirm_lead_anchor"), _confirm_anchor, form=forms.ConfirmAnchorForm, fits=_anchor_waits, foretells=_before_confirming),
    Deed("identify", gettext_lazy("认定机构"), may("identify_lead_institution"), _identify, form=forms.IdentifyForm, fits=_has_no_institution, foretells=foretelling(gettext_lazy("把提供人写的名称对应到登记册里的一家机构，认定后不能再改；机构不会知道。"))),
    Deed("extend", gettext_lazy("延长核查"), may("extend_lead_check"), _extend, form=forms.ReasonForm, fits=_may_be_extended, foretells=foretelling(gettext_lazy("核查期限按规则延长一次，理由记入办理记录；提供人凭回执码看到新的期限。"))),
    Deed("refer", gettext_lazy("移送主管部门"), may("refer_lead"), _refer, form=forms.ReferForm, fits=at(LeadState.VERIFYING), foretells=_before_referral),
    Deed("hear", gettext_lazy("听取机构的意见"), may("hear_institution"), _hear, form=forms.HearForm, fits=_may_hear, foretells=_before_hearing),
    Deed("decide", gettext_lazy("作出处理"), may("decide_lead"), _decide, form=forms.DecideForm, fits=at(LeadState.VERIFYING), foretells=_before_decision),
    Deed("receipt", gettext_lazy("登记签收"), may("record_referral_receipt"), _receipt, form=forms.ReferralReceiptForm, fits=_waits_for_receipt, foretells=foretelling(gettext_lazy("登记主管部门哪一天签收移送函，记入线索的经过。"))),
    Deed("finding", gettext_lazy("登记主管部门的认定"), may("record_lead_finding"), _finding, form=forms.FindingForm, fits=lambda lead: lead.outcome == LeadState.REFERRED and not hasattr(lead, "finding"), foretells=foretelling(gettext_lazy("登记主管部门对移送事项的认定，登记后不能更改。"))),
    Deed("complaint", gettext_lazy("由线索立案"), may("file_from_lead"), _complaint, form=forms.ComplaintForm, fits=_can_become_complaint, foretells=_before_complaint),
    Deed("feedback", gettext_lazy("反馈处理结果"), may("give_lead_feedback"), _feedback, form=forms.SayForm, fits=at(*DECIDED), main=True, foretells=foretelling(gettext_lazy("反馈放在提供人凭回执码打开的页面上，不能收回；机构看不到。"))),
    Deed("archive", gettext_lazy("归档"), may("archive_lead"), _archive, fits=at(LeadState.FED_BACK, *DECIDED), foretells=_before_archive),
    Deed("unmask", gettext_lazy("查看提供人身份"), may("unmask_informant"), _unmask, form=forms.ReasonForm, fits=_is_named, foretells=_before_unmasking),
    Deed("original", gettext_lazy("申请启封原件"), may("request_lead_original"), _original, form=forms.OriginalForm, fits=_has_material, foretells=foretelling(gettext_lazy("只登记启封申请，原件还不打开；另一人批准后24小时内由您本人打开。"), gettext_lazy("秘书处其他人员和评定委员会主任（与所涉案件有利害关系的除外），站内和邮件"))),
    Deed("recuse", gettext_lazy("申请回避"), may("recuse_from_lead"), _recuse, form=forms.ReasonForm, fits=at(*LEAD_OPEN), foretells=_before_recusal, danger=True),
)  # fmt: skip
