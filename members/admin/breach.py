"""违反公约 on the staff desk: from the allegation to its end, each step a button."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association.deeds import Cell, Deed, Done, Foretold, Table, foretelling
from association.downloads import download
from association.models.identity import name_here
from association.notices import people_of
from association.rules.clock import beijing
from association.staff_desk import DeskAdmin
from members import operations
from members.access import MAY, breaches_visible_to
from members.choices.breach import BREACH_OPEN, TOLD_TO_MEMBERS, BreachSource, BreachState, Sanction
from members.forms import breach as forms
from members.models import PledgeBreach
from members.operations.reading import read_defence_paper


def may(action: str) -> Any:
    return lambda actor: actor.may(MAY, action)


def at(*states: BreachState) -> Any:
    return lambda breach: breach.state in states


def _allege(request: Any, _obj: None, form: Any) -> Done:
    values = form.cleaned_data
    breach = operations.allege_breach(
        actor=request.actor, institution_id=values.pop("institution").pk, **values
    )
    return Done(_("已提出，请告知机构。"), reverse("admin:members_pledgebreach_change", args=[breach.pk]))


def _drop(request: Any, breach: PledgeBreach, form: Any) -> Done:
    operations.drop_breach(actor=request.actor, breach_id=breach.pk, **form.cleaned_data)
    return Done(_("已撤销，机构没有收到过告知。"))


def _notice(request: Any, breach: PledgeBreach, form: Any) -> Done:
    operations.notice_breach(actor=request.actor, breach_id=breach.pk, **form.cleaned_data)
    return Done(_("已告知机构，申辩期限开始计算。"))


def _hear(request: Any, breach: PledgeBreach, form: Any) -> Done:
    operations.hear_breach(actor=request.actor, breach_id=breach.pk, **form.cleaned_data)
    return Done(_("已登记听取申辩，请拟定决定。"))


def _register(request: Any, breach: PledgeBreach, form: Any) -> Done:
    operations.register_defence(actor=request.actor, breach_id=breach.pk, **form.cleaned_data)
    return Done(_("已登记书面申辩，请听取后拟定决定。"))


def _paper(request: Any, breach: PledgeBreach, _form: Any) -> Any:
    return download(read_defence_paper(actor=request.actor, breach_id=breach.pk))


def _propose(request: Any, breach: PledgeBreach, form: Any) -> Done:
    operations.propose_decision(actor=request.actor, breach_id=breach.pk, **form.cleaned_data)
    return Done(_("决定已拟定，由另一人作出。"))


def _decide(request: Any, breach: PledgeBreach, form: Any) -> Done:
    decision = operations.decide_breach(actor=request.actor, breach_id=breach.pk, **form.cleaned_data)
    return Done(_("已作出决定：%(what)s。") % {"what": decision.get_sanction_display()})


def _send_back(request: Any, breach: PledgeBreach, form: Any) -> Done:
    operations.send_back_decision(actor=request.actor, breach_id=breach.pk, **form.cleaned_data)
    return Done(_("已退回拟定人。"))


def _rectified(request: Any, breach: PledgeBreach, form: Any) -> Done:
    operations.confirm_rectified(actor=request.actor, breach_id=breach.pk, **form.cleaned_data)
    return Done(_("已登记整改完成。"))


def _close(request: Any, breach: PledgeBreach, form: Any) -> Done:
    operations.close_breach(actor=request.actor, breach_id=breach.pk, **form.cleaned_data)
    return Done(_("已办结。"))


def _tells(_request: Any, breach: PledgeBreach) -> Foretold:
    if not people_of(institution_id=breach.institution_id):
        return Foretold(_("该机构没有账号：申辩期限从书面送达之日起算，申辩以书面登记。"))
    told = _("%(name)s的人员：内容和申辩的期限") % {"name": breach.institution}
    return Foretold(_("告知后申辩期限从今天起算，机构在自己的页面看到事实和条款。"), [told])


EFFECTS = {
    Sanction.NONE: gettext_lazy("这件事项终止。"),
    Sanction.RECTIFICATION: gettext_lazy("整改期限从今天起算；到期未整改的，另行告知。"),
    Sanction.DOWNGRADE: gettext_lazy("会员级别从今天起降低，写入大事记。"),
    Sanction.EXPULSION: gettext_lazy("随即提请理事会表决除名。"),
}


def _before_decision(_request: Any, breach: PledgeBreach) -> Foretold:
    if not breach.sanction:
        return Foretold(_("现在没有拟定的决定等待办理。"))
    told = _("决定：%(what)s。拟定人：%(who)s。须由另一人作出，作出后立即生效。")
    who = name_here(breach.proposed_by_id) if breach.proposed_by_id else ""
    sanction = Sanction(breach.sanction)
    does = [told % {"what": breach.get_sanction_display(), "who": who}, str(EFFECTS.get(sanction, ""))]
    tells = [_("%(name)s的人员：决定、理由和依据") % {"name": breach.institution}]
    if not people_of(institution_id=breach.institution_id):
        tells = []
        does.append(_("该机构没有账号，决定请书面送达。"))
    if sanction in TOLD_TO_MEMBERS:
        tells.append(_("其他会员的机构管理员：机构名称、条款和决定"))
    if sanction == Sanction.EXPULSION:
        tells.append(_("理事会成员：请表决"))
    return Foretold("".join(does), tells)


def _waits_for_defence(breach: PledgeBreach) -> bool:
    return breach.state == BreachState.NOTICED and breach.defended_at is None


# Pages of the app above that handed it down; whoever may not see the case there is told so there.
SOURCE_PAGES = {BreachSource.LEAD: "admin:complaints_lead_change", BreachSource.COMPLAINT: "case"}


class OpenFilter(admin.SimpleListFilter):
    title = gettext_lazy("是否办结")
    parameter_name = "open"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("办理中")), ("no", _("已办结"))]

    def queryset(self, _request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        states = sorted(BREACH_OPEN)
        if self.value() == "yes":
            return queryset.filter(state__in=states)
        return queryset.exclude(state__in=states) if self.value() == "no" else queryset


@admin.register(PledgeBreach)
class BreachAdmin(DeskAdmin):
    shows_people, lists_people = True, False
    lead = gettext_lazy("违反自律公约：提出，告知，听取申辩，由两人决定，整改或者办结。只对签署公约的会员。")
    list_display = ("number", "institution", "clause", "state", "source", "alleged_at")
    list_filter = (OpenFilter, "state", "source")
    search_fields = ("institution__name", "=institution__uscc", "=id")
    search_help_text = gettext_lazy("机构名称、统一社会信用代码；或者编号末尾的数字")
    list_select_related = ("institution", "clause")
    ordering = ("-pk",)
    facts = (
        "number", "institution", "clause", "clause_text", "state", "found_in", "facts", "alleged_at", "turn", "notice",
        "noticed_at", "service", "served_on", "defence", "received_on", "hearing", "heard_at", "sanction", "grounds",
        "charter_clause", "tier", "proposed_at", "outcome", "closed_at",
    )  # fmt: skip
    list_deeds = (
        Deed("allege", gettext_lazy("提出违约"), may("allege_breach"), _allege, form=forms.AllegeForm, main=True, foretells=foretelling(gettext_lazy("登记一件违约事项；告知以前机构不会知道。"))),
    )  # fmt: skip
    deeds = (
        Deed("notice", gettext_lazy("告知机构"), may("handle_breach"), _notice, form=forms.NoticeForm, fits=at(BreachState.ALLEGED, BreachState.RECTIFYING), foretells=_tells, main=True),
        Deed("register", gettext_lazy("登记书面申辩"), may("handle_breach"), _register, form=forms.PaperDefenceForm, fits=_waits_for_defence, foretells=foretelling(gettext_lazy("按机构的书面申辩登记，不能更改，申辩期限停止。"))),
        Deed("paper", gettext_lazy("查看书面申辩"), may("handle_breach"), _paper, fits=lambda breach: breach.paper_id is not None, reads=True),
        Deed("hear", gettext_lazy("登记听取申辩"), may("handle_breach"), _hear, form=forms.HearingForm, fits=at(BreachState.NOTICED), main=True, foretells=foretelling(gettext_lazy("记下听取的情况，作出决定的期限从今天起算。"))),
        Deed("propose", gettext_lazy("拟定决定"), may("decide_breach"), _propose, form=forms.ProposeForm, fits=at(BreachState.HEARD), main=True, foretells=foretelling(gettext_lazy("拟定的决定等待另一人作出，在此之前没有效力。"))),
        Deed("decide", gettext_lazy("作出决定"), may("decide_breach"), _decide, form=forms.DecideForm, fits=at(BreachState.PROPOSED), foretells=_before_decision, main=True, step_up=True),
        Deed("send-back", gettext_lazy("退回拟定人"), may("decide_breach"), _send_back, form=forms.SendBackForm, fits=at(BreachState.PROPOSED), foretells=foretelling(gettext_lazy("拟定的决定作废，可以另行拟定。"), gettext_lazy("拟定人：退回的理由"))),
        Deed("rectified", gettext_lazy("登记整改完成"), may("handle_breach"), _rectified, form=forms.OutcomeForm, fits=at(BreachState.RECTIFYING), foretells=foretelling(gettext_lazy("整改期限停止，记为已整改。"), gettext_lazy("该机构的人员，站内和邮件"))),
        Deed("close", gettext_lazy("办结"), may("handle_breach"), _close, form=forms.OutcomeForm, fits=at(BreachState.SANCTIONED, BreachState.RECTIFIED), foretells=foretelling(gettext_lazy("这件事项办结，不能再改。"))),
        Deed("drop", gettext_lazy("撤销提出"), may("handle_breach"), _drop, form=forms.DropForm, fits=at(BreachState.ALLEGED), danger=True, foretells=foretelling(gettext_lazy("这件事项终止，机构不会知道。"))),
    )  # fmt: skip

    def get_queryset(self, request: Any) -> QuerySet[PledgeBreach]:
        return breaches_visible_to(request.actor).select_related("institution", "clause").order_by("-pk")

    @admin.display(description=gettext_lazy("编号"), ordering="pk")
    def number(self, breach: PledgeBreach) -> str:
        return breach.number

    @admin.display(description=gettext_lazy("来源"))
    def found_in(self, breach: PledgeBreach) -> Any:
        page = SOURCE_PAGES.get(BreachSource(breach.source))
        if page is None:
            return breach.get_source_display()
        return format_html(
            '<a href="{}">{}</a>', reverse(page, args=[breach.source_id]), breach.get_source_display()
        )

    @admin.display(description=gettext_lazy("条款的内容"))
    def clause_text(self, breach: PledgeBreach) -> str:
        return breach.clause.text

    def tables(self, _request: Any, obj: PledgeBreach) -> Sequence[Table]:
        rows = [
            (
                row.turn,
                Cell(row.get_sanction_display(), reverse("breach_decision", args=[obj.pk, row.turn])),
                row.grounds,
                row.charter_clause,
                beijing(row.decided_at).date(),
            )
            for row in obj.decisions.all()
        ]
        note = _("点击决定下载决定书（PDF）；机构没有账号的，打印送达。")
        return [
            Table(
                _("已作出的决定"),
                (_("次数"), _("决定"), _("理由"), _("章程的条款"), _("日期")),
                rows,
                note=note,
            )
        ]
