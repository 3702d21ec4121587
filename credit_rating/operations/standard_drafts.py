"""评估规范编制: what may be changed while a version is a draft."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from association.actors import Actor
from association.audit import record
from association.in_turn import take_turn
from association.language import translated
from common.errors import InvalidInput, NotFound, Refused
from common.said import listed
from common.text import one_line
from credit_rating.access import MAY, standards_visible_to
from credit_rating.choices import StandardState
from credit_rating.models import AssessmentStandard, Indicator
from credit_rating.operations.standard_rows import settings_fields, write_bands
from credit_rating.operations.standards import check_predecessor
from credit_rating.queries.standards import indicator_spec, spec_of
from credit_rating.rules.band_table import band_problems
from credit_rating.rules.exact import POINT_PLACES
from credit_rating.rules.limits import (
    MOST_POINTS,
    OF_BAND,
    OF_INDICATOR,
    OF_STANDARD,
    setting_problems,
    too_long,
)
from credit_rating.rules.parameters import ParamsError
from credit_rating.rules.problem import Problem
from credit_rating.rules.specification import BandSpec, IndicatorSpec, Method, NaPolicy, Veto
from credit_rating.rules.validation import check_params

TEXTS = frozenset(
    {"title", "title_en", "evidence_hint", "basis", "data_source", "legal_basis", "source", "version"}
)
INDICATOR_FIELDS = frozenset(
    {
        "title", "title_en", "points", "method", "params", "na_policy", "veto",
        "evidence_required", "evidence_hint", "basis", "data_source",
    }
)  # fmt: skip
SETTINGS = frozenset(
    {
        "version", "title", "official", "legal_basis", "source", "total_points",
        "aggregation", "aggregation_params", "rounding", "review",
    }
)  # fmt: skip


@transaction.atomic
def edit_settings(
    *, actor: Actor, standard_id: int, successor_of_id: int | None = None, **changes: Any
) -> AssessmentStandard:
    """规范信息 of a draft; ``rounding`` and ``review`` come as the rules' values."""
    actor.require(MAY, "edit_standard")
    standard = lock_draft(actor, standard_id)
    _only(changes, SETTINGS)
    spec = replace(spec_of(standard), **cleaned(changes))
    refuse((*too_long(spec, OF_STANDARD, ""), *setting_problems(spec)))
    _refuse_taken_version(standard, spec.version)
    fields = settings_fields(spec) | {
        name: getattr(spec, name) for name in ("version", "title", "official", "legal_basis", "source")
    }
    if successor_of_id is not None:
        check_predecessor(actor, successor_of_id)
        fields["successor_of_id"] = successor_of_id
    for name, value in fields.items():
        setattr(standard, name, value)
    standard.save(update_fields=sorted(fields))
    record(actor, "edit_settings", standard, fields=sorted(changes))
    return standard


@transaction.atomic
def edit_bands(*, actor: Actor, standard_id: int, bands: Sequence[BandSpec]) -> AssessmentStandard:
    """等级分数段: the whole table at once; a hole or an overlap is refused by name."""
    actor.require(MAY, "edit_standard")
    standard = lock_draft(actor, standard_id)
    spec = replace(spec_of(standard), bands=tuple(bands))
    refuse((*(wrong for band in bands for wrong in too_long(band, OF_BAND, "")), *band_problems(spec)))
    write_bands(standard, spec.bands)
    record(actor, "edit_bands", standard, bands=len(spec.bands))
    return standard


@transaction.atomic
def edit_indicator(*, actor: Actor, indicator_id: int, **changes: Any) -> Indicator:
    """指标 of a draft. The points of headings are what those below add up to, and follow by themselves."""
    actor.require(MAY, "edit_standard")
    indicator = lock_indicator(actor, indicator_id)
    only_known(changes)
    before = indicator_spec(indicator)
    after = replace(before, **cleaned(changes))
    if not after.title:
        raise InvalidInput(_("请填写指标名称。"), {"title": _("请填写指标名称。")})
    if before.method is None and (after.method is not None or after.points != before.points):
        raise Refused(_("有下级的指标不直接计分，分值由下级合计。"))
    check_points(after.points, "points")
    check_indicator(after)
    _save_indicator(indicator, after)
    sum_up(indicator.standard)
    record(actor, "edit_indicator", indicator, fields=sorted(changes))
    return indicator


def lock_draft(actor: Actor, standard_id: int) -> AssessmentStandard:
    standard = lock_standard(actor, standard_id)
    if standard.state != StandardState.DRAFT:
        raise Refused(
            _("规范现在是“%(state)s”，只有编制中的规范可以修改。") % {"state": standard.get_state_display()}
        )
    return standard


def lock_standard(actor: Actor, standard_id: int) -> AssessmentStandard:
    row = standards_visible_to(actor).select_for_update(of=("self",)).filter(pk=standard_id).first()
    if row is None:
        raise NotFound(_("没有这份规范。"))
    return row


def lock_indicator(actor: Actor, indicator_id: int) -> Indicator:
    found = Indicator.objects.filter(pk=indicator_id, standard__in=standards_visible_to(actor))
    standard_id = found.values_list("standard_id", flat=True).first()
    if standard_id is None:
        raise NotFound(_("没有这项指标。"))
    lock_draft(actor, standard_id)
    return found.select_related("standard", "parent").get()


def only_known(changes: dict[str, Any]) -> None:
    """Only what an indicator has."""
    _only(changes, INDICATOR_FIELDS)


def _only(changes: dict[str, Any], allowed: frozenset[str]) -> None:
    unknown = sorted(set(changes) - allowed)
    if unknown:
        raise InvalidInput(_("不能修改：%(names)s。") % {"names": "、".join(unknown)})


def cleaned(changes: dict[str, Any]) -> dict[str, Any]:
    """Words become the rules' values; titles are kept to one line."""
    readers = {"method": _method, "na_policy": NaPolicy} | dict.fromkeys(TEXTS, one_line)
    return {name: readers.get(name, lambda value: value)(value) for name, value in changes.items()}


def _method(value: Any) -> Method | None:
    return Method(value) if value else None


def check_points(points: Decimal, field: str) -> None:
    """NaN, negative, endless and too fine numbers never reach a standard."""
    if not points.is_finite() or not 0 <= points <= MOST_POINTS or points != round(points, POINT_PLACES):
        sentence = _("分值须为0以上的数字，最多保留两位小数。")
        raise InvalidInput(sentence, {field: sentence})


def refuse(wrong: Sequence[Problem]) -> None:
    """All that is wrong, in one answer."""
    if wrong:
        raise InvalidInput(listed((problem.sentence for problem in wrong), ""))


def check_indicator(after: IndicatorSpec) -> None:
    """Its texts are not too long, and what is scored has the parameters of its method."""
    refuse(tuple(too_long(after, OF_INDICATOR, after.code)))
    if after.method is None:
        return
    try:
        check_params(after)
    except ParamsError as problem:
        sentence = _("计分参数不完整：%(problem)s。") % {"problem": translated(problem.args[0])}
        raise InvalidInput(sentence, {"params": sentence}) from problem


def _refuse_taken_version(standard: AssessmentStandard, version: str) -> None:
    take_turn("standard", standard.code)
    others = AssessmentStandard.objects.filter(code=standard.code, version=version).exclude(pk=standard.pk)
    if not version or others.exists():
        raise Refused(_("版本不能为空，也不能与同一代号的其他版本相同。"))


def _save_indicator(indicator: Indicator, after: Any) -> None:
    for name in INDICATOR_FIELDS - {"veto", "method", "params"}:
        setattr(indicator, name, getattr(after, name))
    veto: Veto | None = after.veto
    indicator.method = after.method.value if after.method else ""
    indicator.params = dict(after.params)
    indicator.veto_effect = veto.effect.value if veto else ""
    indicator.veto_grade = veto.grade if veto else ""
    indicator.save()


def sum_up(standard: AssessmentStandard) -> None:
    """Headings from the bottom up; one with nothing under it has no points."""
    rows = {row.pk: row for row in Indicator.objects.filter(standard=standard)}
    headings = {row.parent_id for row in rows.values()} - {None} | {
        row.pk for row in rows.values() if not row.method
    }
    sums: dict[int | None, Decimal] = {}
    for row in sorted(rows.values(), key=lambda one: -one.level):
        if row.pk in headings:
            row.points = sums.get(row.pk, Decimal(0))
        sums[row.parent_id] = sums.get(row.parent_id, Decimal(0)) + row.points
    Indicator.objects.bulk_update([rows[pk] for pk in headings if pk is not None], ["points"])
