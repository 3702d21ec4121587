"""Buttons of 评估规范: each calls one operation."""

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from association.actors import Actor
from association.choices import COMMITTEE_ROLES, REVIEWER_ROLES, STAFF_ROLES
from association.deeds import Deed, Done, Foretold, Table, foretelling
from association.language import translated
from association.notices import people_of
from credit_rating import operations
from credit_rating.access import MAY
from credit_rating.admin import forms
from credit_rating.admin.sheets import ErrorFileForm, attachment, error_file, report_page
from credit_rating.choices import StandardState
from credit_rating.documents import export_indicator_map, export_standard, export_standard_header
from credit_rating.models import AssessmentStandard, Indicator
from credit_rating.operations.reading import note_export
from credit_rating.queries.standards import problems_before_freezing, spec_of
from credit_rating.rules.specification import (
    Aggregation,
    Combine,
    ReviewRule,
    Rounding,
    RoundingMode,
    Veto,
    VetoEffect,
)


def may(action: str) -> Any:
    return lambda actor: actor.may(MAY, action)


def _staff(actor: Actor) -> bool:
    return bool(actor.roles & STAFF_ROLES)


def in_state(*states: str) -> Any:
    return lambda standard: standard.state in states


def standard_address(pk: int) -> str:
    return reverse("admin:credit_rating_assessmentstandard_change", args=[pk])


def indicator_address(pk: int, deed: str) -> str:
    return reverse("admin:credit_rating_indicator_do", args=[pk, deed])


def _import(request: Any, _obj: None, form: Any) -> Done | HttpResponse:
    given = form.cleaned_data
    header = given["header_file"]
    outcome = operations.import_standard(
        actor=request.actor,
        data=given["file"].read(),
        filename=given["file"].name,
        code=given["code"],
        version=given["version"],
        title=given["title"],
        total_points=given["total_points"] or Decimal(100),
        header_data=header.read() if header else None,
        header_filename=header.name if header else "",
        successor_of_id=int(given["successor_of"]) if given["successor_of"] else None,
    )
    if outcome.standard is None:
        return _report(request, form, outcome.errors)
    return Done(_("已导入%(title)s。") % {"title": outcome.standard}, standard_address(outcome.standard.pk))


HOW_TO_IMPORT = gettext_lazy("整份文件没有错误才导入，成为一份编制中的规范；有错误的逐行列出，一行也不导入。")


def _report(request: Any, form: Any, errors: Any) -> HttpResponse:
    deed = next(deed for deed in LIST if deed.name == "import")
    return report_page(request, AssessmentStandard, deed, form, errors)


def _load(request: Any, _obj: None, form: Any) -> Done:
    standard = operations.load_shipped_standard(actor=request.actor, name=form.cleaned_data["name"])
    return Done(_("已载入%(title)s。") % {"title": standard}, standard_address(standard.pk))


def _export(ending: str, header: bool = False) -> Any:  # noqa: FBT001, FBT002 - which of the two sheets
    def run(request: Any, standard: AssessmentStandard, _form: None) -> HttpResponse:
        write = export_standard_header if header else export_standard
        sheet = _("规范信息") if header else _("指标")
        rows = 1 if header else len(spec_of(standard).leaves)
        note_export(actor=request.actor, what="standard", standard=standard, rows=rows)
        return attachment(write(standard, ending), f"{standard.code}-{standard.version}-{sheet}", ending)

    return run


def _settings(request: Any, standard: AssessmentStandard, form: Any) -> Done:
    given = dict(form.cleaned_data)
    successor = given.pop("successor_of")
    rounding = Rounding(given.pop("rounding_digits"), RoundingMode(given.pop("rounding_mode")))
    shares = {name: given.pop(name) for name in ("gap_share", "spread_share", "panel_minimum")}
    review = ReviewRule(**shares, combine=Combine(given.pop("combine")))
    given["aggregation"] = Aggregation(given["aggregation"])
    operations.edit_settings(
        actor=request.actor,
        standard_id=standard.pk,
        successor_of_id=int(successor) if successor else None,
        rounding=rounding,
        review=review,
        **given,
    )
    return Done(_("规范信息已保存。"))


def _bands(request: Any, standard: AssessmentStandard, form: Any) -> Done:
    operations.edit_bands(actor=request.actor, standard_id=standard.pk, bands=form.bands())
    return Done(_("等级分数段已保存。"))


def _map(request: Any, standard: AssessmentStandard, form: Any) -> Done:
    operations.set_indicator_map(actor=request.actor, standard_id=standard.pk, rows=form.map_rows())
    return Done(_("指标对照已保存。"))


def _map_sheet(request: Any, standard: AssessmentStandard, _form: None) -> HttpResponse:
    data, rows = export_indicator_map(standard)
    note_export(actor=request.actor, what="indicator_map", standard=standard, rows=rows)
    return attachment(data, f"{standard.code}-{standard.version}-{_('指标对照')}", "xlsx")


def _map_import(request: Any, standard: AssessmentStandard, form: Any) -> Done | HttpResponse:
    file = form.cleaned_data["file"]
    read = operations.import_indicator_map(
        actor=request.actor, standard_id=standard.pk, data=file.read(), filename=file.name
    )
    if read.errors:
        deed = next(deed for deed in OBJECT if deed.name == "map-import")
        back = standard_address(standard.pk)
        return report_page(request, AssessmentStandard, deed, form, read.errors, back)
    return Done(_("指标对照已保存，共%(count)d行。") % {"count": len(read.rows)})


def _before_map_import(_request: Any, _standard: Any) -> Foretold:
    return Foretold(_("整张对照表换成文件里的内容；新旧两版的每个计分指标恰好出现一次。不发通知。"))


def _ask(request: Any, standard: AssessmentStandard, _form: Any) -> Done:
    operations.send_to_experts(actor=request.actor, standard_id=standard.pk)
    return Done(_("已送专家评审。"))


def _return(request: Any, standard: AssessmentStandard, form: Any) -> Done:
    operations.return_to_draft(actor=request.actor, standard_id=standard.pk, **form.cleaned_data)
    return Done(_("已退回修改。"))


def _freeze(request: Any, standard: AssessmentStandard, form: Any) -> Done:
    operations.freeze_standard(actor=request.actor, standard_id=standard.pk, **form.cleaned_data)
    return Done(_("已定稿，从此不能修改。"))


def _retire(request: Any, standard: AssessmentStandard, form: Any) -> Done:
    operations.retire_standard(actor=request.actor, standard_id=standard.pk, **form.cleaned_data)
    return Done(_("已停用，按它开展过的轮次不受影响。"))


def check_before_freezing(standard: AssessmentStandard) -> Table:
    """What the experts and the freezing would meet, told before either is asked."""
    rows = [(one.where or "—", translated(one.sentence)) for one in problems_before_freezing(standard)]
    return Table(_("定稿前检查"), (_("编号"), _("问题")), rows, empty=_("没有问题。"))


def _tells_experts(_request: Any, standard: AssessmentStandard) -> Foretold:
    count = len(people_of(roles=COMMITTEE_ROLES | REVIEWER_ROLES))
    return Foretold(
        _("送审期间规范不能修改；专家在工作台填写意见。"),
        [_("评定委员会委员与评估员，共%(count)d人") % {"count": count}],
        tables=[check_before_freezing(standard)],
    )


def _before_freezing(_request: Any, standard: AssessmentStandard) -> Foretold:
    does = _("定稿后计算摘要，任何人不能再修改；只有定稿的规范可以用于轮次。")
    return Foretold(does, tables=[check_before_freezing(standard)])


def _how_to_map(_request: Any, _standard: Any) -> Foretold:
    does = _(
        "保存新旧两版的指标对照，定稿以前可以再改。每个计分指标恰好出现一次，编号之间用顿号分开；没有保存过的，先列出系统的建议。"
    )
    return Foretold(does)


def _as_rules_take_it(form: Any) -> dict[str, Any]:
    given = dict(form.cleaned_data)
    if "veto_effect" in given:
        effect, grade = given.pop("veto_effect"), given.pop("veto_grade")
        given["veto"] = Veto(VetoEffect(effect), grade) if effect else None
    return given


def _add_indicator(request: Any, standard: AssessmentStandard, form: Any) -> Done:
    given = _as_rules_take_it(form)
    parent = given.pop("parent")
    row = operations.add_indicator(
        actor=request.actor, standard_id=standard.pk, parent_id=int(parent) if parent else None, **given
    )
    return Done(_("指标%(code)s已增加。") % {"code": row.code})


def _remove_indicator(request: Any, indicator: Indicator, _form: Any) -> Done:
    standard = operations.remove_indicator(actor=request.actor, indicator_id=indicator.pk)
    return Done(_("指标%(code)s已删除。") % {"code": indicator.code}, standard_address(standard.pk))


def _before_removing(_request: Any, indicator: Indicator) -> Foretold:
    does = _("从编制中的规范里删除“%(title)s”，不能恢复；上级的分值随之减少，定稿时总分仍须相符。")
    return Foretold(does % {"title": indicator})


def _edit_indicator(request: Any, indicator: Indicator, form: Any) -> Done:
    given = _as_rules_take_it(form)
    operations.edit_indicator(actor=request.actor, indicator_id=indicator.pk, **given)
    return Done(_("指标%(code)s已保存。") % {"code": indicator.code}, standard_address(indicator.standard_id))


def _mapped(standard: AssessmentStandard) -> bool:
    return standard.state == StandardState.DRAFT and standard.successor_of_id is not None


DRAFT = in_state(StandardState.DRAFT)
REVIEW = in_state(StandardState.EXPERT_REVIEW)

LIST = (
    Deed(
        "import",
        gettext_lazy("导入规范"),
        may("import_standard"),
        _import,
        form=forms.ImportForm,
        main=True,
        foretells=foretelling(HOW_TO_IMPORT),
    ),
    Deed(
        "load",
        gettext_lazy("载入随附规范"),
        may("import_standard"),
        _load,
        form=forms.ShippedForm,
        foretells=foretelling(
            gettext_lazy("载入系统随附的一份规范，成为编制中的规范，标明非官方文本，可以再改。")
        ),
    ),
    Deed(
        "error-file",
        gettext_lazy("下载错误报告"),
        may("import_standard"),
        error_file,
        form=ErrorFileForm,
        hidden=True,
        foretells=foretelling(gettext_lazy("只下载错误报告，不改变任何内容。")),
    ),
)
OBJECT = (
    Deed(
        "settings",
        gettext_lazy("修改规范信息"),
        may("edit_standard"),
        _settings,
        form=forms.SettingsForm,
        fits=DRAFT,
        foretells=foretelling(gettext_lazy("改写编制中规范的信息；只有编制中的可以改。")),
    ),
    Deed(
        "bands",
        gettext_lazy("修改等级分数段"),
        may("edit_standard"),
        _bands,
        form=forms.BandsForm,
        fits=DRAFT,
        wide=True,
        foretells=foretelling(gettext_lazy("改写编制中规范的等级和分数；各段须相连且不重叠，否则不保存。")),
    ),
    Deed(
        "add-indicator",
        gettext_lazy("增加指标"),
        may("edit_standard"),
        _add_indicator,
        form=forms.NewIndicatorForm,
        fits=DRAFT,
        foretells=foretelling(gettext_lazy("在编制中的规范里增加一个指标；上级的分值随之增加。")),
    ),
    Deed(
        "map",
        gettext_lazy("指标对照"),
        may("edit_standard"),
        _map,
        form=forms.MapForm,
        fits=lambda one: _mapped(one) and forms.fits_a_form(one),
        foretells=_how_to_map,
        wide=True,
    ),
    Deed(
        "map-import",
        gettext_lazy("导入指标对照"),
        may("edit_standard"),
        _map_import,
        form=forms.MapSheetForm,
        fits=_mapped,
        foretells=_before_map_import,
    ),
    Deed(
        "ask",
        gettext_lazy("送专家评审"),
        may("ask_experts"),
        _ask,
        fits=DRAFT,
        foretells=_tells_experts,
        main=True,
    ),
    Deed(
        "return",
        gettext_lazy("退回修改"),
        may("ask_experts"),
        _return,
        form=forms.ReasonForm,
        fits=REVIEW,
        foretells=foretelling(
            gettext_lazy("规范回到编制中，可以修改；专家已提交的意见保留，改后须重新送审。")
        ),
    ),
    Deed(
        "freeze",
        gettext_lazy("定稿"),
        may("freeze_standard"),
        _freeze,
        form=forms.OptionalReasonForm,
        fits=REVIEW,
        foretells=_before_freezing,
        main=True,
    ),
    Deed(
        "retire",
        pgettext_lazy("standard", "停用"),
        may("freeze_standard"),
        _retire,
        form=forms.ReasonForm,
        fits=in_state(StandardState.FROZEN),
        danger=True,
        foretells=foretelling(
            gettext_lazy("此后的轮次不能再选用这份规范；按它开展过的轮次和结果不变，停用后不能恢复。")
        ),
    ),
    Deed(
        "map-sheet",
        gettext_lazy("导出指标对照（Excel）"),
        _staff,
        _map_sheet,
        fits=lambda one: one.successor_of_id is not None,
        reads=True,
    ),
    Deed("export-xlsx", gettext_lazy("导出指标（Excel）"), _staff, _export("xlsx"), reads=True),
    Deed("export-csv", gettext_lazy("导出指标（CSV）"), _staff, _export("csv"), reads=True),
    Deed(
        "export-header",
        gettext_lazy("导出规范信息（Excel）"),
        _staff,
        _export("xlsx", header=True),
        reads=True,
    ),
)
INDICATOR = (
    Deed(
        "edit",
        gettext_lazy("修改指标"),
        may("edit_standard"),
        _edit_indicator,
        form=forms.IndicatorForm,
        fits=lambda row: row.standard.state == StandardState.DRAFT,
        main=True,
        foretells=foretelling(gettext_lazy("改写编制中规范的这个指标；上级的分值随之改变。")),
    ),
    Deed(
        "remove",
        gettext_lazy("删除指标"),
        may("edit_standard"),
        _remove_indicator,
        fits=lambda row: row.standard.state == StandardState.DRAFT,
        foretells=_before_removing,
        danger=True,
    ),
)
