"""入会申请, 会籍 and 职务 on the staff desk."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from association import clock
from association.actors import Actor
from association.deeds import Cell, Deed, Done, Foretold, Table, foretelling
from association.language import translated
from association.moments import last_day
from association.rules.clock import beijing
from association.staff_desk import DeskAdmin
from members import operations
from members.access import MAY, applications_visible_to, offices_visible_to, terms_visible_to
from members.choices.membership import APPLICATION_OPEN, ApplicationState
from members.forms import staff as forms
from members.models import MembershipApplication, MembershipTerm, OfficeTerm
from members.queries.membership import holding_on


def may(action: str) -> Any:
    return lambda actor: actor.may(MAY, action)


def at(*states: ApplicationState) -> Any:
    return lambda application: application.state in states


def _take_up(request: Any, application: MembershipApplication, _form: Any) -> Done:
    operations.take_up_application(actor=request.actor, application_id=application.pk)
    return Done(_("已开始审查，由您负责。"))


def _supplement(request: Any, application: MembershipApplication, form: Any) -> Done:
    operations.ask_supplement(actor=request.actor, application_id=application.pk, **form.cleaned_data)
    return Done(_("补正清单已告知申请机构。"))


def _put_to_vote(request: Any, application: MembershipApplication, form: Any) -> Done:
    vote = operations.open_council_vote(
        actor=request.actor, application_id=application.pk, **form.cleaned_data
    )
    address = reverse("admin:members_councilvote_change", args=[vote.pk])
    return Done(_("已提交理事会表决，并已通知理事会成员。"), address)


def _tells_institution(_request: Any, application: MembershipApplication) -> Foretold:
    told = _("%(name)s的人员：补正清单和期限") % {"name": application.institution}
    return Foretold(_("补正只能告知一次；申请机构补正期间，审查的期限中止。"), [told])


def _tells_council(_request: Any, _application: MembershipApplication) -> Foretold:
    return Foretold(
        _("与申请机构有任职关系的理事会成员自动回避。表决按今天生效的章程参数计票。"),
        [_("其他理事会成员：请参加表决")],
    )


class OpenFilter(admin.SimpleListFilter):
    title = gettext_lazy("是否办结")
    parameter_name = "open"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("办理中")), ("no", _("已办结"))]

    def queryset(self, _request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        states = sorted(APPLICATION_OPEN)
        if self.value() == "yes":
            return queryset.filter(state__in=states)
        return queryset.exclude(state__in=states) if self.value() == "no" else queryset


@admin.register(MembershipApplication)
class ApplicationAdmin(DeskAdmin):
    lead = gettext_lazy("入会申请：审查，一次性告知补正，提交理事会表决。草稿只有申请机构看得到。")
    list_display = ("number", "institution", "field", "state", "submitted_at", "reviewer")
    list_filter = (OpenFilter, "state", "field")
    search_fields = ("institution__name", "=institution__uscc", "=id")
    search_help_text = gettext_lazy("机构名称、统一社会信用代码；或者编号末尾的数字")
    list_select_related = ("institution", "reviewer")
    facts = (
        "number", "institution", "state", "field", "licence_number", "tier", "statement", "submitted_at", "applicant",
        "reviewer", "supplement_asked_at", "supplement_answer", "opinion", "decision", "decided_at",
    )  # fmt: skip
    deeds = (
        Deed("take-up", gettext_lazy("开始审查"), may("review_application"), _take_up, fits=at(ApplicationState.APPLYING), main=True, foretells=foretelling(gettext_lazy("申请进入审查，由您负责；申请机构在会籍页面看到进度。"))),
        Deed("vote", gettext_lazy("提交理事会表决"), may("open_council_vote"), _put_to_vote, form=forms.OpinionForm, fits=at(ApplicationState.UNDER_REVIEW), foretells=_tells_council, main=True),
        Deed("supplement", gettext_lazy("告知补正"), may("review_application"), _supplement, form=forms.SupplementForm, fits=lambda one: one.state == ApplicationState.UNDER_REVIEW and one.supplement_asked_at is None, foretells=_tells_institution),
    )  # fmt: skip

    def get_queryset(self, request: Any) -> QuerySet[MembershipApplication]:
        rows = applications_visible_to(request.actor).filter(submitted_at__isnull=False)
        return rows.select_related("institution", "reviewer", "applicant").order_by("-pk")

    @admin.display(description=pgettext_lazy("case", "编号"), ordering="pk")
    def number(self, application: MembershipApplication) -> str:
        return application.number

    def tables(self, request: Any, obj: MembershipApplication) -> Sequence[Table]:
        doubts = [(translated(sentence),) for sentence in obj.doubts]
        return [
            *([Table(_("提交时的提示"), (_("内容"),), doubts)] if doubts else []),
            _files(request.actor, obj),
            Table(_("补正清单"), (_("内容"),), [(item,) for item in obj.supplement_items]),
            _votes(obj),
        ]


def _files(actor: Actor, application: MembershipApplication) -> Table:
    rows = application.evidence.select_related("attachment")
    return Table(
        _("申请材料"),
        (_("种类"), _("文件"), _("提交时间")),
        [
            (row.get_kind_display(), _file(actor, application, row), beijing(row.added_at).date())
            for row in rows
        ],
    )


def _file(actor: Actor, application: MembershipApplication, row: Any) -> Cell:
    address = reverse("application_file", args=[application.pk, row.attachment_id])
    return Cell(row.attachment.name, address if actor.opens_files else "")


def _votes(application: MembershipApplication) -> Table:
    return Table(
        _("理事会表决"),
        (_("表决"), _("状态"), _("截止")),
        [
            (
                Cell(str(vote), reverse("admin:members_councilvote_change", args=[vote.pk])),
                vote.get_state_display(),
                last_day(vote.ends_at),
            )
            for vote in application.votes.select_related("institution")
        ],
    )


class HoldsFilter(admin.SimpleListFilter):
    title = gettext_lazy("今天")
    parameter_name = "today"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("在册")), ("no", _("不在册"))]

    def queryset(self, _request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        held = holding_on(clock.today())
        if self.value() == "yes":
            return queryset.filter(held)
        return queryset.exclude(held) if self.value() == "no" else queryset


def _institution_page(row: Any) -> Table:
    address = reverse("admin:members_institution_change", args=[row.institution_id])
    return Table(_("机构"), (_("名称"),), [(Cell(str(row.institution), address),)])


@admin.register(MembershipTerm)
class TermAdmin(DeskAdmin):
    lead = gettext_lazy(
        "会籍按日登记，更正时写新的一条，旧的仍然保留；这里是现在所知的会籍。办理在机构的页面上。"
    )
    list_display = ("institution", "tier", "state", "from_on", "until_on", "ending")
    list_filter = (HoldsFilter, "state", "tier", "ending")
    search_fields = ("institution__name", "=institution__uscc")
    search_help_text = gettext_lazy("机构名称、统一社会信用代码")
    list_select_related = ("institution",)
    ordering = ("-pk",)
    facts = (
        "institution",
        "tier",
        "state",
        "from_on",
        "until_on",
        "ending",
        "reason",
        "recorded_at",
        "superseded_at",
    )

    def get_queryset(self, request: Any) -> QuerySet[MembershipTerm]:
        return (
            terms_visible_to(request.actor).filter(superseded_at__isnull=True).select_related("institution")
        )

    def tables(self, _request: Any, obj: MembershipTerm) -> Sequence[Table]:
        return [_institution_page(obj)]


def _leave_office(request: Any, term: OfficeTerm, form: Any) -> Done:
    ended = operations.end_office(actor=request.actor, office_id=term.pk, **form.cleaned_data)
    return Done(_("离任已登记。"), reverse("admin:members_officeterm_change", args=[ended.pk]))


@admin.register(OfficeTerm)
class OfficeAdmin(DeskAdmin):
    shows_people, lists_people = True, False
    lead = gettext_lazy("理事、监事等职务的任期；同一机构的任期不重叠。登记在机构的页面上。")
    list_display = ("institution", "office", "from_on", "until_on")
    list_filter = (HoldsFilter, "office")
    search_fields = ("institution__name", "=institution__uscc")
    search_help_text = gettext_lazy("机构名称、统一社会信用代码")
    list_select_related = ("institution",)
    ordering = ("-pk",)
    facts = ("institution", "office", "person_name", "from_on", "until_on", "basis", "recorded_at")
    deeds = (
        Deed(
            "leave",
            gettext_lazy("登记离任"),
            may("give_office"),
            _leave_office,
            form=forms.LeaveOfficeForm,
            fits=lambda term: term.until_on is None or term.until_on >= clock.today(),
            foretells=foretelling(gettext_lazy("职务到所填的日期终止，登记册和大事记随之更新。")),
        ),
    )

    def get_queryset(self, request: Any) -> QuerySet[OfficeTerm]:
        return (
            offices_visible_to(request.actor).filter(superseded_at__isnull=True).select_related("institution")
        )

    def tables(self, _request: Any, obj: OfficeTerm) -> Sequence[Table]:
        return [_institution_page(obj)]
