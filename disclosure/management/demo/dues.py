"""演示会费: a resolution with its figures, this year's bills, one of them lessened and one proposal that waits."""

from association import clock
from association.rules.clock import beijing
from disclosure.management.demo.answers import evidence
from disclosure.management.demo.story import Cast
from members import operations
from members.queries.dues import open_invoices
from members.queries.membership import members_on
from members.rules.dues import Figures

AMOUNTS = {
    "member": 300_000,
    "council": 600_000,
    "standing": 1_000_000,
    "vice_president": 2_000_000,
    "president": 2_000_000,
}
MEETING = "演示：第一次会员大会"


def tell(cast: Cast) -> None:
    _adopt(cast, met=-60, published=-50, year=beijing(cast.at(-45)).year)
    with clock.rehearsing(cast.at(-45)):
        operations.issue_dues(actor=cast.actor("mishu"))
        bills = [invoice.pk for invoice in open_invoices()]
    if len(bills) > 1:
        _credit(cast, bills[0], -40, 50_000, confirmed=True)
        _credit(cast, bills[1], -2, 100_000, confirmed=False)


def _adopt(cast: Cast, *, met: int, published: int, year: int) -> None:
    with clock.rehearsing(cast.at(met)):
        count = members_on(clock.today())
        resolution = operations.adopt_dues(
            actor=cast.actor("mishu"),
            meeting=MEETING,
            met_on=clock.today(),
            first_year=year,
            figures=Figures(count, count, 0, 0),
            is_secret=True,
            amounts=AMOUNTS,
            minutes=evidence(),
        )
    with clock.rehearsing(cast.at(published)):
        operations.publish_dues(actor=cast.actor("mishu"), resolution_id=resolution.pk)


def _credit(cast: Cast, invoice_id: int, day: int, fen: int, *, confirmed: bool) -> None:
    with clock.rehearsing(cast.at(day)):
        slip = operations.propose_credit(
            actor=cast.actor("mishu"),
            invoice_id=invoice_id,
            amount_fen=fen,
            reason="演示：理事会决议，遭受水灾减免",
        )
    if confirmed:
        with clock.rehearsing(cast.at(day, 15)):
            operations.confirm_slip(actor=cast.actor("ganshi"), slip_id=slip.pk)
