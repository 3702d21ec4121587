"""自律公约 on the staff desk: the text, the flags of its wording, and its adoption."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association import pledge
from association.access import MAY, pledges_visible_to
from association.choices import PledgeState
from association.deeds import Cell, Deed, Done, Foretold, Table, foretelling
from association.models import PledgeVersion
from association.models.identity import name_here
from association.rules.clock import beijing
from association.staff_desk import DeskAdmin
from members import operations
from members.forms import pledge as forms


def may(action: str) -> Any:
    return lambda actor: actor.may(MAY, action)


def is_draft(version: PledgeVersion) -> bool:
    return version.state == PledgeState.DRAFT


def _page(version: PledgeVersion) -> str:
    return reverse("admin:association_pledgeversion_change", args=[version.pk])


def _save(request: Any, _version: Any, form: Any) -> Done:
    draft = pledge.save_pledge_draft(actor=request.actor, **form.cleaned_data)
    waiting = draft.flags.filter(cleared_by__isnull=True).count()
    if not waiting:
        return Done(_("草稿已保存，没有需要核定的用语。"), _page(draft))
    return Done(_("草稿已保存，有%(count)d项用语须由他人核定。") % {"count": waiting}, _page(draft))


def _clear(request: Any, _version: PledgeVersion, form: Any) -> Done:
    pledge.clear_pledge_wording(actor=request.actor, **form.cleaned_data)
    return Done(_("已核定，您的姓名和理由已记录。"))


def _drop(request: Any, version: PledgeVersion, _form: Any) -> Done:
    pledge.drop_pledge_draft(actor=request.actor, version_id=version.pk)
    return Done(_("草稿已放弃，仍可查阅。"))


def _adopt(request: Any, version: PledgeVersion, form: Any) -> Done:
    adopted = operations.adopt_version(actor=request.actor, version_id=version.pk, **form.cleaned_data)
    return Done(_("已登记通过：%(label)s，文本不能再修改。") % {"label": adopted.label})


def _before_adoption(_request: Any, version: PledgeVersion) -> Foretold:
    told = _("通过后文本固定，指纹为%(hash)s，并对外公布。票数须达到章程参数的比例，由系统核对。")
    return Foretold(told % {"hash": version.sha256})


def _has_waiting(version: PledgeVersion) -> bool:
    return is_draft(version) and version.flags.filter(cleared_by__isnull=True).exists()


@admin.register(PledgeVersion)
class PledgeAdmin(DeskAdmin):
    shows_people, lists_people = True, False
    lead = gettext_lazy(
        "自律公约的各个版本：起草，核定用语，登记会员大会通过。通过的文本不能修改，只能有新的版本。"
    )
    list_display = ("title", "number", "state", "met_on", "effective_on", "saved_at")
    list_filter = ("state",)
    ordering = ("-pk",)
    facts = (
        "title", "number", "state", "sha256", "preamble", "saved_at", "meeting", "met_on", "effective_on", "entitled",
        "present", "votes_for", "votes_against", "abstentions", "quorum", "majority", "remark", "adopted_at",
        "in_force_at", "superseded_at",
    )  # fmt: skip
    list_deeds = (
        Deed("draft", gettext_lazy("起草新版本"), may("draft_pledge"), _save, form=forms.PledgeDraftForm, main=True, foretells=foretelling(gettext_lazy("存为草稿并查看用语；有提示的须由他人核定。公众看不到草稿。"), gettext_lazy("有用语提示时：秘书处的其他人员"))),
    )  # fmt: skip
    deeds = (
        Deed("adopt", gettext_lazy("登记会员大会通过"), may("adopt_pledge"), _adopt, form=forms.AdoptForm, fits=is_draft, foretells=_before_adoption, main=True, step_up=True),
        Deed("clear", gettext_lazy("核定用语"), may("clear_pledge_wording"), _clear, form=forms.ClearFlagForm, fits=_has_waiting, main=True, foretells=foretelling(gettext_lazy("这项提示记为已核定，写明您的姓名和理由，不能更改；起草人不能核定自己的用语。"))),
        Deed("edit", gettext_lazy("修改草稿"), may("draft_pledge"), _save, form=forms.PledgeDraftForm, fits=is_draft, foretells=foretelling(gettext_lazy("草稿按新的文本保存并重新查看用语；没有改动的条款，已核定的提示仍然有效。"), gettext_lazy("有用语提示时：秘书处的其他人员"))),
        Deed("drop", gettext_lazy("放弃草稿"), may("draft_pledge"), _drop, fits=is_draft, danger=True, foretells=foretelling(gettext_lazy("草稿不再使用，仍可查阅；可以另行起草。"))),
    )  # fmt: skip

    def get_queryset(self, request: Any) -> QuerySet[PledgeVersion]:
        return (
            pledges_visible_to(request.actor).select_related("quorum_rule", "majority_rule").order_by("-pk")
        )

    @admin.display(description=gettext_lazy("法定人数"))
    def quorum(self, version: PledgeVersion) -> str:
        return f"{version.quorum_rule.share}（{version.quorum_rule.citation}）" if version.quorum_rule else ""

    @admin.display(description=gettext_lazy("通过的条件"))
    def majority(self, version: PledgeVersion) -> str:
        rule = version.majority_rule
        return f"{rule.share}（{rule.citation}）" if rule else ""

    def tables(self, request: Any, obj: PledgeVersion) -> Sequence[Table]:
        clauses = [(str(row), row.text) for row in obj.clauses.all()]
        return [_flags(obj), Table(_("条款"), (_("条"), _("内容")), clauses)]


def _flags(version: PledgeVersion) -> Table:
    rows = version.flags.select_related("clause")
    return Table(
        _("用语提示"),
        (_("条款"), _("提示"), _("依据"), _("核定")),
        [
            (
                Cell(str(row.clause), note=row.excerpt),
                Cell(row.title, note=row.advice),
                row.citation,
                _cleared(row),
            )
            for row in rows
        ],
        empty=_("没有发现可能涉及垄断协议的用语。"),
        note=_("按用语规则自动提示，不是法律意见；没有提示也不说明合法。"),
    )


def _cleared(flag: Any) -> Cell:
    if flag.cleared_by_id is None:
        return Cell(_("未核定"), tone="warn")
    return Cell(
        name_here(flag.cleared_by_id), tone="ok", note=f"{beijing(flag.cleared_at).date()} {flag.reason}"
    )
