"""更正历史结果: a result that was taken over wrongly, and what two people make of it."""

from association import clock
from association.choices import Role
from credit_rating.choices import ImportState
from credit_rating.models import ResultImport
from credit_rating.operations import (
    Corrected,
    confirm_correction,
    confirm_historical_results,
    propose_correction,
    propose_historical_results,
)
from credit_rating.operations.historical import HistoricalRow
from credit_rating.queries.corrections import as_it_stands
from tests.factories import figures
from tests.factories.people import actor_with

ROW = HistoricalRow(
    "演示更正学校",
    2023,
    "演示诚信等级评估",
    "B",
    "演示培委会",
    "演示日报 2024-01-30",
    "https://example.org/1",
    note="共评3家",
)
RIGHT = Corrected("A", "演示培委会", "演示日报 2024-01-30", "https://example.org/1", "共评3家")
WHY = {"reason": "录入时看错了一行", "basis": "演示日报 2024-01-30 第3版"}


def clerk():
    return actor_with(Role.SECRETARIAT)


def taken_over(rows=(ROW,), by=None):
    """导入 by two people; returns how many are new."""
    waiting = propose_historical_results(actor=by or clerk(), rows=list(rows))
    return 0 if waiting is None else confirm_historical_results(actor=clerk(), import_id=waiting.pk)


def confirmed_import():
    """One under which a test may write a result as a row."""
    waiting = propose_historical_results(actor=clerk(), rows=[ROW])
    ResultImport.objects.filter(pk=waiting.pk).update(
        state=ImportState.CONFIRMED, decided_by=clerk().person_id, decided_at=clock.now()
    )
    return waiting


def import_waiting():
    """One that somebody else has yet to confirm."""
    return propose_historical_results(actor=clerk(), rows=[ROW]).pk


def proposed(result, corrected=RIGHT, by=None, **fields):
    return propose_correction(actor=by or clerk(), result_id=result.pk, corrected=corrected, **(WHY | fields))


def corrected(result, *args, **fields):
    return confirm_correction(actor=clerk(), correction_id=proposed(result, *args, **fields).pk)


def grade_of(result):
    return as_it_stands(result).grade


def correction_of(institution):
    """One that somebody else has yet to confirm."""
    result = institution.historical_results.get()
    return proposed(result, Corrected("B", result.issuing_body, result.source_title)).pk


def matrix_of(institution):
    """What waits for a second person, one of each."""
    return {
        "correction": correction_of(institution),
        "past_import": import_waiting(),
        "figures_proposal": figures.waiting().pk,
    }
