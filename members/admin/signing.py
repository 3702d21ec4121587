"""签署自律公约 on the staff desk: the ceremony, signatures on paper, and who has signed."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association.deeds import Cell, Deed, Done, Foretold, Table, foretelling
from association.downloads import download
from association.moments import until
from association.staff_desk import DeskAdmin
from members import operations
from members.access import MAY, ceremonies_visible_to, papers_visible_to, signatures_visible_to
from members.choices.pledge import CeremonyState, PaperState
from members.forms import pledge as forms
from members.models import PledgeCeremony, PledgePaper, PledgeSignature
from members.operations.reading import read_pledge_scan
from members.queries.pledge import newest_version, unsigned_members

MOST_SHOWN = 200


def may(action: str) -> Any:
    return lambda actor: actor.may(MAY, action)


def _open(request: Any, _obj: None, form: Any) -> Done:
    ceremony = operations.open_signing(actor=request.actor, **form.cleaned_data)
    address = reverse("admin:members_pledgeceremony_change", args=[ceremony.pk])
    return Done(_("签署仪式已发起，未签署的会员已收到通知。"), address)


def _before_opening(_request: Any, _obj: None) -> Foretold:
    version = newest_version()
    if version is None:
        return Foretold(_("还没有会员大会通过的自律公约，不能发起签署。"))
    waiting = unsigned_members(version).count()
    told = _("签署的文本是%(title)s%(label)s。") % {"title": version.title, "label": version.label}
    return Foretold(told, [_("未签署的%(count)d家会员的机构管理员") % {"count": waiting}])


def _close(request: Any, ceremony: PledgeCeremony, _form: Any) -> Done:
    operations.close_signing(actor=request.actor, ceremony_id=ceremony.pk)
    return Done(_("签署仪式已结束，签署文本稍后可以下载。"))


@admin.register(PledgeCeremony)
class CeremonyAdmin(DeskAdmin):
    lead = gettext_lazy("签署仪式：一次通知全部会员，在期间内由各机构的管理员网上签署；纸质签署另行登记。")
    list_display = ("title", "version", "state", "opens_at", "ends")
    list_filter = ("state",)
    list_select_related = ("version",)
    ordering = ("-pk",)
    facts = ("title", "version", "state", "opens_at", "ends", "closed_at", "signed", "record")
    list_deeds = (
        Deed("open", gettext_lazy("发起签署仪式"), may("open_ceremony"), _open, form=forms.CeremonyForm, foretells=_before_opening, main=True),
    )  # fmt: skip
    deeds = (
        Deed("close", gettext_lazy("结束签署仪式"), may("close_ceremony"), _close, fits=lambda one: one.state == CeremonyState.OPEN, danger=True, foretells=foretelling(gettext_lazy("签署仪式立即结束，不能再网上签署；随后制作包含全部签署的文本。"))),
    )  # fmt: skip

    def get_queryset(self, request: Any) -> QuerySet[PledgeCeremony]:
        return ceremonies_visible_to(request.actor).select_related("version", "record").order_by("-pk")

    @admin.display(description=gettext_lazy("截止时间"), ordering="ends_at")
    def ends(self, ceremony: PledgeCeremony) -> str:
        return until(ceremony.ends_at)

    @admin.display(description=gettext_lazy("已签署"))
    def signed(self, ceremony: PledgeCeremony) -> int:
        return PledgeSignature.objects.filter(version_id=ceremony.version_id).count()

    def tables(self, request: Any, obj: PledgeCeremony) -> Sequence[Table]:
        waiting = unsigned_members(obj.version).select_related("institution").order_by("institution__name")
        rows = [(_institution(row), row.get_tier_display()) for row in waiting[:MOST_SHOWN]]
        more = [(row.title, reverse("pledge_record", args=[row.pk])) for row in [obj] if row.record_id]
        found = [
            Table(_("尚未签署的会员"), (_("机构"), _("级别")), rows, empty=_("全部会员已经签署。")),
        ]
        if more and request.actor.opens_files:
            words = _("签署文本（PDF）")
            found.append(
                Table(_("签署文本"), (_("文件"),), [(Cell(words, address),) for _t, address in more])
            )
        return found


def _institution(row: Any) -> Cell:
    return Cell(str(row.institution), reverse("admin:members_institution_change", args=[row.institution_id]))


def _register(request: Any, _obj: None, form: Any) -> Done:
    values = form.cleaned_data
    paper = operations.register_paper_signature(
        actor=request.actor, institution_id=values.pop("institution").pk, **values
    )
    address = reverse("admin:members_pledgepaper_change", args=[paper.pk])
    return Done(_("纸质签署已登记，由另一人核对后生效。"), address)


def _confirm(request: Any, paper: PledgePaper, _form: Any) -> Done:
    operations.confirm_paper_signature(actor=request.actor, paper_id=paper.pk)
    return Done(_("已核对，签署生效。"))


def _refuse(request: Any, paper: PledgePaper, form: Any) -> Done:
    operations.refuse_paper_signature(actor=request.actor, paper_id=paper.pk, **form.cleaned_data)
    return Done(_("未通过核对，可以重新登记。"))


def _scan(request: Any, paper: PledgePaper, _form: Any) -> Any:
    return download(read_pledge_scan(actor=request.actor, paper_id=paper.pk))


def _before_confirming(_request: Any, paper: PledgePaper) -> Foretold:
    told = _(
        "%(name)s签署%(version)s，签署人%(who)s（%(role)s），签署日期%(day)s。确认后生效，写入大事记，公众页面随即更新；不能更改。"
    )
    return Foretold(
        told
        % {
            "name": paper.institution.name,
            "version": f"{paper.version.title}{paper.version.label}",
            "who": paper.signer_name,
            "role": paper.signer_role,
            "day": paper.signed_on.isoformat(),
        }
    )


def _waits(paper: PledgePaper) -> bool:
    return paper.state == PaperState.WAITING


@admin.register(PledgePaper)
class PaperAdmin(DeskAdmin):
    shows_people, lists_people = True, False
    lead = gettext_lazy("纸质签署：一人按扫描件登记，另一人核对；核对后才算签署。")
    list_display = ("institution", "version", "signed_on", "state", "registered_at")
    list_filter = ("state",)
    search_fields = ("institution__name", "=institution__uscc")
    search_help_text = gettext_lazy("机构名称、统一社会信用代码")
    list_select_related = ("institution", "version")
    ordering = ("-pk",)
    facts = (
        "institution", "version", "signer_name", "signer_role", "signed_on", "state", "registered_at", "decided_at",
        "reason",
    )  # fmt: skip
    list_deeds = (
        Deed("register", gettext_lazy("登记纸质签署"), may("register_paper_signature"), _register, form=forms.PaperForm, main=True, foretells=foretelling(gettext_lazy("按扫描件登记一份纸质签署；由另一人核对后才算签署。"), gettext_lazy("秘书处的其他人员：请核对"))),
    )  # fmt: skip
    deeds = (
        Deed("confirm", gettext_lazy("确认"), may("confirm_paper_signature"), _confirm, fits=_waits, main=True, step_up=True, foretells=_before_confirming),
        Deed("scan", gettext_lazy("查看扫描件"), may("confirm_paper_signature"), _scan, reads=True),
        Deed("refuse", gettext_lazy("不予确认"), may("confirm_paper_signature"), _refuse, form=forms.PaperRefusalForm, fits=_waits, danger=True, foretells=foretelling(gettext_lazy("这份纸质签署不作数，理由写入记录；可以登记更清楚的一份。"))),
    )  # fmt: skip

    def get_queryset(self, request: Any) -> QuerySet[PledgePaper]:
        return papers_visible_to(request.actor).select_related("institution", "version").order_by("-pk")


@admin.register(PledgeSignature)
class SignatureAdmin(DeskAdmin):
    shows_people, lists_people = True, False
    lead = gettext_lazy("每一份签署：文本的指纹、签署人和职务、时间，以及机构当时的会籍。写下后不能更改。")
    list_display = ("institution", "version", "way", "signed_on", "tier")
    list_filter = ("way",)
    search_fields = ("institution__name", "=institution__uscc")
    search_help_text = gettext_lazy("机构名称、统一社会信用代码")
    list_select_related = ("institution", "version")
    ordering = ("-pk",)
    facts = (
        "institution", "version", "sha256", "way", "signer_name", "signer_role", "signed_on", "signed_at", "name",
        "uscc", "tier", "member_state",
    )  # fmt: skip

    def get_queryset(self, request: Any) -> QuerySet[PledgeSignature]:
        return signatures_visible_to(request.actor).select_related("institution", "version").order_by("-pk")

    def tables(self, _request: Any, obj: PledgeSignature) -> Sequence[Table]:
        rows = obj.version.clauses.filter(sha256__in=obj.clauses)
        told = [(str(row), row.text) for row in rows]
        return [Table(_("本次签署的条款"), (_("条"), _("内容")), told, empty=_("没有变动的条款"))]
