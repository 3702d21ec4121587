"""成批写入: the same rows as one by one, in order, inside the walls."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from association.bulk import insert_rows
from association.choices import Unit
from association.models import AuditEntry, DeadlineRule
from association.tenancy import NoAssociationSelected, acting_for
from members.models import FormerName, Institution
from tests.factories.people import make_association, make_institution

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
SAME = {
    "at": MOMENT,
    "recorded_at": MOMENT,
    "user_id": None,
    "action": "x",
    "object_kind": "k",
    "reason": "",
    "request_id": "",
}


@pytest.fixture
def association():
    made = make_association()
    with acting_for(made.pk):
        yield made


def test_rows_come_back_in_order_with_every_kind_of_value(association):
    texts = ["'引号\"", "\\x41", "{1,2}", "换\n行", "=1+1", ""]
    ids = insert_rows(
        AuditEntry, [{"object_id": place, "detail": {"text": text}} for place, text in enumerate(texts)], SAME
    )
    rows = AuditEntry.objects.filter(pk__in=ids).order_by("pk")
    assert [row.pk for row in rows] == ids
    assert [row.detail["text"] for row in rows] == texts
    assert {(row.at, row.user_id, row.association_id) for row in rows} == {(MOMENT, None, association.pk)}


def test_dates_choices_and_missing_values(association):
    same = {"title": "试", "number": 3, "unit": Unit.WORKING_DAY, "citation": "x", "certainty": "charter", "owner": "",
            "silence_means": "", "note": "", "confirmation": ""}  # fmt: skip
    (pk,) = insert_rows(
        DeadlineRule, [{"code": "X", "valid_from": date(2026, 1, 2), "valid_until": None}], same
    )
    row = DeadlineRule.objects.get(pk=pk)
    assert (row.valid_from, row.valid_until, row.unit) == (date(2026, 1, 2), None, "working_day")


def test_nothing_is_nothing(association):
    assert insert_rows(AuditEntry, [], SAME) == []


def test_a_column_that_is_none_is_refused_before_anything_is_asked(association):
    with pytest.raises(ValueError, match="no such columns"):
        insert_rows(AuditEntry, [{"object_id": 1, "id) VALUES (1); --": 2}], SAME)


def test_the_walls_hold(association):
    elsewhere = make_association()
    with acting_for(elsewhere.pk):
        theirs = make_institution()
    names = [{"name": "旧名"}]
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        insert_rows(FormerName, names, {"institution_id": theirs.pk, "association_id": elsewhere.pk})
    with pytest.raises(IntegrityError, match="name_once"), transaction.atomic():
        insert_rows(FormerName, names * 2, {"institution_id": make_institution().pk})
    assert not FormerName.objects.exists()


def test_without_a_scope_nothing_is_written():
    with pytest.raises(NoAssociationSelected):
        insert_rows(Institution, [{"name": "x"}], {})
