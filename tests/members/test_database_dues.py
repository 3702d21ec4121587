"""会费 in the database: it refuses by itself what the operations refuse with a sentence."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from association import clock
from members import operations
from members.models import DuesEntry, DuesInvoice, DuesResolution, DuesSlip, DuesStandard
from tests.members.dues import adopt, billed, credit, published
from tests.members.pledges import Desk

REFUSALS = (IntegrityError, InternalError)


@pytest.fixture
def desk(here):
    return Desk()


def refused(deed):
    with pytest.raises(REFUSALS), transaction.atomic():
        done_now(deed)


def done_now(deed):
    """With what the database would look at only at the end of the transaction."""
    deed()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def copy_of(row, **changed):
    """The same once more, with other values: what a careless insert would write."""
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name != "id"
    }
    return type(row)(**(values | changed))


def resolution_like(row, **changed):
    """Another one for later years, with an amount for every tier."""
    later = {
        "first_year": row.first_year + 5,
        "state": "adopted",
        "published_at": None,
        "published_by_id": None,
    }
    made = copy_of(row, **(later | changed))

    def write():
        made.save()
        DuesStandard.objects.bulk_create(
            DuesStandard(resolution=made, tier=one.tier, amount_fen=one.amount_fen)
            for one in row.standards.all()
        )

    return write


def test_resolution_without_its_shares_is_refused(desk):
    first = published(desk)
    DuesResolution.objects.filter(pk=first.pk).update(last_year=first.first_year)
    with transaction.atomic():
        done_now(resolution_like(first))  # the same figures are good
        transaction.set_rollback(True)
    refused(resolution_like(first, entitled=30))
    refused(resolution_like(first, votes_for=1, votes_against=1, present=2, entitled=2))
    refused(resolution_like(first, votes_for=0, present=0, entitled=0))
    refused(resolution_like(first, is_secret=False))
    refused(resolution_like(first, present=4, entitled=4))
    refused(resolution_like(first, quorum_rule_id=first.majority_rule_id))
    refused(resolution_like(first, met_on=date(2019, 1, 1)))
    refused(resolution_like(first, first_year=first.met_on.year - 1))
    refused(resolution_like(first, state="published", published_at=clock.now(), published_by_id=1))


def test_years_never_overlap(desk):
    first = published(desk)
    refused(resolution_like(first))
    DuesResolution.objects.filter(pk=first.pk).update(last_year=first.first_year)
    refused(resolution_like(first, first_year=first.first_year))


def test_resolution_stays_as_it_was_adopted(desk):
    first = billed(desk)[0].resolution
    rows = DuesResolution.objects.filter(pk=first.pk)
    for change in (
        {"votes_for": 2},
        {"meeting": "另一次"},
        {"state": "adopted"},
        {"published_at": first.published_at + timedelta(days=1)},
    ):
        refused(lambda change=change: rows.update(**change))
    refused(lambda: rows.update(last_year=first.first_year - 1))  # bills rest on it
    refused(rows.delete)
    rows.update(last_year=first.first_year)
    refused(lambda: rows.update(last_year=first.first_year + 1))
    refused(lambda: DuesStandard.objects.update(amount_fen=1))
    refused(DuesStandard.objects.all().delete)


def test_resolution_names_an_amount_for_every_tier(desk):
    first = published(desk)
    DuesResolution.objects.filter(pk=first.pk).update(last_year=first.first_year)
    bare = copy_of(
        first, first_year=first.first_year + 1, last_year=None, state="adopted", published_at=None, published_by_id=None
    )  # fmt: skip
    refused(bare.save)


def test_bill_rests_on_a_published_resolution_its_amount_and_the_membership(desk):
    bill = billed(desk)[0]
    free = desk.member()
    operations.issue_dues(actor=desk.clerk)
    other = DuesInvoice.objects.get(institution=free)
    refused(lambda: copy_of(bill).save())  # once a year
    refused(lambda: copy_of(bill, year=bill.year + 1, amount_fen=1).save())
    refused(lambda: copy_of(bill, year=bill.year - 1).save())
    refused(lambda: copy_of(bill, year=bill.year + 1, institution_id=free.pk).save())
    refused(lambda: copy_of(bill, year=bill.year + 1, tier="council", amount_fen=2_000_000).save())
    late = adopt(desk, first_year=bill.year + 1)
    refused(lambda: copy_of(other, year=bill.year + 1, resolution_id=late.pk).save())  # not published
    refused(lambda: DuesInvoice.objects.update(amount_fen=1))
    refused(DuesInvoice.objects.all().delete)


def test_bill_is_lessened_only_by_what_two_people_confirmed_and_never_below_nothing(desk):
    bill = billed(desk)[0]
    slip = credit(desk, bill)
    given = {"invoice": bill, "kind": "credit", "at": clock.now(), "by_id": desk.second.user_id}
    refused(lambda: DuesEntry.objects.create(amount_fen=100_000, slip=slip, **given))
    refused(lambda: DuesEntry.objects.create(amount_fen=100_000, **given))
    own = {"state": "confirmed", "decided_by_id": desk.clerk.user_id, "decided_at": clock.now()}
    refused(lambda: DuesSlip.objects.filter(pk=slip.pk).update(**own))
    DuesSlip.objects.filter(pk=slip.pk).update(**(own | {"decided_by_id": desk.second.user_id}))
    refused(lambda: DuesEntry.objects.create(amount_fen=99_999, slip=slip, **given))
    DuesEntry.objects.create(amount_fen=100_000, slip=slip, **given)
    refused(lambda: DuesEntry.objects.create(amount_fen=100_000, slip=slip, **given))
    refused(lambda: DuesEntry.objects.update(amount_fen=1))
    refused(lambda: DuesSlip.objects.update(amount_fen=1))
    whole = credit(desk, bill, 200_000)
    DuesSlip.objects.filter(pk=whole.pk).update(**(own | {"decided_by_id": desk.second.user_id}))
    DuesEntry.objects.create(amount_fen=200_000, slip=whole, **given)
    refused(lambda: DuesEntry.objects.create(amount_fen=1, **given))
