"""增删指标: one indicator more or less in a draft. A frozen version refuses both, here and in the database."""

import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from association.actors import Actor
from association.audit import record
from common.errors import InvalidInput, NotFound, Refused
from common.text import one_line
from credit_rating.access import MAY
from credit_rating.models import AssessmentStandard, Indicator
from credit_rating.operations.standard_drafts import (
    check_indicator,
    check_points,
    cleaned,
    lock_draft,
    lock_indicator,
    only_known,
    sum_up,
)
from credit_rating.operations.standard_rows import indicator_row
from credit_rating.queries.standards import indicator_spec
from credit_rating.rules.specification import IndicatorSpec
from credit_rating.rules.validation import DEEPEST

LONGEST_CODE = 20


@transaction.atomic
def add_indicator(
    *, actor: Actor, standard_id: int, code: str, parent_id: int | None = None, **values: Any
) -> Indicator:
    """增加指标, last under its heading; without ``parent_id`` a new aspect, without ``method`` a heading.

    The points of the headings above follow; whether they reach the total of the standard is asked when it is frozen.
    """
    actor.require(MAY, "edit_standard")
    standard = lock_draft(actor, standard_id)
    only_known(values)
    code = _free_code(standard, code)
    parent = _heading(standard, parent_id)
    one = IndicatorSpec(
        code=code,
        parent_code=parent.code if parent else None,
        level=parent.level + 1 if parent else 0,
        position=1 + _last_position(standard, parent),
        **cleaned(values),
    )
    _check(one)
    row = indicator_row(standard, replace(one, identity=_identity(standard, one)), parent)
    row.save(force_insert=True)
    sum_up(standard)
    record(actor, "add_indicator", row, standard=standard.pk)
    return row


@transaction.atomic
def remove_indicator(*, actor: Actor, indicator_id: int) -> AssessmentStandard:
    """删除指标 with its line in the map of a successor; a heading only when nothing stands under it any more."""
    actor.require(MAY, "edit_standard")
    row = lock_indicator(actor, indicator_id)
    if Indicator.objects.filter(parent=row).exists():
        raise Refused(_("“%(title)s”还有下级指标，请先删除下级。") % {"title": row})
    standard = row.standard
    record(actor, "remove_indicator", row, standard=standard.pk, code=row.code)
    row.delete()
    sum_up(standard)
    return standard


def _free_code(standard: AssessmentStandard, code: str) -> str:
    code = one_line(code)
    if not code or len(code) > LONGEST_CODE:
        sentence = _("请填写编号，最多%(longest)d个字。") % {"longest": LONGEST_CODE}
        raise InvalidInput(sentence, {"code": sentence})
    if Indicator.objects.filter(standard=standard, code=code).exists():
        sentence = _("编号“%(code)s”已经使用。") % {"code": code}
        raise InvalidInput(sentence, {"code": sentence})
    return code


def _identity(standard: AssessmentStandard, one: IndicatorSpec) -> str:
    """A new one: a code that has become free says nothing about what is asked under it now.

    Only what the version before has in every word is the same indicator, put back. Of one removed from a first
    version nobody else knew the identity.
    """
    before = (
        Indicator.objects.filter(standard_id=standard.successor_of_id, code=one.code)
        .exclude(identity__in=Indicator.objects.filter(standard=standard).values("identity"))
        .select_related("parent")
        .first()
    )
    is_put_back = before is not None and _content(indicator_spec(before)) == _content(one)
    return str(before.identity if before is not None and is_put_back else uuid.uuid4())


def _content(one: IndicatorSpec) -> IndicatorSpec:
    """What it asks: not where it stands under its heading, and for a heading not what is under it."""
    return replace(one, identity="", position=0, points=one.points if one.method else Decimal(0))


def _heading(standard: AssessmentStandard, parent_id: int | None) -> Indicator | None:
    """A heading of this very standard: what is scored itself has nothing under it."""
    if parent_id is None:
        return None
    parent = Indicator.objects.filter(standard=standard, pk=parent_id).first()
    if parent is None:
        raise NotFound(_("没有这项指标。"))
    if parent.method:
        raise Refused(_("“%(title)s”直接计分，不能再有下级。") % {"title": parent})
    if parent.level >= DEEPEST:
        raise Refused(_("指标最多四层，“%(title)s”下不能再分。") % {"title": parent})
    return parent


def _last_position(standard: AssessmentStandard, parent: Indicator | None) -> int:
    rows = Indicator.objects.filter(standard=standard, parent=parent)
    return rows.order_by("-position").values_list("position", flat=True).first() or 0


def _check(one: IndicatorSpec) -> None:
    if not one.title:
        raise InvalidInput(_("请填写指标名称。"), {"title": _("请填写指标名称。")})
    check_points(one.points, "points")
    if one.method is None and one.points:
        sentence = _("有下级的指标不直接计分，分值由下级合计。")
        raise InvalidInput(sentence, {"points": sentence})
    check_indicator(one)
