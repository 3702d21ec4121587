"""Staff desk: interest rates and versions of the refund rules, each confirmed by a second person; saved calculations."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association import clock
from association.deeds import Deed, DeedForm, Done, Foretold, Table, foretelling
from association.language import translated
from association.staff_desk import DeskAdmin
from prepaid_escrow import operations
from prepaid_escrow.access import (
    MAY,
    calculations_visible_to,
    rates_visible_to,
    rule_versions_visible_to,
)
from prepaid_escrow.choices import RateKind
from prepaid_escrow.models import InterestRate, RefundCalculation, RefundRuleVersion
from prepaid_escrow.queries import rule_version_on
from prepaid_escrow.rules.readings import BY_CODE, DEFAULTS, READINGS
from prepaid_escrow.rules.steps import yuan


def _day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


class RateForm(DeedForm):
    kind = forms.ChoiceField(label=gettext_lazy("利率"), choices=RateKind.choices)
    percent = forms.DecimalField(label=gettext_lazy("年利率（%）"), max_digits=6, decimal_places=4)
    valid_from = _day(gettext_lazy("生效"))
    valid_until = _day(
        gettext_lazy("查明有效至"),
        help_text=gettext_lazy("查到哪一天仍是这个利率，就填哪一天；以后的日子按未知处理。"),
    )
    citation = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=300,
        help_text=gettext_lazy("公告的发布机关、日期和网址，核对的人要照着去查。"),
    )


class VersionForm(DeedForm):
    """Every reading with its answers, beginning with what is in force; the first answer is the shipped one."""

    valid_from = _day(gettext_lazy("生效"))
    citation = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=300,
        help_text=gettext_lazy("例如法律顾问意见的日期，或理事会决议的编号。"),
    )
    pledge = forms.CharField(
        label=gettext_lazy("退费承诺的出处"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("本协会有退费承诺的，写明文件名称和日期；没有的留空。"),
    )

    def prepare(self) -> None:
        for reading in READINGS:
            if len(reading.answers) > 1:
                self.fields[reading.code] = forms.ChoiceField(
                    label=translated(reading.question),
                    choices=[(code, translated(sentence)) for code, sentence in reading.answers.items()],
                )

    def starts(self) -> dict[str, Any]:
        version = rule_version_on(clock.today())
        own = version.readings if version else {}
        return DEFAULTS | own | {"valid_from": clock.today(), "pledge": version.pledge if version else ""}


def _propose_rate(request: Any, _rate: Any, form: Any) -> Done:
    operations.propose_interest_rate(actor=request.actor, **form.cleaned_data)
    return Done(_("已录入，另一位同事核对后才用于计算。"))


def _confirm_rate(request: Any, rate: InterestRate, _form: Any) -> Done:
    operations.confirm_interest_rate(actor=request.actor, rate_id=rate.pk)
    return Done(_("已核对，从现在起用于计算。"))


def _propose_version(request: Any, _version: Any, form: Any) -> Done:
    typed = form.cleaned_data
    readings = {code: typed[code] for code in BY_CODE if code in typed}
    plain = {name: typed[name] for name in ("valid_from", "citation", "pledge")}
    operations.propose_rule_version(actor=request.actor, readings=readings, **plain)
    return Done(_("已录入，另一位同事核对后才用于计算。"))


def _confirm_version(request: Any, version: RefundRuleVersion, _form: Any) -> Done:
    operations.confirm_rule_version(actor=request.actor, version_id=version.pk)
    return Done(_("已核对，自生效日起用于计算。"))


def _confirm_deed(run: Any) -> Deed:
    return Deed(
        "confirm",
        gettext_lazy("核对无误"),
        lambda actor: actor.may(MAY, "confirm_refund_rule"),
        run,
        fits=lambda row: not row.is_confirmed,
        foretells=lambda _request, row: Foretold(
            does=_("核对后自所写的日期起用于计算，不能收回。请先照依据查对：%(citation)s")
            % {"citation": row.citation}
        ),
        main=True,
        step_up=True,
    )


@admin.register(InterestRate)
class InterestRateAdmin(DeskAdmin):
    lead = gettext_lazy(
        "退费利息用的利率。一人录入，另一人照公告核对后才用于计算；没有核对过的日子，计算页写明未知。"
    )
    list_display = ("kind", "percent", "valid_from", "valid_until", "citation", "proposed_by", "confirmed_by")
    list_filter = ("kind", ("confirmed_at", admin.EmptyFieldListFilter))
    list_select_related = ("proposed_by", "confirmed_by")
    facts = (
        "kind", "percent", "valid_from", "valid_until", "citation", "proposed_by", "proposed_at", "confirmed_by",
        "confirmed_at",
    )  # fmt: skip
    list_deeds = (
        Deed(
            "add",
            gettext_lazy("录入利率"),
            lambda actor: actor.may(MAY, "propose_refund_rule"),
            _propose_rate,
            form=RateForm,
            main=True,
            foretells=foretelling(gettext_lazy("录入一条待核对的利率；另一位同事核对以前不用于计算。")),
        ),
    )
    deeds = (_confirm_deed(_confirm_rate),)

    def get_queryset(self, request: Any) -> QuerySet[InterestRate]:
        return rates_visible_to(request.actor)


@admin.register(RefundRuleVersion)
class RefundRuleVersionAdmin(DeskAdmin):
    lead = gettext_lazy(
        "规则没有写明的地方怎样理解，以及本协会的退费承诺。没有核对过的版本时，用系统随附的读法；已保存的计算不会改变。"
    )
    list_display = ("valid_from", "citation", "pledge", "proposed_by", "confirmed_by")
    list_filter = (("confirmed_at", admin.EmptyFieldListFilter),)
    list_select_related = ("proposed_by", "confirmed_by")
    facts = ("valid_from", "citation", "pledge", "proposed_by", "proposed_at", "confirmed_by", "confirmed_at")
    list_deeds = (
        Deed(
            "add",
            gettext_lazy("拟定新版本"),
            lambda actor: actor.may(MAY, "propose_refund_rule"),
            _propose_version,
            form=VersionForm,
            main=True,
            foretells=foretelling(
                gettext_lazy("录入一个待核对的版本；另一位同事核对以前不用于计算，已保存的计算不变。")
            ),
        ),
    )
    deeds = (_confirm_deed(_confirm_version),)

    def get_queryset(self, request: Any) -> QuerySet[RefundRuleVersion]:
        return rule_versions_visible_to(request.actor)

    def tables(self, _request: Any, obj: RefundRuleVersion) -> Sequence[Table]:
        rows = [
            (
                translated(reading.question),
                translated(reading.answers[obj.readings.get(reading.code, reading.default)]),
                _("自定") if reading.code in obj.readings else _("随附"),
            )
            for reading in READINGS
        ]
        return [Table(_("读法"), (_("问题"), _("读法"), _("来源")), rows)]


@admin.register(RefundCalculation)
class RefundCalculationAdmin(DeskAdmin):
    lead = gettext_lazy("调解时保存的计算：输入、结果和所依据的记录，保存后不能修改。")
    list_display = ("calculated_at", "case_kind", "case_id", "refunded", "kept", "calculated_by")
    list_filter = ("case_kind", "calculated_at")
    list_select_related = ("calculated_by",)
    search_fields = ("=case_id", "=digest")
    facts = ("case_kind", "case_id", "refunded", "kept", "calculated_by", "calculated_at", "digest")

    def get_queryset(self, request: Any) -> QuerySet[RefundCalculation]:
        return calculations_visible_to(request.actor)

    @admin.display(description=gettext_lazy("应退（元）"))
    def refunded(self, row: RefundCalculation) -> str:
        return yuan(row.answer["refund_fen"])

    @admin.display(description=gettext_lazy("留下（元）"))
    def kept(self, row: RefundCalculation) -> str:
        return yuan(row.answer["kept_fen"])

    def tables(self, _request: Any, obj: RefundCalculation) -> Sequence[Table]:
        steps = [
            (translated(step["label"]), step["formula"], step["citation"], yuan(step["amount_fen"]))
            for step in obj.answer["steps"] + obj.answer["interest_steps"]
        ]
        readings = [
            (translated(one["question"]), translated(one["answer"])) for one in obj.answer["readings"]
        ]
        headings = (_("步骤"), _("算式（元）"), _("依据"), _("金额（元）"))
        return [
            Table(_("计算"), headings, steps),
            Table(_("读法"), (_("问题"), _("读法")), readings),
        ]
