"""所见即所签: a second person of the committee decides what their page showed, and nothing that came after."""

import pytest

from association.choices import Role
from association.shown import Moved, carried, seen_in
from association.tenancy import acting_for
from common.errors import Forbidden, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import DeterminationState, Stage
from credit_rating.models import Assessment, Determination, Publication
from credit_rating.queries.waiting_decisions import proposed_publications
from tests.factories.people import actor_with, make_association, make_institution
from tests.factories.rating import reviewing_round
from tests.factories.review import (
    computed,
    determined,
    move_clock,
    overruling_now,
    proposed_now,
    published,
    suspension_now,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def scope(db):
    association = make_association()
    with acting_for(association.pk):
        yield association


@pytest.fixture
def clerk(scope):
    return actor_with(Role.SECRETARIAT)


@pytest.fixture
def chair(scope):
    return actor_with(Role.COMMITTEE_CHAIR)


def on_notice_together(clerk, count=2):
    held_in = reviewing_round(institutions=[make_institution() for _ in range(count)])
    rows = list(Assessment.objects.filter(round=held_in).order_by("pk"))
    for row in rows:
        determined(row)
    operations.open_public_notice(actor=clerk, round_id=held_in.pk)
    return held_in, rows


def test_what_a_form_carries_comes_back_as_it_was():
    facts = {"等级": "A", "理由": "“核查”\n<b>"}
    assert seen_in(carried(facts)) == facts
    for nothing in (None, "", "[]", "{", '{"a": 1}', "[" * 100_000, "1", '"x"'):
        assert seen_in(nothing) == {}


# 批准公布


def test_what_is_proposed_after_the_page_stays_proposed(clerk, chair):
    held_in, rows = on_notice_together(clerk)
    admin = actor_with(Role.INSTITUTION_ADMIN, rows[1].institution)
    objection = operations.file_objection(actor=admin, assessment_id=rows[1].pk, text="不服")
    move_clock(15, clerk)
    operations.propose_publication(actor=clerk, round_id=held_in.pk)
    shown = proposed_now(held_in.pk)
    assert len(shown) == 1
    operations.decide_objection(
        actor=actor_with(Role.COMMITTEE), objection_id=objection.pk, upheld=False, decision="维持"
    )
    operations.propose_publication(actor=clerk, round_id=held_in.pk)
    (done,) = operations.approve_publication(actor=chair, round_id=held_in.pk, shown=shown)
    assert done.assessment_id == rows[0].pk
    with pytest.raises(Refused, match="都已公布"):
        operations.approve_publication(actor=chair, round_id=held_in.pk, shown=shown)
    rows[1].refresh_from_db()
    assert rows[1].stage == Stage.PUBLIC_NOTICE
    (other,) = operations.approve_publication(
        actor=chair, round_id=held_in.pk, shown=proposed_now(held_in.pk)
    )
    assert other.assessment_id == rows[1].pk


def test_a_grade_that_is_not_what_was_shown_is_refused_with_both(clerk, chair):
    held_in, _rows = on_notice_together(clerk)
    move_clock(15, clerk)
    operations.propose_publication(actor=clerk, round_id=held_in.pk)
    shown = proposed_now(held_in.pk)
    first = next(iter(shown))
    with pytest.raises(Moved, match="您看到的是“D · 12”，现在是“A · 100”"):
        operations.approve_publication(actor=chair, round_id=held_in.pk, shown={**shown, first: "D · 12"})
    for nothing in ({}, {"等级": "A"}):
        with pytest.raises(Refused):
            operations.approve_publication(actor=chair, round_id=held_in.pk, shown=nothing)
    assert not Publication.objects.exclude(published_at=None).exists()


def test_what_was_determined_anew_is_named_and_nothing_is_published(clerk, chair):
    held_in, rows = on_notice_together(clerk)
    move_clock(15, clerk)
    operations.propose_publication(actor=clerk, round_id=held_in.pk)
    shown = proposed_now(held_in.pk)
    gone = Determination.objects.get(assessment=rows[0])
    Determination.objects.filter(pk=gone.pk).update(state=DeterminationState.SUPERSEDED)
    with pytest.raises(Moved, match="尚未提请") as moved:
        operations.approve_publication(actor=chair, round_id=held_in.pk, shown=shown)
    assert str(rows[0].institution) in moved.value.sentence
    assert str(rows[1].institution) not in moved.value.sentence
    assert not Publication.objects.exclude(published_at=None).exists()
    (done,) = operations.approve_publication(actor=chair, round_id=held_in.pk, shown=moved.value.now)
    assert done.assessment_id == rows[1].pk


def test_the_page_lists_all_that_is_proposed_and_hides_what_the_chair_must_not_decide(clerk):
    held_in, rows = on_notice_together(clerk)
    move_clock(15, clerk)
    operations.propose_publication(actor=clerk, round_id=held_in.pk)
    insider = actor_with(Role.COMMITTEE_CHAIR, employer=rows[0].institution)
    listed = {one.publication.assessment_id: one.barred for one in proposed_publications(insider, held_in.pk)}
    assert listed == {rows[0].pk: True, rows[1].pk: False}


def test_neither_a_neighbour_nor_the_proposer_approves_what_was_shown(clerk):
    held_in, _rows = on_notice_together(clerk)
    move_clock(15, clerk)
    operations.propose_publication(actor=clerk, round_id=held_in.pk)
    shown = proposed_now(held_in.pk)
    with acting_for(make_association().pk), pytest.raises(NotFound):
        operations.approve_publication(
            actor=actor_with(Role.COMMITTEE_CHAIR), round_id=held_in.pk, shown=shown
        )
    with pytest.raises(Forbidden):
        operations.approve_publication(actor=clerk, round_id=held_in.pk, shown=shown)


# 第二人签署


def test_a_second_signature_holds_for_the_overruling_that_was_read(clerk):
    assessment, first, second, third = computed(), *(actor_with(Role.COMMITTEE) for _ in range(3))
    ask = {"actor": first, "assessment_id": assessment.pk}
    row = operations.determine(**ask, grade="B", reason="整改未完成")
    read = overruling_now(row.pk)
    operations.countersign(actor=third, determination_id=row.pk, shown=read, agree=False)
    again = operations.determine(**ask, grade="D", reason="另有情况")
    assert again.pk == row.pk
    for agree in (True, False):
        with pytest.raises(Moved, match="您看到的是“B”，现在是“D”") as moved:
            operations.countersign(actor=second, determination_id=row.pk, shown=read, agree=agree)
    assert "整改未完成" in moved.value.sentence
    assert "另有情况" in moved.value.sentence
    again.refresh_from_db()
    assert (again.state, again.grade) == (DeterminationState.COUNTERSIGN, "D")
    with pytest.raises(Moved, match="看不出"):
        operations.countersign(actor=second, determination_id=row.pk, shown={})
    operations.countersign(actor=second, determination_id=row.pk, shown=moved.value.now)
    again.refresh_from_db()
    assert again.state == DeterminationState.CONFIRMED


# 暂停


def test_a_suspension_is_decided_on_the_reason_that_was_read(clerk, chair):
    publication = published()
    ask = {"actor": clerk, "publication_id": publication.pk}
    operations.propose_suspension(**ask, reason="年检未过")
    read = suspension_now(publication.pk)
    other = actor_with(Role.COMMITTEE_CHAIR)
    operations.decline_suspension(actor=other, publication_id=publication.pk, shown=read)
    operations.propose_suspension(**ask, reason="另有投诉")
    for decide in (operations.suspend_publication, operations.decline_suspension):
        with pytest.raises(Moved, match="您看到的是“年检未过”，现在是“另有投诉”"):
            decide(actor=chair, publication_id=publication.pk, shown=read)
    publication.refresh_from_db()
    assert publication.suspended_at is None
    assert publication.suspension_reason == "另有投诉"
    now = suspension_now(publication.pk)
    assert operations.suspend_publication(actor=chair, publication_id=publication.pk, shown=now).suspended_at
