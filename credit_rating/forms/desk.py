"""Forms of the desk pages: what is not taken stays in them. Lengths and meaning are judged by the operations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association.kept_forms import KeptForm
from common.errors import DomainError, InvalidInput, Refused
from credit_rating.choices import DeclaredTie, Verdict
from credit_rating.forms.rows import ENTRY_NAMES, corrections_of

LONGEST_LINE = 300


def _text(label: Any, wanted: Any = "", rows: int = 4, **more: Any) -> forms.CharField:
    """Words of several lines; ``wanted`` is the sentence where nothing was written."""
    errors = {"required": wanted} if wanted else {}
    widget = forms.Textarea(attrs={"rows": rows, "maxlength": 8000})
    return forms.CharField(label=label, widget=widget, required=bool(wanted), error_messages=errors, **more)


class WithdrawForm(KeptForm):
    """退出 asks twice: it cannot be taken back."""

    name = "withdraw"
    reason = forms.CharField(label=_("理由"), max_length=LONGEST_LINE, required=False)
    sure = forms.BooleanField(
        label=_("我确定退出，知道退出后本轮不能再参加，也不能撤回"),
        error_messages={"required": _("还没有退出。确定要退出的，请先勾选确认。")},
    )


class ExpertOpinionForm(KeptForm):
    """专家评审意见 on the text of a standard."""

    name = "expert_opinion"
    verdict = forms.ChoiceField(
        label=_("结论"),
        choices=Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择结论。"), "invalid_choice": _("请选择结论。")},
    )
    text = _text(
        _("意见"),
        _("请填写意见。"),
        6,
        help_text=_(
            "请写明对哪一条、为什么、建议怎样改。提交后不能改动；可以再提一次，定稿时以最后一次的结论为准。"
        ),
    )


class DefenceForm(KeptForm):
    name = "defend"
    text = _text(
        _("陈述申辩"),
        _("请填写申辩内容。"),
        6,
        help_text=_("只能提交一次。不提交视为放弃申辩，不影响之后提出异议。"),
    )


class ObjectionForm(KeptForm):
    name = "object"
    text = _text(
        _("异议内容"),
        _("请填写异议内容。"),
        5,
        help_text=_("请写明对哪一项、依据是什么。提出后公示条目立即标注“异议中”，由未参与评定的委员处理。"),
    )


class SupplementForm(KeptForm):
    """提交补正: a text for each item that was asked for; the files beside them cannot be kept by any browser."""

    name = "supplement"

    def __init__(
        self, data: Any = None, files: Any = None, *, items: Iterable[Any] = (), **more: Any
    ) -> None:
        super().__init__(data, files, **more)
        self.items = list(items)
        for item in self.items:
            self.fields[f"answer-{item.indicator_id}"] = _text(str(item.indicator), rows=3)

    def lines(self) -> list[tuple[Any, forms.BoundField]]:
        return [(item, self[f"answer-{item.indicator_id}"]) for item in self.items]

    def answers(self) -> dict[int, str]:
        return {item.indicator_id: self.cleaned_data[f"answer-{item.indicator_id}"] for item in self.items}


class RecuseForm(KeptForm):
    name = "recuse"
    tie = forms.ChoiceField(
        label=_("利害关系"),
        choices=[("", _("请选择")), *DeclaredTie.choices],
        error_messages={"required": _("请选择利害关系。"), "invalid_choice": _("请选择利害关系。")},
    )
    reason = forms.CharField(
        label=_("理由"), max_length=LONGEST_LINE, error_messages={"required": _("请说明回避的理由。")}
    )


class SubmitReviewForm(KeptForm):
    name = "submit_review"
    summary = _text(_("总体意见"))


class SupplementRequestForm(KeptForm):
    """要求补正: one line for each indicator (id, code, title); an empty one asks for nothing."""

    name = "request_supplement"

    def __init__(self, data: Any = None, *, rows: Sequence[tuple[int, str, str]] = (), **more: Any) -> None:
        super().__init__(data, **more)
        self.ids = [pk for pk, _code, _title in rows]
        for pk, code, title in rows:
            self.fields[f"request-{pk}"] = forms.CharField(
                label=f"{code} {title}", max_length=LONGEST_LINE, required=False
            )

    def requests(self) -> dict[int, str]:
        return {pk: self.cleaned_data[f"request-{pk}"] for pk in self.ids}


class ConfirmForm(KeptForm):
    """按计算结果确认: a button; nothing is typed."""

    name = "confirm"


class UnsavedRowForm(KeptForm):
    """一行评分 that cannot be saved any more, on a page that shows no rows: only what was typed into it."""

    name = "row"

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        labels = dict.fromkeys(ENTRY_NAMES, _("评分")) | {
            "na_reason": _("不适用的理由"),
            "comment": _("说明"),
            "gap_reason": _("与自评差距的理由"),
        }
        for name, label in labels.items():
            self.fields[name] = forms.CharField(label=label, required=False)

    @classmethod
    def of(cls, data: Any, sentence: str) -> "UnsavedRowForm":
        form = cls(data)
        form.is_valid()
        form.refuse(Refused(sentence))
        return form


class OverruleForm(KeptForm):
    """改判 to one of the grades of the standard."""

    name = "determine"
    grade = forms.ChoiceField(
        label=_("改判为"), error_messages={"invalid_choice": _("评估规范没有这个等级。")}
    )
    reason = _text(_("理由"), _("改判须说明理由。"))

    def __init__(self, data: Any = None, *, grades: Iterable[Any] = (), **more: Any) -> None:
        super().__init__(data, **more)
        choices = [(band.grade, f"{band.grade} {band.label}") for band in grades]
        self.fields["grade"].choices = choices  # type: ignore[attr-defined]


class DefenceAnswerForm(KeptForm):
    name = "answer_defence"
    answer = _text(_("答复"), _("请填写答复。"), 5)
    reconsider = forms.ChoiceField(
        label=_("结论"),
        choices=[("no", _("维持拟定等级")), ("yes", _("申辩成立，重新评定"))],
        widget=forms.RadioSelect,
        initial="no",
    )


class SuspensionForm(KeptForm):
    """暂停 a published result, or 恢复."""

    name = "suspend"
    reason = _text(_("理由"), _("请说明理由。"), 3)


class ExtendForm(KeptForm):
    """延长异议答复期限, once."""

    name = "extend_objection"
    reason = _text(
        _("延长理由"),
        _("请说明延长的理由。"),
        3,
        help_text=_("须由他人核实的，期限届满前可以延长一次；机构和异议人会看到理由和新的截止日。"),
    )


class DecisionForm(KeptForm):
    """处理异议: the decision, and what is corrected where the objection is upheld."""

    name = "decide_objection"
    decision = _text(_("处理意见"), _("请填写处理意见。"))
    upheld = forms.ChoiceField(
        label=_("结论"),
        choices=[("no", _("不成立，维持结果")), ("yes", _("成立，更正下列指标并重新计算"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择结论。")},
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.corrections: Mapping[int, Mapping[str, str]] = corrections_of(data) if data is not None else {}
        self.wrong: dict[int, str] = {}
        self.codes: Mapping[int, str] = {}

    def typed(self) -> list[tuple[Any, str]]:
        """The corrections too, each under the code of its indicator, as the page names them in ``codes``."""
        given = [
            (
                f"{_('更正评分')} {self.codes.get(pk, '')}",
                "；".join(value for value in entry.values() if value),
            )
            for pk, entry in self.corrections.items()
        ]
        return super().typed() + [(label, value) for label, value in given if value]

    def refuse(self, error: DomainError) -> None:
        """A correction that cannot be taken is named at its indicator too."""
        super().refuse(error)
        if isinstance(error, InvalidInput):
            self.wrong = {
                pk: error.fields[name] for pk in self.corrections if (name := f"fix-{pk}") in error.fields
            }
