"""评估规范 from the experts on: opinions, freezing, what the database refuses then, the map, and who may."""

from dataclasses import replace

import pytest
from django.db import Error, connection, connections, transaction

from association.choices import Role
from association.models import AuditEntry
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import StandardState
from credit_rating.models import AssessmentStandard, Band, Indicator, IndicatorMap
from credit_rating.queries.standards import map_rows_of, spec_of
from credit_rating.rules.canonical import standard_hash
from credit_rating.rules.indicator_map import MapKind, MapRow
from tests.credit_rating.test_operations_standards import D, as_csv, imported, sheet_rows
from tests.factories.people import actor_with, make_association
from tests.factories.rating import (
    BANDS,
    draft_standard,
    freeze,
    frozen_standard,
    frozen_successor,
    small_spec,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    association = make_association()
    with acting_for(association.pk):
        yield association


@pytest.fixture
def clerk(here):
    return actor_with(Role.SECRETARIAT)


@pytest.fixture
def expert(here):
    return actor_with(Role.COMMITTEE)


# ---------------------------------------------------------------- experts and freezing


def test_a_draft_is_judged_then_frozen_with_its_hash(clerk, expert):
    standard = draft_standard()
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    with pytest.raises(Refused, match="还没有专家"):
        operations.freeze_standard(actor=clerk, standard_id=standard.pk)
    operations.give_expert_opinion(actor=expert, standard_id=standard.pk, verdict="agree", text="同意")
    frozen = operations.freeze_standard(actor=clerk, standard_id=standard.pk)
    frozen.refresh_from_db()
    assert frozen.state == StandardState.FROZEN
    assert frozen.sha256 == standard_hash(spec_of(frozen))
    assert frozen.frozen_at is not None
    with pytest.raises(Refused):
        operations.freeze_standard(actor=clerk, standard_id=standard.pk)


def test_a_draft_is_not_frozen_past_the_experts(clerk):
    with pytest.raises(Refused, match="专家评审"):
        operations.freeze_standard(actor=clerk, standard_id=draft_standard().pk)


def test_an_opinion_on_an_earlier_text_does_not_count(clerk, expert):
    standard = draft_standard()
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    operations.give_expert_opinion(
        actor=expert, standard_id=standard.pk, verdict="agree_with_changes", text="改一处"
    )
    operations.return_to_draft(actor=clerk, standard_id=standard.pk, reason="按意见修改")
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    with pytest.raises(Refused, match="这一稿"):
        operations.freeze_standard(actor=clerk, standard_id=standard.pk)


def test_where_an_expert_disagrees_freezing_needs_a_reason(clerk, expert):
    standard = draft_standard()
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    operations.give_expert_opinion(actor=expert, standard_id=standard.pk, verdict="disagree", text="不妥")
    with pytest.raises(Refused, match="理由"):
        operations.freeze_standard(actor=clerk, standard_id=standard.pk)
    operations.freeze_standard(actor=clerk, standard_id=standard.pk, reason="理事会第3次会议决定")
    assert AuditEntry.objects.get(action="freeze_standard").reason == "理事会第3次会议决定"


def test_opinions_are_given_only_during_the_review_and_with_words(clerk, expert):
    standard = draft_standard()
    with pytest.raises(Refused):
        operations.give_expert_opinion(actor=expert, standard_id=standard.pk, verdict="agree", text="同意")
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    for verdict, text in (("perhaps", "同意"), ("agree", " ")):
        with pytest.raises(InvalidInput):
            operations.give_expert_opinion(actor=expert, standard_id=standard.pk, verdict=verdict, text=text)
    with pytest.raises(Refused, match="只有编制中"):
        operations.edit_bands(actor=clerk, standard_id=standard.pk, bands=BANDS)


@pytest.mark.parametrize("fault", ["band", "sum", "total"])
def test_what_is_wrong_with_a_standard_is_named_when_it_is_to_be_frozen(clerk, expert, fault):
    standard = draft_standard()
    if fault == "band":
        Band.objects.filter(standard=standard, grade="B").update(lower=D(80))
    elif fault == "sum":
        Indicator.objects.filter(standard=standard, code="A1").update(points=D(36))
    else:
        AssessmentStandard.objects.filter(pk=standard.pk).update(total_points=D(101))
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    operations.give_expert_opinion(actor=expert, standard_id=standard.pk, verdict="agree", text="同意")
    with pytest.raises(Refused, match={"band": "空档", "sum": "须相等", "total": "须相等"}[fault]):
        operations.freeze_standard(actor=clerk, standard_id=standard.pk)
    standard.refresh_from_db()
    assert (standard.state, standard.sha256) == (StandardState.EXPERT_REVIEW, "")


def test_retiring_leaves_the_standard_as_it_was(clerk):
    standard = frozen_standard()
    with pytest.raises(InvalidInput):
        operations.retire_standard(actor=clerk, standard_id=standard.pk, reason=" ")
    retired = operations.retire_standard(actor=clerk, standard_id=standard.pk, reason="已有新版")
    assert (retired.state, retired.sha256) == (StandardState.RETIRED, standard.sha256)
    with pytest.raises(Refused):
        operations.retire_standard(actor=clerk, standard_id=standard.pk, reason="再停一次")


# ---------------------------------------------------------------- the database refuses


CHANGES = [
    "UPDATE credit_rating_assessmentstandard SET title = '改' WHERE id = %(id)s",
    "UPDATE credit_rating_assessmentstandard SET state = 'draft' WHERE id = %(id)s",
    "UPDATE credit_rating_assessmentstandard SET state = 'retired', rounding_digits = 0 WHERE id = %(id)s",
    "UPDATE credit_rating_indicator SET points = 99 WHERE standard_id = %(id)s",
    "DELETE FROM credit_rating_band WHERE standard_id = %(id)s",
    """INSERT INTO credit_rating_band (association_id, standard_id, grade, label, lower, adverse)
    SELECT association_id, id, 'X', '', 999, false FROM credit_rating_assessmentstandard WHERE id = %(id)s""",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_sql_cannot_change_a_frozen_standard(here, statement):
    standard = frozen_standard()
    before = standard_hash(spec_of(standard))
    with pytest.raises(Error, match="frozen standard"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {"id": standard.pk})
    standard.refresh_from_db()
    assert (standard.state, standard.sha256) == (StandardState.FROZEN, before)


def test_the_orm_cannot_change_a_frozen_standard(here):
    standard = frozen_standard()
    row = Indicator.objects.get(code="A1.1")

    def renamed():
        standard.title = "改"
        standard.save()

    attempts = [
        renamed,
        lambda: Indicator.objects.filter(standard=standard).update(points=1),
        lambda: Indicator.objects.filter(pk=row.pk).update(title="改"),
        lambda: Band.objects.filter(standard=standard).delete(),
        lambda: Band.objects.create(standard=standard, grade="X", label="", lower=D(99)),
    ]
    for attempt in attempts:
        with pytest.raises(Error, match="frozen standard"), transaction.atomic():
            attempt()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("statement", CHANGES[:5])
def test_not_even_the_owner_of_the_tables_changes_a_frozen_standard(statement):
    association = make_association()
    with acting_for(association.pk):
        standard = frozen_standard()
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('portal.association', %s, true)", [str(association.pk)])
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("portal_owner",)
        with pytest.raises(Error, match="frozen standard"):
            cursor.execute(statement, {"id": standard.pk})
        transaction.set_rollback(True, "owner")


@pytest.mark.parametrize(
    "deed",
    [
        lambda who, one, row: operations.edit_indicator(actor=who, indicator_id=row, title="改"),
        lambda who, one, row: operations.edit_bands(actor=who, standard_id=one, bands=BANDS),
        lambda who, one, row: operations.edit_settings(actor=who, standard_id=one, title="改"),
        lambda who, one, row: operations.set_indicator_map(actor=who, standard_id=one, rows=[]),
        lambda who, one, row: operations.send_to_experts(actor=who, standard_id=one),
        lambda who, one, row: operations.return_to_draft(actor=who, standard_id=one, reason="改"),
    ],
)
def test_operations_refuse_a_frozen_standard_in_words(clerk, deed):
    standard = frozen_standard()
    with pytest.raises(Refused):
        deed(clerk, standard.pk, Indicator.objects.get(code="A1.1").pk)


# ---------------------------------------------------------------- the map


def test_a_successor_needs_its_map_before_freezing(clerk, expert):
    old = frozen_standard(small_spec(code="s"))
    new = draft_standard(small_spec(code="s", version="2"), successor_of=old)
    operations.send_to_experts(actor=clerk, standard_id=new.pk)
    operations.give_expert_opinion(actor=expert, standard_id=new.pk, verdict="agree", text="同意")
    with pytest.raises(Refused, match="指标对照"):
        operations.freeze_standard(actor=clerk, standard_id=new.pk)
    operations.return_to_draft(actor=clerk, standard_id=new.pk, reason="补对照")
    rows = operations.suggest_indicator_map(actor=clerk, standard_id=new.pk)
    assert {row.kind for row in rows} == {MapKind.SAME}
    operations.set_indicator_map(actor=clerk, standard_id=new.pk, rows=rows)
    assert freeze(new).state == StandardState.FROZEN
    assert map_rows_of(new) == rows


def test_splits_and_mergers_come_back_as_they_were_written(clerk):
    old = frozen_standard(small_spec(code="s"))
    spec = small_spec(code="s", version="2")
    new = draft_standard(spec, successor_of=old)
    rows = (
        MapRow(MapKind.SPLIT, ("A1.1",), ("A1.1", "A1.2")),
        MapRow(MapKind.MERGED, ("A1.2", "A1.3"), ("A1.3",)),
        MapRow(MapKind.SAME, ("A2.1",), ("A2.1",)),
        MapRow(MapKind.RETIRED, ("A2.2",)),
        MapRow(MapKind.NEW, (), ("A2.2",)),
        MapRow(MapKind.SAME, ("B1.1",), ("B1.1",)),
        MapRow(MapKind.SAME, ("B1.2",), ("B1.2",)),
    )
    operations.set_indicator_map(actor=clerk, standard_id=new.pk, rows=rows)
    operations.set_indicator_map(actor=clerk, standard_id=new.pk, rows=rows)
    assert map_rows_of(new) == rows
    assert IndicatorMap.objects.count() == 9


def test_a_map_that_leaves_something_out_or_lies_is_refused(clerk):
    old = frozen_standard(small_spec(code="s"))
    new = draft_standard(small_spec(code="s", version="2"), successor_of=old)
    rows = operations.suggest_indicator_map(actor=clerk, standard_id=new.pk)
    for wrong in (rows[1:], (replace(rows[0], kind=MapKind.RENAMED), *rows[1:])):
        with pytest.raises(InvalidInput):
            operations.set_indicator_map(actor=clerk, standard_id=new.pk, rows=wrong)
    assert not IndicatorMap.objects.exists()


def test_the_map_of_a_frozen_successor_stays(here):
    old = frozen_standard(small_spec(code="s"))
    frozen_successor(old, small_spec(code="s", version="2"))
    with pytest.raises(Error, match="frozen standard"), transaction.atomic():
        IndicatorMap.objects.all().delete()


def test_a_draft_is_no_predecessor(clerk):
    old = draft_standard()
    with pytest.raises(Refused, match="须已定稿"):
        imported(clerk, as_csv(sheet_rows()), "规范.csv", successor_of_id=old.pk)
    with pytest.raises(Refused, match="没有注明"):
        operations.suggest_indicator_map(actor=clerk, standard_id=old.pk)


# ---------------------------------------------------------------- who may, and whose


DEEDS = {
    "import": lambda who, one, row: imported(who, as_csv(sheet_rows()), "规范.csv"),
    "shipped": lambda who, one, row: operations.load_shipped_standard(actor=who, name="beijing_draft"),
    "settings": lambda who, one, row: operations.edit_settings(actor=who, standard_id=one, title="新"),
    "bands": lambda who, one, row: operations.edit_bands(actor=who, standard_id=one, bands=BANDS),
    "indicator": lambda who, one, row: operations.edit_indicator(actor=who, indicator_id=row, title="新"),
    "send": lambda who, one, row: operations.send_to_experts(actor=who, standard_id=one),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize(
    "role", [Role.INSTITUTION_ADMIN, Role.ASSESSOR, Role.COMMITTEE_CHAIR, Role.AUDITOR, Role.SECRETARIAT]
)
def test_only_the_secretariat_makes_standards(here, role, deed):
    standard = draft_standard()
    who, row = actor_with(role), Indicator.objects.get(code="A1.1").pk
    if role == Role.SECRETARIAT:
        assert DEEDS[deed](who, standard.pk, row) is not None
    else:
        with pytest.raises(Forbidden):
            DEEDS[deed](who, standard.pk, row)


def test_the_secretariat_gives_no_expert_opinion(clerk):
    standard = draft_standard()
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    with pytest.raises(Forbidden):
        operations.give_expert_opinion(actor=clerk, standard_id=standard.pk, verdict="agree", text="同意")


@pytest.mark.parametrize("deed", ["settings", "bands", "indicator", "send"])
def test_a_standard_of_another_association_does_not_exist(here, deed):
    with acting_for(make_association().pk):
        theirs = draft_standard()
        row = Indicator.objects.get(code="A1.1").pk
    with pytest.raises(NotFound):
        DEEDS[deed](actor_with(Role.SECRETARIAT), theirs.pk, row)


def test_reading_a_frozen_standard_again_asks_nothing(here, django_assert_num_queries):
    standard = frozen_standard()
    spec = spec_of(standard)
    with django_assert_num_queries(0):
        assert spec_of(standard) is spec
