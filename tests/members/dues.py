"""Material for tests of 会费: an adopted and published resolution, and the bills made from it."""

from association import clock
from members import operations
from members.models import DuesInvoice, DuesReceipt
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


HEAD = "流水号,日期,付款人,金额,附言,统一社会信用代码"


def line(serial, payer, yuan, memo="", uscc="", day="2026-01-05"):
    return f"L{serial},{day},{payer},{yuan},{memo},{uscc}"


def look(desk, lines, filename="流水.csv"):
    data = "\n".join([HEAD, *lines]).encode()
    return operations.look_at_statement(actor=desk.clerk, data=data, filename=filename)


def loaded(desk, *lines):
    """What came in, in the order of the lines."""
    statement = look(desk, lines)
    operations.load_statement(actor=desk.clerk, statement_id=statement.pk)
    return list(DuesReceipt.objects.filter(statement=statement).order_by("pk"))


def matrix_of():
    """For the matrix of addresses: bills, and a slip that waits for another person."""
    desk = Desk(members=1)
    invoice = billed(desk)[0]
    credit(desk, invoice)
    statement = look(desk, [line(1, invoice.institution.name, 1)])
    operations.load_statement(actor=desk.clerk, statement_id=statement.pk)
    look(desk, [line(2, "演示无人认领", 5), line(2, "演示重复", 5)])
    operations.publish_account(
        actor=desk.clerk, year=invoice.year, cut_off=clock.today(), spending=[("演示会议", 5_000)]
    )
    operations.propose_payment(
        actor=desk.clerk, institution_id=invoice.institution_id, amount_fen=1, received_on=clock.today(), way="cash",
        paper=upload("凭证.jpg"), reason="现金",
    )  # fmt: skip
    # The newest, so that the buttons before publication have something to stand on.
    adopt(desk, first_year=clock.today().year + 1)
    return {"dues_receipt": DuesReceipt.objects.first().pk}
