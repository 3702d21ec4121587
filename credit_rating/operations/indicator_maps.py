"""指标对照: how the indicators of the version before live on in this one."""

from collections.abc import Iterator, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from association.actors import Actor
from association.audit import record
from common.errors import InvalidInput, NotFound, Refused
from common.said import listed
from common.tables import read_table
from credit_rating.access import MAY, standards_visible_to
from credit_rating.models import AssessmentStandard, Indicator, IndicatorMap
from credit_rating.operations.standard_drafts import lock_draft
from credit_rating.queries.standards import spec_of
from credit_rating.rules.grid import MOST_ROWS
from credit_rating.rules.indicator_map import MapRow, map_problems, suggested_map
from credit_rating.rules.map_sheet import MapRead, read_map

PAIRS_AT_ONCE = 1000


def suggest_indicator_map(*, actor: Actor, standard_id: int) -> tuple[MapRow, ...]:
    """对照表草案, for a person to look through; nothing is saved."""
    actor.require(MAY, "edit_standard")
    new = standards_visible_to(actor).select_related("successor_of").filter(pk=standard_id).first()
    if new is None:
        raise NotFound(_("没有这份规范。"))
    return suggested_map(spec_of(_predecessor(new)), spec_of(new))


@transaction.atomic
def set_indicator_map(*, actor: Actor, standard_id: int, rows: Sequence[MapRow]) -> tuple[MapRow, ...]:
    """指标对照: the whole table at once; every scored indicator of both versions exactly once."""
    actor.require(MAY, "edit_standard")
    new = lock_draft(actor, standard_id)
    old = _predecessor(new)
    wrong = map_problems(spec_of(old), spec_of(new), rows)
    if wrong:
        raise InvalidInput(listed((problem.sentence for problem in wrong[:20]), ""))
    _replace(actor, old, new, rows)
    return tuple(rows)


@transaction.atomic
def import_indicator_map(*, actor: Actor, standard_id: int, data: bytes, filename: str) -> MapRead:
    """导入指标对照 from a sheet, for standards of any size: the whole table, or every wrong line and nothing changed.

    Raises InvalidInput (no table), TooLarge, Refused (no draft, no version before).
    """
    actor.require(MAY, "edit_standard")
    new = lock_draft(actor, standard_id)
    old = _predecessor(new)
    table = read_table(
        data, filename, max_rows=2 * MOST_ROWS
    )  # at most every old one and every new one by itself
    read = read_map(spec_of(old), spec_of(new), table.rows, table.lines)
    if not read.errors:
        _replace(actor, old, new, read.rows)
    return read


def _replace(actor: Actor, old: AssessmentStandard, new: AssessmentStandard, rows: Sequence[MapRow]) -> None:
    IndicatorMap.objects.filter(new_standard=new).delete()
    IndicatorMap.objects.bulk_create(_pairs(old, new, rows), batch_size=PAIRS_AT_ONCE)
    record(actor, "set_indicator_map", new, rows=len(rows))


def _predecessor(new: AssessmentStandard) -> AssessmentStandard:
    if new.successor_of is None:
        raise Refused(_("这份规范没有注明接替哪一版，不需要指标对照。"))
    return new.successor_of


def _pairs(
    old: AssessmentStandard, new: AssessmentStandard, rows: Sequence[MapRow]
) -> Iterator[IndicatorMap]:
    """One database row for each pair of indicators."""
    olds = dict(Indicator.objects.filter(standard=old).values_list("code", "id"))
    news = dict(Indicator.objects.filter(standard=new).values_list("code", "id"))
    for row in rows:
        for from_code in row.from_codes or (None,):
            for to_code in row.to_codes or (None,):
                yield IndicatorMap(
                    old_standard=old,
                    new_standard=new,
                    kind=row.kind.value,
                    old_indicator_id=olds[from_code] if from_code else None,
                    new_indicator_id=news[to_code] if to_code else None,
                )
