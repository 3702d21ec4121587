"""同时办会费: whoever runs it beside another, nothing is billed, taken off or received twice. Real commits."""

import pytest

from association.tenancy import acting_for
from members import operations
from members.models import DuesEntry, DuesInvoice, DuesReceipt
from members.queries.dues import left_of, owed
from tests.at_once import at_once, losers, winners
from tests.factories.people import make_association
from tests.members.dues import billed, credit, line, loaded, look, published
from tests.members.pledges import Desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("home")


@pytest.fixture
def desk(home):
    with acting_for(home.pk):
        return Desk()


def test_two_runs_bill_every_member_once(home, desk):
    with acting_for(home.pk):
        published(desk)
    run = lambda actor: lambda: operations.issue_dues(actor=actor)
    assert sorted(at_once(home, run(desk.clerk), run(desk.second))) == [0, 3]
    with acting_for(home.pk):
        assert DuesInvoice.objects.count() == 3


def test_two_slips_together_take_off_no_more_than_is_owed(home, desk):
    with acting_for(home.pk):
        bill = billed(desk)[0]
        slips = [credit(desk, bill, 200_000).pk for _ in range(2)]
    confirm = lambda pk: lambda: operations.confirm_slip(actor=desk.second, slip_id=pk)
    found = at_once(home, *map(confirm, slips))
    assert (len(winners(found)), len(losers(found))) == (1, 1)
    with acting_for(home.pk):
        assert owed(bill) == 100_000


def test_one_slip_confirmed_in_two_windows_counts_once(home, desk):
    with acting_for(home.pk):
        bill = billed(desk)[0]
        slip = credit(desk, bill)
    confirm = lambda: operations.confirm_slip(actor=desk.second, slip_id=slip.pk)
    assert len(winners(at_once(home, confirm, confirm))) == 1
    with acting_for(home.pk):
        assert DuesEntry.objects.count() == 1


def test_two_files_with_the_same_line_bring_it_once(home, desk):
    with acting_for(home.pk):
        bill = billed(desk)[0]
        files = [look(desk, [line(1, desk.members[0].name, 3500)]).pk for _ in range(2)]
    load = lambda pk: lambda: operations.load_statement(actor=desk.clerk, statement_id=pk)
    assert len(winners(at_once(home, *map(load, files)))) == 1
    with acting_for(home.pk):
        assert (owed(bill), left_of(DuesReceipt.objects.get())) == (0, 50_000)


def test_money_is_claimed_by_one_of_two(home, desk):
    with acting_for(home.pk):
        bills = billed(desk)
        (receipt,) = loaded(desk, line(1, "陌生人", 3000))
    claim = lambda one: (
        lambda: operations.match_receipt(actor=desk.clerk, receipt_id=receipt.pk, institution_id=one.pk)
    )
    found = at_once(home, claim(desk.members[0]), claim(desk.members[1]))
    assert [str(one) for one in losers(found)] == ["这笔收款已经认领；认领有误的，请先冲回。"]
    with acting_for(home.pk):
        assert sorted(owed(bill) for bill in bills) == [0, 300_000, 300_000]
