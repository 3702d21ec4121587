"""演示会费: a resolution, this year's bills, a file of the bank, what waits for a person or a second one, an account."""

from association import clock
from association.rules.clock import beijing
from common.spreadsheet import write_book
from disclosure.management.demo.answers import evidence
from disclosure.management.demo.story import Cast
from members import operations
from members.queries.dues import open_invoices, unmatched_receipts
from members.queries.membership import members_on
from members.rules.dues import FEN, Figures
from members.rules.dues_bank import COLUMNS

AMOUNTS = {
    "member": 300_000,
    "council": 600_000,
    "standing": 1_000_000,
    "vice_president": 2_000_000,
    "president": 2_000_000,
}
MEETING = "演示：第一次会员大会"
SPENDING = [("演示：会员培训与交流", 280_000), ("演示：会议与资料", 65_000)]


def tell(cast: Cast) -> None:
    year = beijing(cast.at(-45)).year
    _adopt(cast, met=-60, published=-50, year=year)
    with clock.rehearsing(cast.at(-45)):
        operations.issue_dues(actor=cast.actor("mishu"))
        bills = list(open_invoices().select_related("institution"))
    _credit(cast, bills[0].pk, -40, 50_000)
    paid = [
        (one.institution.name, f"会费 {one.number}", one.amount_fen - (50_000 if one == bills[0] else 0))
        for one in bills[:2]
    ]
    _load(cast, [*paid, ("演示未知付款人", "", 300_000)])
    _waiting(cast, bills[2].institution_id, bills[3].pk)
    with clock.rehearsing(cast.at(-5)):
        operations.publish_account(
            actor=cast.actor("mishu"), year=year, cut_off=clock.today(), spending=SPENDING
        )


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


def _credit(cast: Cast, invoice_id: int, day: int, fen: int) -> None:
    with clock.rehearsing(cast.at(day)):
        slip = operations.propose_credit(
            actor=cast.actor("mishu"),
            invoice_id=invoice_id,
            amount_fen=fen,
            reason="演示：理事会决议，遭受水灾减免",
        )
    with clock.rehearsing(cast.at(day, 15)):
        operations.confirm_slip(actor=cast.actor("ganshi"), slip_id=slip.pk)


def _load(cast: Cast, lines: list[tuple[str, str, int]]) -> None:
    """One file that came in, and one that waits with a row to be mended."""
    with clock.rehearsing(cast.at(-20)):
        clerk = cast.actor("mishu")
        statement = operations.look_at_statement(
            actor=clerk, data=_file(lines, "YS1"), filename="演示银行流水.xlsx"
        )
        operations.load_statement(actor=clerk, statement_id=statement.pk)
    with clock.rehearsing(cast.at(-1)):
        later = _file([("演示未知付款人", "", 100), ("", "", 100)], "YS2")
        operations.look_at_statement(actor=clerk, data=later, filename="演示银行流水（二）.xlsx")


def _file(lines: list[tuple[str, str, int]], serial: str) -> bytes:
    day = clock.today().isoformat()
    rows = [
        (f"{serial}-{place}", day, payer, f"{fen / FEN:.2f}", memo, "")
        for place, (payer, memo, fen) in enumerate(lines, 1)
    ]
    return write_book({"银行流水": ([one.label for one in COLUMNS.values()], rows)})


def _waiting(cast: Cast, payer_id: int, invoice_id: int) -> None:
    """For the second person: something to take off, a payment in cash, a wrong owner."""
    with clock.rehearsing(cast.at(-2)):
        clerk = cast.actor("mishu")
        operations.propose_credit(
            actor=clerk, invoice_id=invoice_id, amount_fen=100_000, reason="演示：理事会决议，新办机构减免"
        )
        receipt = unmatched_receipts().get()
        operations.match_receipt(actor=clerk, receipt_id=receipt.pk, institution_id=payer_id)
        operations.propose_undo(actor=clerk, receipt_id=receipt.pk, reason="演示：付款人来电说明是另一家的")
        operations.propose_payment(
            actor=clerk,
            institution_id=payer_id,
            amount_fen=20_000,
            received_on=clock.today(),
            way="cash",
            paper=evidence(),
            reason="演示：现金缴纳的一部分",
        )
