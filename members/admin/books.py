"""Staff desk of 会员工作簿: looked at, decided, mended and loaded again; and everything as one file."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association.actors import Actor
from association.choices import BatchState
from association.deeds import Cell, Deed, Done, Foretold, Table, turn_of
from association.language import translated
from association.staff_desk import DeskAdmin
from members import operations
from members.access import MAY, books_visible_to
from members.documents.books import member_book_template
from members.forms.books import BookForm
from members.models import MemberBook
from members.queries.books import faults_of, has_error_file, job_of, sheet_counts, waits
from members.rules.book import COLUMNS, TITLES

FAULTS = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _may_import(actor: Actor) -> bool:
    return actor.may(MAY, "import_members")


def _may_export(actor: Actor) -> bool:
    return actor.may(MAY, "export_members")


def _file(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{name}.xlsx')}"
    response["Cache-Control"] = "private, no-store"
    return response


def _look(request: Any, _obj: None, form: Any) -> Done:
    given = form.cleaned_data
    book = operations.look_at_book(
        actor=request.actor,
        data=given["file"].read(),
        filename=given["file"].name,
        source=given["source"],
        known_on=given["known_on"],
    )
    return Done(_("已检查，还没有导入。请看结果，再决定。"), _page_of(book))


def _page_of(book: MemberBook) -> str:
    return reverse("admin:members_memberbook_change", args=[book.pk])


def _columns(_request: Any, _obj: None) -> Foretold:
    rows = [
        (
            translated(TITLES[sheet]),
            "、".join(translated(one.label) for one in columns.values() if one.needed),
            "、".join(translated(one.label) for one in columns.values() if not one.needed),
        )
        for sheet, columns in COLUMNS.items()
    ]
    does = _("只检查工作簿，逐表逐行告诉您哪些是新的、哪些已有、哪些有误；现在不写入任何会员资料。")
    note = _("每列怎么填，见空白工作簿的最后一张工作表。")
    table = Table(_("工作表和列"), (_("工作表"), _("必填"), _("可以不填")), rows, note=note)
    return Foretold(does, tables=[table])


def _load(request: Any, book: MemberBook, _form: Any) -> Done:
    operations.begin_loading_book(actor=request.actor, book_id=book.pk)
    return Done(_("已开始导入，可以离开本页。"))


def _before_loading(_request: Any, book: MemberBook) -> Foretold:
    told = _(
        "可以导入的%(good)d行写入名录、会籍和任职，不能撤销；登记册随即更新，现在的会员生成会员证书。"
        "有误的%(bad)d行留在这里，等您改好再传。已有的记载不改。"
    )
    return Foretold(told % {"good": book.good, "bad": book.bad})


def _discard(request: Any, book: MemberBook, _form: Any) -> Done:
    operations.discard_book(actor=request.actor, book_id=book.pk)
    return Done(_("已放弃，没有导入任何内容。"))


def _before_discarding(_request: Any, _book: MemberBook) -> Foretold:
    return Foretold(_("文件和其中的内容不再保留，没有导入任何内容。"))


def _errors(request: Any, book: MemberBook, _form: None) -> HttpResponse:
    return _file(operations.book_errors(actor=request.actor, book_id=book.pk), _("会员工作簿有误的行"))


def _template(_request: Any, _obj: None, _form: None) -> HttpResponse:
    return _file(member_book_template(), _("会员工作簿模板"))


def _export(request: Any, _obj: None, _form: None) -> HttpResponse:
    return _file(operations.export_members(actor=request.actor), _("会员工作簿"))


@admin.register(MemberBook)
class MemberBookAdmin(DeskAdmin):
    ordering = ("-pk",)
    lead = gettext_lazy(
        "一个工作簿带入机构、曾用名、会籍和任职：先试导入，看过结果再决定；有误的行可以下载、改好、再传一次。"
    )
    list_display = ("file_name", "uploaded_at", "uploaded_by", "state", "rows", "loaded", "bad")
    list_filter = ("state",)
    list_select_related = ("uploaded_by",)
    facts = (
        "file_name", "state", "source", "known_on", "rows", "good", "same", "bad", "loaded", "uploaded_by",
        "uploaded_at", "decided_by", "decided_at",
    )  # fmt: skip
    list_deeds = (
        Deed(
            "look",
            gettext_lazy("导入会员工作簿"),
            _may_import,
            _look,
            form=BookForm,
            foretells=_columns,
            main=True,
        ),
        Deed("template", gettext_lazy("下载空白工作簿"), _may_import, _template, reads=True),
        Deed(
            "export",
            gettext_lazy("导出全部会员资料"),
            _may_export,
            _export,
            reads=True,
            step_up=True,
        ),
    )
    deeds = (
        Deed(
            "load",
            gettext_lazy("确认导入"),
            _may_import,
            _load,
            fits=lambda book: bool(book.good) and waits(book),
            foretells=_before_loading,
            step_up=True,
            main=True,
        ),
        Deed(
            "go-on",
            gettext_lazy("接着导入"),
            _may_import,
            _load,
            fits=lambda book: book.state == BatchState.LOADING,
            foretells=_before_loading,
            step_up=True,
        ),
        Deed(
            "errors",
            gettext_lazy("下载有误的行（Excel）"),
            _may_import,
            _errors,
            fits=has_error_file,
            reads=True,
            step_up=True,
        ),
        Deed(
            "discard",
            gettext_lazy("放弃这个文件"),
            _may_import,
            _discard,
            fits=waits,
            foretells=_before_discarding,
            danger=True,
        ),
    )

    def get_queryset(self, request: Any) -> QuerySet[MemberBook]:
        return books_visible_to(request.actor).select_related("uploaded_by", "decided_by")

    def lead_of(self, _request: Any, obj: MemberBook) -> Any:
        if obj.state == BatchState.CHECKED:
            return _("只检查过，还没有导入任何内容，等您决定。")
        if obj.state == BatchState.LOADING:
            return _("正在导入，可以离开本页；如果长时间不动，可以接着导入，已导入的不会重复。")
        return ""

    def tables(self, request: Any, obj: MemberBook) -> Sequence[Table]:
        counts = [
            (translated(one.title), one.new, one.change, one.same, one.wrong) for one in sheet_counts(obj)
        ]
        job = job_of(obj)
        sheets = Table(
            _("逐表结果"),
            (_("工作表"), _("新的"), _("将变更"), _("已有且相同"), _("有误")),
            counts,
            more=(_("导入进度"), reverse("job", args=[job.pk])) if job else None,
        )
        return [sheets, self._faults(request, obj)]

    def _faults(self, request: Any, obj: MemberBook) -> Table:
        pages = Paginator(faults_of(obj), FAULTS)
        page = pages.get_page(request.GET.get("faults"))
        return Table(
            _("有误的行"),
            (_("工作表"), _("行"), _("列"), _("问题")),
            [
                (
                    translated(TITLES[fault.sheet]),
                    fault.line,
                    translated(fault.column),
                    Cell(fault.sentence_here),
                )
                for fault in page.object_list
            ],
            empty=_("没有有误的行。"),
            note=_(
                "下载的工作簿里每行写着原因；改好后直接上传，改过的行才会导入，别的不会重复。下载会留下记录。"
            )
            if obj.bad
            else "",
            turn=turn_of(page, "faults"),
        )
