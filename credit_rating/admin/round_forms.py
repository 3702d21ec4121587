"""Input of the secretariat about rounds and assessments."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from association import clock
from association.deeds import DeedForm, GridForm
from association.language import translated
from association.person_fields import PeopleField
from association.search_select import SearchSelect, SearchSelectMultiple
from common import uscc
from credit_rating.choices import StageKind
from credit_rating.models import Assessment, Objection
from credit_rating.operations import StageWindow
from credit_rating.queries.panel import Candidate, candidates
from credit_rating.queries.review import leaf_ids, still_reviewing
from credit_rating.queries.rounds import stages_of
from credit_rating.queries.standards import spec_of, standards_for_rounds
from members.access import institutions_visible_to

MOMENT = "%Y-%m-%dT%H:%M"
MOST_LINES = 2000


def moment_field() -> forms.DateTimeField:
    """A moment in Beijing time, as browsers send it."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(input_formats=[MOMENT], widget=widget)


class StagesForm(GridForm):
    """环节与窗口: a stage without a window is not part of the round."""

    blank_rows = 0
    columns: dict[str, Callable[[], forms.Field]] = {"opens_at": moment_field, "closes_at": moment_field}
    labels = {"opens_at": _("开始（北京时间）"), "closes_at": _("截止（北京时间）")}

    def row_values(self) -> Sequence[dict[str, Any]]:
        known = {stage.kind: stage for stage in stages_of(self.obj.pk)} if self.obj is not None else {}
        return [
            {"heading": kind.label}
            | (
                {"opens_at": known[kind].opens_at, "closes_at": known[kind].closes_at}
                if kind in known
                else {}
            )
            for kind in StageKind
        ]

    def clean(self) -> dict[str, Any]:
        for row in self.rows():
            for name in self.columns:
                if row[name] is None and f"row-{row['place']}-{name}" not in self.errors:
                    self.add_error(f"row-{row['place']}-{name}", _("请填写。"))
        return self.cleaned_data

    def windows(self) -> list[StageWindow]:
        kinds = list(StageKind)
        return [StageWindow(kinds[row["place"]], row["opens_at"], row["closes_at"]) for row in self.rows()]


class MoveWindowsForm(StagesForm):
    """调整窗口: what is left as it stands keeps its seconds too, which browsers do not send."""

    reason = forms.CharField(
        label=_("调整的理由"), help_text=_("受邀机构会看到。"), widget=forms.Textarea(attrs={"rows": 3})
    )

    def windows(self) -> list[StageWindow]:
        known = {stage.kind: stage for stage in stages_of(self.obj.pk)}
        return [
            StageWindow(
                one.kind,
                _unless_typed(one.opens_at, known[one.kind].opens_at),
                _unless_typed(one.closes_at, known[one.kind].closes_at),
            )
            if one.kind in known
            else one
            for one in super().windows()
        ]


def _unless_typed(typed: datetime, stored: datetime) -> datetime:
    return stored if typed == stored.replace(second=0, microsecond=0) else typed


class PlanForm(StagesForm):
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    title = forms.CharField(label=_("名称"), max_length=120)
    standard = forms.ChoiceField(label=_("评估规范"), help_text=_("只列出已定稿的规范。"))
    authorising_document = forms.CharField(label=_("开展依据文件"), max_length=200, required=False)

    def prepare(self) -> None:
        super().prepare()
        rows = standards_for_rounds().order_by("code", "-pk")
        self.fields["standard"].choices = [(row.pk, str(row)) for row in rows]  # type: ignore[attr-defined]

    def starts(self) -> dict[str, Any]:
        return {"year": clock.today().year}


class InviteForm(DeedForm):
    institutions: "forms.ModelMultipleChoiceField[Any]" = forms.ModelMultipleChoiceField(
        queryset=None,
        label=_("查找机构"),
        required=False,
        help_text=_("按名称、简称、曾用名或代码查找，可选多家。"),
    )
    codes = forms.CharField(
        label=_("或粘贴统一社会信用代码"),
        required=False,
        help_text=_("每行一个，最多2000行。有一行不对，就一家也不邀请，并逐行说明。"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )

    def prepare(self) -> None:
        field = self.fields["institutions"]
        field.queryset = institutions_visible_to(self.request.actor)  # type: ignore[attr-defined]
        remote = Assessment._meta.get_field("institution")  # noqa: SLF001 - Django's public name
        field.widget = SearchSelectMultiple(remote, admin.site)
        field.widget.choices = field.choices  # type: ignore[attr-defined]

    def clean_codes(self) -> list[int]:
        """Each line is answered: what is wrong with it, or which institution it is."""
        lines = [line.strip() for line in self.cleaned_data["codes"].splitlines()]
        wanted = [(place, line) for place, line in enumerate(lines, start=1) if line]
        if len(wanted) > MOST_LINES:
            raise forms.ValidationError(_("最多2000行。"))
        known = self._known([uscc.normalised(line) for _place, line in wanted])
        found, wrong = [], []
        for place, line in wanted:
            code = uscc.normalised(line)
            sentence = translated(uscc.problem(line) or "") or (
                "" if code in known else _("没有登记这个代码的机构，请先登记。")
            )
            if sentence:
                wrong.append(
                    _("第%(place)d行 %(line)s：%(sentence)s")
                    % {"place": place, "line": line[:40], "sentence": sentence}
                )
            else:
                found.append(known[code])
        if wrong:
            raise forms.ValidationError(wrong)
        return found

    def _known(self, codes: list[str]) -> dict[str, int]:
        rows = institutions_visible_to(self.request.actor).filter(uscc__in=codes)
        return {row.uscc or "": row.pk for row in rows.only("uscc")}

    def clean(self) -> dict[str, Any]:
        if not self.errors and not self.ids():
            raise forms.ValidationError(_("请选择机构或粘贴代码。"))
        return self.cleaned_data

    def ids(self) -> set[int]:
        chosen = {row.pk for row in self.cleaned_data.get("institutions") or ()}
        return chosen | set(self.cleaned_data.get("codes") or ())


class AssignForm(DeedForm):
    """指派: who must stand aside cannot be chosen, and the operation checks again."""

    kind = StageKind.REVIEW
    assessors = PeopleField(label=_("评估员"), widget=forms.CheckboxSelectMultiple)

    def prepare(self) -> None:
        self.candidates = candidates(self.request.actor, self.obj.pk, self.kind)
        self.names = {row.user.pk: row.user.name for row in self.candidates}
        free = [row for row in self.candidates if not row.assigned and row.check.clearance != "blocked"]
        self.fields["assessors"].offer((row.user.pk, row.user.name) for row in free)  # type: ignore[attr-defined]

    def rows(self) -> list[tuple[Candidate, str]]:
        """Everybody with what chooses them; nothing for who cannot be chosen."""
        values = {user: value for value, user in self.fields["assessors"].people.items()}  # type: ignore[attr-defined]
        return [(row, values.get(row.user.pk, "")) for row in self.candidates]

    def chosen(self) -> list[str]:
        return list(self.data.getlist("assessors")) if self.is_bound else []  # type: ignore[attr-defined]


class ReleaseForm(DeedForm):
    """解除指派: one of those who still review."""

    assignment = forms.TypedChoiceField(label=_("评估员"), coerce=int)
    reason = forms.CharField(
        label=_("理由"),
        help_text=_("评估员会看到。"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def prepare(self) -> None:
        self.fields["assignment"].choices = [  # type: ignore[attr-defined]
            (row.pk, f"{row.assessor.name} · {row.get_kind_display()}")
            for row in still_reviewing(self.request.actor, self.obj.pk)
        ]


class AssignDistrictForm(AssignForm):
    kind = StageKind.DISTRICT_REVIEW


class DiscussionForm(DeedForm):
    discussion = forms.CharField(
        label=_("合议情况"),
        required=False,
        help_text=_("评估员分歧较大时必须记录。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DiscontinueForm(DeedForm):
    reason = forms.CharField(
        label=_("终止的理由"),
        help_text=_("机构会看到。"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SupplementForm(GridForm):
    """补正: one list with every missing thing."""

    blank_rows = 0
    columns: dict[str, Callable[[], forms.Field]] = {"request": lambda: forms.CharField(max_length=300)}
    labels = {"request": _("须补正的内容")}

    def row_values(self) -> Sequence[dict[str, Any]]:
        spec = spec_of(self.obj.round.standard)
        self.indicators = leaf_ids(self.obj.round.standard_id, spec)
        return [{"heading": f"{code} {spec.by_code[code].title}"} for code in self.indicators]

    def items(self) -> dict[int, str]:
        ids = list(self.indicators.values())
        return {ids[row["place"]]: row["request"] for row in self.rows()}


class ObjectionForm(DeedForm):
    document_number = forms.CharField(label=_("书面异议的收文编号"), max_length=60)
    text = forms.CharField(
        label=_("异议内容"),
        help_text=_("只记内容，不写个人信息；原件留在档案室。"),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    objector: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(
        queryset=None, label=_("异议机构（是机构提出的）"), required=False
    )

    def prepare(self) -> None:
        field = self.fields["objector"]
        field.queryset = institutions_visible_to(self.request.actor)  # type: ignore[attr-defined]
        remote = Objection._meta.get_field("objector")  # noqa: SLF001 - Django's public name
        field.widget = SearchSelect(remote, admin.site)
        field.widget.choices = field.choices  # type: ignore[attr-defined]
