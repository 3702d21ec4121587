"""人和事 of the tests of complaints: a world with staff, a mediator, an institution, and a filing with planted data."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

from django.core.files.uploadedfile import SimpleUploadedFile

from association import clock
from association.actors import system, visitor
from association.choices import Role
from association.committee import register_committee
from association.models import OutboxJob
from association.tenancy import current_association_id
from complaints import operations
from complaints.choices.complaints import Outcome, Party, State, Subject
from complaints.models import Complaint, PaymentReport, Survey
from complaints.rules.intake import Applicant, Filing
from complaints.rules.money import Payment
from tests.common.files import picture
from tests.factories.people import actor_with, make_institution

# 2026-03-02 is a Monday; 10:00 in Beijing.
MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)
# Planted: whoever finds one of these where it should not be has found a leak.
NAME, PHONE, STREET, IDENTITY = (
    "欧阳测试甲",
    "13912345678",
    "望京西路99号院8号楼2单元601",
    "110105199001011232",
)
MAIL = "planted.person@example.org"
PLANTED = (NAME, PHONE, STREET, IDENTITY, MAIL)
PAID, CLAIMED = 12_800_00, 9_600_00
DAY = timedelta(days=1)


class Time:
    """The wall clock of a test: ``at(…)`` sets it, ``pass_days`` moves it on."""

    def __init__(self, monkeypatch):
        self.monkeypatch = monkeypatch
        self.at(MONDAY)

    def at(self, moment):
        self.moment = moment
        self.monkeypatch.setattr(clock, "now", lambda: self.moment)

    def pass_days(self, days):
        self.at(self.moment + days * DAY)

    def to(self, day, hour=2):
        self.at(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


def applicant(**fields):
    values = {
        "name": NAME,
        "phone": PHONE,
        "address": f"北京市朝阳区{STREET}",
        "id_number": IDENTITY,
        "email": MAIL,
    }
    return Applicant(**(values | fields))


def filing(institution=None, **fields):
    values = {
        "people": (applicant(),),
        "respondent_name": institution.name if institution else "演示培训学校",
        "respondent_address": "北京市朝阳区演示路1号",
        "subject": Subject.REFUND,
        "facts": f"报名后学校停课，本人{NAME}多次打电话要求退费，电话{PHONE}，均未得到答复。",
        "demand": "退还未上课程的费用。",
        "harmed_on": date(2026, 1, 15),
        "contract_on": date(2025, 9, 1),
        "institution_id": institution.pk if institution else None,
        "paid_fen": PAID,
        "claimed_fen": CLAIMED,
    }
    return Filing(**(values | fields))


def world():
    """One association's people; the scope is open."""
    institution = make_institution()
    return SimpleNamespace(
        institution=institution,
        officer=actor_with(Role.SECRETARIAT, name="演示受理员"),
        colleague=actor_with(Role.SECRETARIAT, name="演示同事"),
        mediator=actor_with(Role.MEDIATOR, name="演示调解员"),
        school=actor_with(Role.INSTITUTION_ADMIN, institution=institution, name="演示机构管理员"),
        auditor=actor_with(Role.AUDITOR, name="演示审计员"),
        person=visitor(current_association_id()),
        system=system(current_association_id()),
    )


def filed(here, **fields):
    return operations.file_complaint(actor=here.person, filing=filing(here.institution, **fields))


def accepted(here, **fields):
    """A complaint that waits for the institution's answer, and its code."""
    made = filed(here, **fields)
    operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    return made


def consented(here, **fields):
    made = accepted(here, **fields)
    both_consent(here, made)
    return made


def both_consent(here, made):
    operations.consent(actor=here.person, party=Party.COMPLAINANT, given=True, receipt_code=made.receipt_code)
    operations.consent(actor=here.school, party=Party.INSTITUTION, given=True, complaint_id=made.complaint.pk)


def mediating(here, **fields):
    made = consented(here, **fields)
    operations.assign_mediator(
        actor=here.officer, complaint_id=made.complaint.pk, mediator_id=here.mediator.user_id
    )
    return made


def appraised(**fields):
    """What a pause for an appraisal stands on; ``expected_on`` two weeks from now."""
    values = {
        "appraiser": "演示鉴定所",
        "reason": "设备是否合格",
        "expected_on": clock.today() + 14 * DAY,
        "paper": SimpleUploadedFile("委托书.jpg", picture()),
    }
    return values | fields


def drawn_up(here, made, amount=8_000_00, days=(10,), **more):
    """An agreement in equal instalments."""
    part = amount // len(days)
    payments = [Payment(clock.today() + timedelta(days=day), part) for day in days]
    return operations.agree(
        actor=here.mediator,
        complaint_id=made.complaint.pk,
        text="学校退还未上课程的费用，双方就此再无争议。",
        amount_fen=amount,
        payments=payments,
        **more,
    )


def agreed(here, people=None, **more):
    made = mediating(here, **({"people": people} if people else {}))
    sign_both(here, made, drawn_up(here, made, **more))
    return made


def sign_both(here, made, agreement):
    for actor, party, which in (
        (here.person, Party.COMPLAINANT, {"receipt_code": made.receipt_code}),
        (here.school, Party.INSTITUTION, {"complaint_id": made.complaint.pk}),
    ):
        operations.sign(actor=actor, party=party, text_sha256=agreement.text_sha256, **which)


def ended(here, outcome, *, institution=None, satisfaction=None, returned_fen=0):
    """A closed file, written past the operations by the steps that the database knows: only its numbers are looked at."""
    made = filed(here, institution_id=(institution or here.institution).pk)
    operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    rows, now = Complaint.objects.filter(pk=made.complaint.pk), clock.now()
    rows.update(state=State.SETTLED, settled_fen=returned_fen)
    said = {"answered_at": now} if outcome != Outcome.NO_ANSWER else {}
    Survey.objects.create(complaint=made.complaint, asked_at=now, outcome=outcome, **said)
    if returned_fen:
        PaymentReport.objects.create(
            complaint=made.complaint, amount_fen=returned_fen, paid_on=clock.today(), reported_at=now
        )
        rows.update(returned_fen=returned_fen)
    rows.update(
        state=State.CLOSED,
        closed_from=State.SETTLED,
        outcome=outcome,
        satisfaction=satisfaction,
        confirmed_at=said.get("answered_at"),
        ended_at=now,
    )
    return made


def settled_by_both(here, made, fen):
    """The complainant says so, and the institution confirms it; to be paid today."""
    today = clock.today()
    operations.settle(actor=here.person, receipt_code=made.receipt_code, amount_fen=fen, pay_by=today)
    operations.confirm_settlement(actor=here.school, complaint_id=made.complaint.pk, confirmed=True)


def scan(side=40):
    """A signed paper, as staff put it into the file; another ``side`` is another paper."""
    return SimpleUploadedFile("书面意见.jpg", picture((side, 30)), "image/jpeg")


def tick(here):
    operations.keep_the_clock(actor=here.system)


def state_of(made):
    """As another person sees it."""
    return Complaint.objects.get(pk=made.complaint.pk).state


def again(made):
    return Complaint.objects.get(pk=made.complaint.pk)


def queued(task):
    return list(OutboxJob.objects.filter(task=task).order_by("pk"))


def with_people(*people, **fields):
    return replace(filing(**fields), people=tuple(people))


def registered_committee(here, actor=None):
    """人民调解委员会 of this association, since 2025."""
    scan = SimpleUploadedFile("备案.jpg", picture((42, 30)), "image/jpeg")
    return register_committee(
        actor=actor or here.system,
        name="演示培训行业人民调解委员会",
        filed_as="演示备〔2025〕1号",
        valid_from=date(2025, 1, 1),
        document=scan,
    )


def given_anew(here, complaint, identity="called_back", reason="本人来电，查询码遗失"):
    """A code that one of the staff asked for and a colleague confirmed."""
    given = {"complaint_id": complaint.pk, "identity": identity, "reason": reason}
    code = operations.issue_receipt(actor=here.officer, **given)
    waiting = complaint.receipt_requests.get(state="waiting")
    operations.decide_receipt(actor=here.colleague, request_id=waiting.pk, agrees=True)
    return code
