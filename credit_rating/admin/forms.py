"""Input of the secretariat about standards and rounds."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association.deeds import DeedForm, GridForm
from association.language import translated
from common.numbers import shown
from common.text import one_line
from credit_rating.choices import StandardState
from credit_rating.models import AssessmentStandard
from credit_rating.models.standards import AGGREGATIONS, METHODS, NA_POLICIES, ROUNDING_MODES
from credit_rating.queries.standards import map_rows_of, spec_of
from credit_rating.rules.grid.aggregation_text import aggregation_from_text, text_from_aggregation
from credit_rating.rules.grid.columns import CellError
from credit_rating.rules.grid.params_text import params_from_text, text_from_params
from credit_rating.rules.indicator_map import WORDS, MapKind, MapRow, suggested_map
from credit_rating.rules.map_sheet import codes_in
from credit_rating.rules.shipped import CODES, shipped
from credit_rating.rules.specification import Aggregation, BandSpec, Combine, Method, VetoEffect

COMBINES = [(Combine.MEDIAN.value, _("中位数")), (Combine.MEAN.value, _("平均数"))]
POINTS = {"max_digits": 8, "decimal_places": 2, "localize": False}


def settled_choices() -> list[tuple[Any, str]]:
    """Versions that another one may follow."""
    rows = AssessmentStandard.objects.filter(state__in=[StandardState.FROZEN, StandardState.RETIRED])
    return [("", "—"), *((row.pk, str(row)) for row in rows.order_by("code", "-pk"))]


def _number(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, **(POINTS | more))


class ImportForm(DeedForm):
    file = forms.FileField(
        label=_("指标表"), help_text=_("Excel（.xlsx）或 CSV（UTF-8、GB18030）。有一行不对，就一行也不导入。")
    )
    header_file = forms.FileField(
        label=_("规范信息表"), required=False, help_text=_("导出时一并得到的那一份；没有的，在下面填写。")
    )
    code = forms.CharField(label=_("代号"), max_length=40, required=False)
    version = forms.CharField(label=_("版本"), max_length=20, required=False)
    title = forms.CharField(label=_("名称"), max_length=120, required=False)
    total_points = _number(_("总分"), required=False, min_value=0, help_text=_("不填为100。"))
    successor_of = forms.ChoiceField(label=_("接替"), required=False)

    def prepare(self) -> None:
        self.fields["successor_of"].choices = settled_choices()  # type: ignore[attr-defined]


class ShippedForm(DeedForm):
    name = forms.ChoiceField(
        label=_("随附规范"), help_text=_("都不是官方文本，载入后是一份编制中的规范，可以逐项修改。")
    )

    def prepare(self) -> None:
        choices = [(name, f"{shipped(name).title}（{shipped(name).version}）") for name in CODES]
        self.fields["name"].choices = choices  # type: ignore[attr-defined]


class ReasonForm(DeedForm):
    reason = forms.CharField(label=_("理由"), widget=forms.Textarea(attrs={"rows": 4}))


class OptionalReasonForm(ReasonForm):
    reason = forms.CharField(
        label=_("理由"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text=_("有专家不同意时必须写明。"),
    )


class SettingsForm(DeedForm):
    version = forms.CharField(label=_("版本"), max_length=20)
    title = forms.CharField(label=_("名称"), max_length=120)
    official = forms.BooleanField(
        label=_("正式文本"), required=False, help_text=_("不勾选：各处均标明“非官方”。")
    )
    legal_basis = forms.CharField(label=_("依据"), max_length=300, required=False)
    source = forms.CharField(label=_("出处"), max_length=300, required=False)
    total_points = _number(_("总分"))
    aggregation = forms.ChoiceField(label=_("汇总方式"), choices=AGGREGATIONS)
    aggregation_params = forms.CharField(
        label=_("汇总参数"),
        required=False,
        max_length=2000,
        help_text=_(
            "逐项相加：留空。系数相乘：影响因子=II;基础分=I;附加分=III;上浮起点=75;上浮基点=74;上浮除数=200;"
            "持平起点=60;下浮除数=100。按达标维度计：维度=D1:60:重要/D2:60:一般;档次=0:0/0:1"
            "（从最高一档起，允许几个重要维度、几个一般维度未达标）。"
        ),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    rounding_digits = forms.IntegerField(label=_("总分保留小数位"), min_value=0, max_value=2)
    rounding_mode = forms.ChoiceField(label=_("取舍"), choices=ROUNDING_MODES)
    gap_share = _number(_("与自评差距须说明（占分值比例）"), min_value=0, max_value=1, decimal_places=3)
    spread_share = _number(_("评估员分歧须合议（占分值比例）"), min_value=0, max_value=1, decimal_places=3)
    panel_minimum = forms.IntegerField(label=_("评估组最少人数"), min_value=1, max_value=20)
    combine = forms.ChoiceField(label=_("合议取值"), choices=COMBINES)
    successor_of = forms.ChoiceField(label=_("接替"), required=False)

    def prepare(self) -> None:
        self.fields["successor_of"].choices = settled_choices()  # type: ignore[attr-defined]

    def starts(self) -> dict[str, Any]:
        plain = {name: getattr(self.obj, name) for name in self.base_fields if name != "successor_of"}
        numbers = {name: shown(plain[name]) for name in ("total_points", "gap_share", "spread_share")}
        how = text_from_aggregation(Aggregation(self.obj.aggregation), self.obj.aggregation_params)
        return plain | numbers | {"aggregation_params": how, "successor_of": self.obj.successor_of_id or ""}

    def clean(self) -> dict[str, Any]:
        aggregation = self.cleaned_data.get("aggregation")
        if aggregation and "aggregation_params" in self.cleaned_data:
            with told_at(self, "aggregation_params"):
                self.cleaned_data["aggregation_params"] = aggregation_from_text(
                    Aggregation(aggregation), self.cleaned_data["aggregation_params"]
                )
        return self.cleaned_data


class BandsForm(GridForm):
    columns: dict[str, Callable[[], forms.Field]] = {
        "grade": lambda: forms.CharField(max_length=12),
        "label": lambda: forms.CharField(max_length=40),
        "lower": lambda: _number(""),
        "upper": lambda: _number(""),
        "adverse": forms.BooleanField,
    }
    labels = {
        "grade": _("等级"),
        "label": _("含义"),
        "lower": _("下限（含）"),
        "upper": _("上限（不含）"),
        "adverse": _("不利等级"),
    }

    def row_values(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "grade": band.grade,
                "label": band.label,
                "lower": shown(band.lower),
                "upper": "" if band.upper is None else shown(band.upper),
                "adverse": band.adverse,
            }
            for band in self.obj.bands.order_by("-lower")
        ]

    def clean(self) -> dict[str, Any]:
        for row in self.rows():
            for name in ("grade", "label", "lower"):
                if row[name] in (None, ""):
                    self.add_error(f"row-{row['place']}-{name}", _("请填写。"))
        return self.cleaned_data

    def bands(self) -> list[BandSpec]:
        return [
            BandSpec(row["grade"], row["label"], row["lower"], row["upper"], row["adverse"])
            for row in self.rows()
        ]


class MapSheetForm(DeedForm):
    file = forms.FileField(
        label=_("指标对照表"),
        help_text=_(
            "先导出指标对照，改好“关系”和编号，再在这里导入；名称两列只供核对。有一行不对，就一行也不导入。"
        ),
    )


def first_map(standard: Any) -> Sequence[MapRow]:
    """What was saved, else what the system suggests."""
    saved = map_rows_of(standard)
    return saved or suggested_map(spec_of(standard.successor_of), spec_of(standard))


def fits_a_form(standard: Any) -> bool:
    """指标对照 of a large standard is kept as a sheet: a form takes so many rows and no more."""
    return len(first_map(standard)) + MapForm.blank_rows <= MapForm.most_rows


# Codes of every indicator of the largest standard; more is no list of codes.
LONGEST_CODES = 50_000


class MapForm(GridForm):
    """指标对照: codes are joined by 、 where one becomes several or several become one."""

    blank_rows = 4
    columns: dict[str, Callable[[], forms.Field]] = {
        "kind": lambda: forms.ChoiceField(
            choices=[("", "—"), *((kind.value, words) for kind, words in WORDS.items())]
        ),
        "old": lambda: forms.CharField(max_length=LONGEST_CODES),
        "new": lambda: forms.CharField(max_length=LONGEST_CODES),
    }
    labels = {"kind": _("关系"), "old": _("旧版指标编号"), "new": _("新版指标编号")}

    def row_values(self) -> Sequence[dict[str, Any]]:
        if self.obj.successor_of is None:
            return ()
        old, new = spec_of(self.obj.successor_of), spec_of(self.obj)
        rows = first_map(self.obj)
        return [
            {
                "heading": " → ".join(
                    "、".join(spec.by_code[code].title for code in codes if code in spec.by_code) or "（无）"
                    for spec, codes in ((old, row.from_codes), (new, row.to_codes))
                ),
                "kind": row.kind.value,
                "old": "、".join(row.from_codes),
                "new": "、".join(row.to_codes),
            }
            for row in rows
        ]

    def map_rows(self) -> list[MapRow]:
        return [
            MapRow(MapKind(row["kind"]), codes_in(row["old"]), codes_in(row["new"]))
            for row in self.rows()
            if row["kind"]
        ]

    def clean(self) -> dict[str, Any]:
        for row in self.rows():
            if not row["kind"]:
                self.add_error(f"row-{row['place']}-kind", _("请选择关系。"))
        return self.cleaned_data


@contextmanager
def told_at(form: forms.Form, name: str) -> Iterator[None]:
    """What the rules refuse in a cell is told at the field of the same meaning."""
    try:
        yield
    except CellError as refused:
        form.add_error(name, translated(refused.sentence))


def _none(text: str) -> dict[str, Any]:
    if text:
        raise CellError("标题不计分，没有参数，请留空。")
    return {}


class _IndicatorFields(DeedForm):
    """What an indicator consists of."""

    title = forms.CharField(label=_("名称"), max_length=200)
    title_en = forms.CharField(label=_("英文名称"), max_length=200, required=False)
    points = _number(_("分值"), min_value=0)
    method = forms.ChoiceField(label=_("计分方法"), choices=METHODS)
    params = forms.CharField(
        label=_("计分参数"),
        required=False,
        max_length=20000,
        help_text=_(
            "写法与表格相同。是否符合、专家评分：留空。逐项扣分：每次扣 2。分档：优=3[条款一|条款二];良=2。"
            "比率、抽样合格率、问卷：满分=100;零分=60;单位=%;最少样本=10，或者 分段=95:2/80:1。"
        ),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )
    na_policy = forms.ChoiceField(label=_("不适用的处理"), choices=NA_POLICIES)
    veto_effect = forms.ChoiceField(
        label=_("一票否决"),
        required=False,
        choices=[
            ("", _("不是否决项")),
            (VetoEffect.CAP.value, _("封顶")),
            (VetoEffect.FORCE.value, _("直接定级")),
        ],
    )
    veto_grade = forms.ChoiceField(label=_("否决等级"), required=False)
    evidence_required = forms.BooleanField(label=_("必须有佐证"), required=False)
    evidence_hint = forms.CharField(label=_("佐证材料"), max_length=200, required=False)
    basis = forms.CharField(label=_("依据"), max_length=200, required=False)
    data_source = forms.CharField(label=_("数据来源"), max_length=60, required=False)

    def grades(self, standard: AssessmentStandard) -> None:
        rows = standard.bands.order_by("-lower").values_list("grade", flat=True)
        self.fields["veto_grade"].choices = [("", "—"), *((one, one) for one in rows)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("veto_effect") and not self.cleaned_data.get("veto_grade"):
            self.add_error("veto_grade", _("请选择否决等级。"))
        if "params" in self.cleaned_data and "method" in self.cleaned_data:
            method, text = self.cleaned_data["method"], one_line(self.cleaned_data["params"])
            with told_at(self, "params"):
                self.cleaned_data["params"] = (
                    params_from_text(Method(method), text) if method else _none(text)
                )
        return self.cleaned_data


class IndicatorForm(_IndicatorFields):
    SCORED = ("points", "method", "params", "na_policy", "veto_effect", "veto_grade", "evidence_required")

    def prepare(self) -> None:
        self.grades(self.obj.standard)
        if not self.obj.method:
            for name in self.SCORED:
                del self.fields[name]

    def starts(self) -> dict[str, Any]:
        plain = {name: getattr(self.obj, name) for name in self.base_fields}
        how = text_from_params(Method(self.obj.method), self.obj.params) if self.obj.method else ""
        return plain | {"points": shown(self.obj.points), "params": how}


class NewIndicatorForm(_IndicatorFields):
    """增加指标: where it goes, its number, and what every indicator consists of."""

    field_order = ("parent", "code")
    parent = forms.ChoiceField(
        label=_("上级指标"), required=False, help_text=_("新的指标排在同级最后。不选：新增一个方面。")
    )
    code = forms.CharField(label=_("编号"), max_length=20)
    points = _number(_("分值"), min_value=0, initial=0, help_text=_("不直接计分的标题填0，由下级合计。"))
    method = forms.ChoiceField(
        label=_("计分方法"), required=False, choices=[("", _("不直接计分（标题）")), *METHODS]
    )

    def prepare(self) -> None:
        self.grades(self.obj)
        rows = self.obj.indicators.filter(method="").order_by("level", "position")
        self.fields["parent"].choices = [("", "—"), *((row.pk, str(row)) for row in rows)]  # type: ignore[attr-defined]
