"""评估轮次 on the staff desk: lists and the progress board."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association import clock
from association.deeds import Cell, Table, turn_of
from association.moments import minute, until
from association.staff_desk import DeskAdmin
from credit_rating.access import rounds_visible_to
from credit_rating.admin import round_deeds
from credit_rating.choices import Stage, StageKind
from credit_rating.models import Assessment, PublicNotice, Round, RoundStage
from credit_rating.queries.rounds import stages_of, with_progress

ON_BOARD = 100
BOARD = "board"
# Which stages of an assessment mean that a step of the board is behind it.
PASSED = {
    StageKind.SELF_ASSESSMENT: (Stage.SUBMITTED, Stage.SUPPLEMENT),
    StageKind.DISTRICT_REVIEW: (Stage.DISTRICT_REVIEWED,),
    StageKind.REVIEW: (Stage.REVIEWED,),
    StageKind.DETERMINATION: (Stage.DETERMINED, Stage.NOTICED),
}
LATER = (Stage.PUBLIC_NOTICE, Stage.OBJECTION, Stage.PUBLISHED, Stage.SUSPENDED, Stage.EXPIRED)
OUT = (Stage.NOT_FILED, Stage.WITHDRAWN)


@admin.register(Round)
class RoundAdmin(DeskAdmin):
    lead = gettext_lazy("一轮评估：一份定稿的规范、一批受邀机构、依次的环节。")
    list_display = ("title", "year", "state", "standard", "invited", "filed", "not_filed", "published")
    list_filter = ("state", "year")
    search_fields = ("title", "authorising_document")
    facts = (
        "title",
        "year",
        "state",
        "standard",
        "authorising_document",
        "invited",
        "filed",
        "not_filed",
        "published",
    )
    list_deeds = round_deeds.LIST
    deeds = round_deeds.OBJECT

    def get_queryset(self, request: Any) -> QuerySet[Round]:
        return with_progress(rounds_visible_to(request.actor)).order_by("-year", "-pk")

    @admin.display(description=gettext_lazy("受邀"))
    def invited(self, round_: Any) -> int:
        return int(round_.invited)

    @admin.display(description=gettext_lazy("已申报"))
    def filed(self, round_: Any) -> int:
        return int(round_.filed)

    @admin.display(description=gettext_lazy("未申报"))
    def not_filed(self, round_: Any) -> int:
        return int(round_.not_filed)

    @admin.display(description=gettext_lazy("已公布"))
    def published(self, round_: Any) -> int:
        return int(round_.published)

    def tables(self, request: Any, obj: Round) -> Sequence[Table]:
        stages = stages_of(obj.pk)
        return [_windows(stages), _counts(obj), _board(request, obj, stages), _notices(obj)]


def _list_address(round_: Round, **more: str) -> str:
    chosen = "&".join(f"{name}={value}" for name, value in more.items())
    return f"{reverse('admin:credit_rating_assessment_changelist')}?round__id__exact={round_.pk}&{chosen}"


def _windows(stages: Sequence[RoundStage]) -> Table:
    now = clock.now()
    rows = []
    for stage in stages:
        tone = "ok" if stage.opens_at <= now < stage.closes_at else "muted"
        state = _("进行中") if tone == "ok" else _("已截止") if now >= stage.closes_at else _("未开始")
        rows.append(
            (
                stage.get_kind_display(),
                minute(stage.opens_at),
                until(stage.closes_at),
                Cell(state, tone=tone),
            )
        )
    return Table(_("环节"), (_("环节"), _("开始"), _("截止"), _("现在")), rows)


def _counts(round_: Round) -> Table:
    found = dict(
        Assessment.objects.filter(round=round_).order_by().values_list("stage").annotate(n=Count("pk"))
    )
    rows = [
        (Cell(stage.label, _list_address(round_, stage__exact=stage.value)), found[stage])
        for stage in Stage
        if stage in found
    ]
    return Table(_("各步家数"), (_("进度"), _("家数")), rows, empty=_("还没有邀请机构。"))


def _board(request: Any, round_: Round, stages: Sequence[RoundStage]) -> Table:
    """进度看板: institutions by steps, a hundred on a page; the whole list has filters."""
    kinds = [StageKind(stage.kind) for stage in stages]
    rows = (
        Assessment.objects.filter(round=round_)
        .select_related("institution")
        .order_by("institution__name", "pk")
    )
    page = Paginator(rows, ON_BOARD).get_page(request.GET.get(BOARD))
    steps = [kind.label for kind in kinds]
    return Table(
        _("进度看板"),
        (_("机构"), *steps, _("公示与公布"), _("现在")),
        [_line(row, kinds) for row in page.object_list],
        empty=_("还没有邀请机构。"),
        more=(_("全部机构与筛选"), _list_address(round_)),
        turn=turn_of(page, BOARD),
    )


def _line(row: Assessment, kinds: Sequence[StageKind]) -> tuple[Any, ...]:
    page = reverse("admin:credit_rating_assessment_change", args=[row.pk])
    cells = [Cell("●" if done else "○", tone="ok" if done else "muted") for done in steps_done(row, kinds)]
    tone = "danger" if row.stage == Stage.OBJECTION else "muted" if row.stage in OUT else ""
    return (Cell(row.institution.name, page), *cells, Cell(row.get_stage_display(), tone=tone))


def steps_done(row: Assessment, kinds: Sequence[StageKind]) -> list[bool]:
    """For each step of the round and for the publication, whether this assessment is past it."""
    if row.stage in OUT:
        return [False] * (len(kinds) + 1)
    order = [stage for kind in StageKind for stage in PASSED[kind]]
    reached = (
        len(order) if row.stage in LATER else order.index(Stage(row.stage)) if row.stage in order else -1
    )
    done = [order.index(PASSED[kind][0]) <= reached for kind in kinds]
    return [*done, row.stage in {Stage.PUBLISHED, Stage.SUSPENDED, Stage.EXPIRED}]


def _notices(round_: Round) -> Table:
    rows = PublicNotice.objects.filter(round=round_).annotate(shown=Count("assessments")).order_by("-pk")
    return Table(
        _("公示"),
        (_("开始"), _("截止"), _("现列家数"), _("期限计算")),
        [
            (
                minute(row.opens_at),
                Cell(until(row.closes_at), note=_("暂定") if row.provisional else ""),
                row.shown,
                row.arithmetic,
            )
            for row in rows
        ],
        empty=_("还没有公示。"),
    )
