"""演示的工单与群体性投诉: a file of the hotline that waits for a decision, and a negotiation for two. All people are made up."""

from association import clock
from association.rules.clock import beijing
from common.spreadsheet import write_csv
from complaints import operations
from complaints.choices.complaints import Subject
from complaints.rules.intake import Applicant, Filing
from disclosure.management.demo.story import Cast

PAID, CLAIMED, OFFERED = 6_800_00, 4_200_00, 3_000_00
TELLERS = ("演示学员己", "演示学员庚")
HEADINGS = (
    "工单编号",
    "来电日期",
    "办理时限",
    "诉求人",
    "联系电话",
    "被反映单位",
    "诉求内容",
    "事项",
    "要求退还（元）",
)
# The third has no telephone number: one row to be mended.
CALLS = (
    ("演示来电甲", "13800000011", "演示工单：停课后联系不上学校，要求退费。", "退费", "3200"),
    ("演示来电乙", "13800000012", "演示工单：宣传与实际授课不符。", "虚假或误导宣传", "0"),
    ("演示来电丙", "不详", "演示工单：要求退还剩余课时费。", "退费", "1500"),
)


def tell(cast: Cast, institution_id: int, name: str) -> None:
    _import(cast, name)
    _negotiate(cast, institution_id, name)


def _import(cast: Cast, name: str) -> None:
    with clock.rehearsing(cast.at(-1, 9)):
        today, due = beijing(cast.at(-1)).date(), beijing(cast.at(14)).date()
        rows = [
            (f"YS{today:%Y%m%d}{place:04d}", today, due, person, phone, name, facts, subject, claimed)
            for place, (person, phone, facts, subject, claimed) in enumerate(CALLS, start=1)
        ]
        operations.import_orders(
            actor=cast.actor("mishu"), data=write_csv(HEADINGS, rows), filename="演示工单.csv"
        )


def _negotiate(cast: Cast, institution_id: int, name: str) -> None:
    """Written down for two callers, accepted, joined; each has an offer that waits for an answer."""
    clerk = cast.actor("mishu")
    with clock.rehearsing(cast.at(-8, 10)):
        chosen = [_called(cast, institution_id, name, person, place) for place, person in enumerate(TELLERS)]
        case = operations.open_mass_case(actor=clerk, title="演示：停课退费", complaint_ids=chosen)
    with clock.rehearsing(cast.at(-3, 10)):
        day = beijing(cast.at(12)).date()
        operations.offer_to_all(
            actor=cast.actor("jigou"),
            mass_case_id=case.pk,
            amounts_fen=dict.fromkeys(chosen, OFFERED),
            pay_by=day,
            open_until=day,
        )


def _called(cast: Cast, institution_id: int, name: str, person: str, place: int) -> int:
    clerk = cast.actor("mishu")
    filing = Filing(
        people=(Applicant(name=person, phone=f"1380000002{place}", address="北京市朝阳区演示路1号"),),
        respondent_name=name,
        respondent_address="北京市朝阳区演示路1号",
        subject=Subject.STOPPED,
        facts="演示投诉：学校停课，多人要求退还未上课程的费用。",
        demand="退还未上课程的费用。",
        harmed_on=beijing(cast.at(-30)).date(),
        institution_id=institution_id,
        paid_fen=PAID,
        claimed_fen=CLAIMED,
    )
    complaint = operations.file_for_caller(actor=clerk, filing=filing).complaint
    operations.accept(actor=clerk, complaint_id=complaint.pk)
    return int(complaint.pk)
