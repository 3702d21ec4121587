"""Material for tests of 会费: an adopted and published resolution, and the bills made from it."""

from association import clock
from members import operations
from members.models import DuesInvoice
from members.rules.dues import Figures
from tests.members.joining import upload
from tests.members.pledges import Desk

AMOUNTS = {
    "member": 300_000,
    "council": 2_000_000,
    "standing": 5_000_000,
    "vice_president": 10_000_000,
    "president": 10_000_000,
}


def adopt(desk, *, entitled=None, votes_for=None, votes_against=0, abstentions=0, **values):
    count = len(desk.members)
    figures = Figures(
        count if entitled is None else entitled,
        count if votes_for is None else votes_for,
        votes_against,
        abstentions,
    )
    today = clock.today()
    given = {
        "meeting": "第一次会员大会", "met_on": today, "first_year": today.year, "figures": figures, "is_secret": True,
        "amounts": AMOUNTS, "minutes": upload("会费决议.jpg"), "remark": "名册另有说明",
    }  # fmt: skip
    return operations.adopt_dues(actor=desk.clerk, **(given | values))


def published(desk, **values):
    resolution = adopt(desk, **values)
    return operations.publish_dues(actor=desk.clerk, resolution_id=resolution.pk)


def billed(desk, **values):
    """The bills of the members in their order."""
    published(desk, **values)
    operations.issue_dues(actor=desk.clerk)
    return [DuesInvoice.objects.get(institution=one) for one in desk.members]


def credit(desk, invoice, fen=100_000):
    return operations.propose_credit(
        actor=desk.clerk, invoice_id=invoice.pk, amount_fen=fen, reason="第三次理事会决议"
    )


def matrix_of():
    """For the matrix of addresses: bills, and a slip that waits for another person."""
    desk = Desk(members=1)
    invoice = billed(desk)[0]
    credit(desk, invoice)
    # The newest, so that the buttons before publication have something to stand on.
    adopt(desk, first_year=clock.today().year + 1)
    return {}
