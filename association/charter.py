"""章程参数: the shares that votes are counted by, as rows with a citation; an association changes its own."""

import csv
import functools
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from association import clock
from association.access import MAY
from association.actors import Actor
from association.audit import record
from association.choices import Certainty
from association.models import CharterRule
from common.errors import InvalidInput, NotFound, Refused
from common.text import one_line

LARGEST_PART = 1000


def charter_rule(code: str, on: date) -> CharterRule:
    """The row of ``code`` in force on that day."""
    rows = CharterRule.objects.filter(code=code, valid_from__lte=on)
    row = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on)).order_by("-valid_from").first()
    if row is None:
        raise NotFound(_("没有生效的章程参数：%(code)s") % {"code": code})
    return row


def load_charter_defaults() -> int:
    """Those of which the association has no version yet; what it has changed stays. How many came."""
    known = set(CharterRule.objects.values_list("code", flat=True))
    missing = [CharterRule(**row) for row in shipped_charter_rules() if row["code"] not in known]
    CharterRule.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


@functools.cache
def shipped_charter_rules() -> tuple[dict[str, Any], ...]:
    path = Path(settings.BASE_DIR) / "reference" / "charter_rules.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(_row(row) for row in csv.DictReader(lines))


def _row(row: dict[str, str]) -> dict[str, Any]:
    return row | {
        "numerator": int(row["numerator"]),
        "denominator": int(row["denominator"]),
        "is_strict": row["is_strict"] == "yes",
        "valid_from": date.fromisoformat(row["valid_from"]),
    }


@transaction.atomic
def set_charter_rule(
    *,
    actor: Actor,
    rule_id: int,
    numerator: int,
    denominator: int,
    is_strict: bool,
    citation: str,
    valid_from: date,
) -> CharterRule:
    """章程参数 from a day on: a new row. A vote keeps the row it began under, so the past never changes."""
    actor.require(MAY, "set_charter_rule")
    before = CharterRule.objects.select_for_update().filter(pk=rule_id).first()
    if before is None:
        raise NotFound(_("没有这条章程参数。"))
    if before.valid_until is not None:
        raise Refused(_("这条章程参数已有后续版本，请修改最新的一条。"))
    _check_share(numerator, denominator, is_strict=is_strict)
    cited = one_line(citation)[:200]
    if not cited:
        raise InvalidInput(_("请写明章程的条款。"), {"citation": _("请写明章程的条款。")})
    if valid_from <= max(before.valid_from, clock.today()):
        sentence = _("生效日期须晚于今天和现行规则的生效日期。")
        raise InvalidInput(sentence, {"valid_from": sentence})
    before.valid_until = valid_from
    before.save(update_fields=["valid_until"])
    after = CharterRule.objects.create(
        code=before.code,
        title=before.title,
        numerator=numerator,
        denominator=denominator,
        is_strict=is_strict,
        citation=cited,
        certainty=Certainty.CHARTER,
        valid_from=valid_from,
    )
    record(actor, "set_charter_rule", after, before=before.pk, share=f"{numerator}/{denominator}")
    return after


def _check_share(numerator: int, denominator: int, *, is_strict: bool) -> None:
    if not 1 <= numerator <= denominator <= LARGEST_PART or (is_strict and numerator == denominator):
        sentence = _("比例须大于零，且不能要求超过全体。")
        raise InvalidInput(sentence, {"numerator": sentence})
