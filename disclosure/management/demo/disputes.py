"""演示的投诉: one in each step, so that officer, mediator and institution find work. All people are made up."""

from datetime import timedelta

from association import clock
from association.actors import system, visitor
from association.rules.clock import beijing
from association.tenancy import current_association_id
from complaints import operations
from complaints.choices.complaints import Outcome, Party, ReplyKind, SessionMode, Subject, Target
from complaints.operations.filing import Filed
from complaints.rules.intake import Applicant, Filing
from complaints.rules.money import Payment
from disclosure.management.demo.story import Cast

PAID, CLAIMED, AGREED = 12_800_00, 9_600_00, 8_000_00
TELLERS = ("甲", "乙", "丙", "丁", "戊")
FACTS = "演示投诉：报名后上了一部分课，学校停课，多次联系没有得到答复。"


def tell(cast: Cast, institution_id: int, name: str) -> None:
    """Five complaints against the institution that the demo accounts act for."""
    disputes = _Disputes(cast, institution_id, name)
    disputes.file(0, -1)
    asked = disputes.file(1, -12)
    disputes.accept(asked, -10)
    disputes.hide(asked)
    disputes.mediate(disputes.file(2, -30))
    disputes.agree(disputes.file(3, -45), -20)
    disputes.close(disputes.file(4, -90), -60)
    disputes.count_against()


class _Disputes:
    def __init__(self, cast: Cast, institution_id: int, name: str) -> None:
        self.cast, self.institution_id, self.name = cast, institution_id, name
        self.person = visitor(current_association_id())

    def file(self, number: int, days: int) -> Filed:
        """The telephone numbers belong to nobody: 100 is no exchange of a mobile network."""
        with clock.rehearsing(self.cast.at(days, 10)):
            return operations.file_complaint(actor=self.person, filing=self._filing(number, days))

    def _filing(self, number: int, days: int) -> Filing:
        person = Applicant(
            name=f"演示学员{TELLERS[number]}",
            phone=f"1380000000{number}",
            address="北京市朝阳区演示路1号",
            email=f"xueyuan{number}@yanshi.example",
        )
        return Filing(
            people=(person,),
            respondent_name=self.name,
            respondent_address="北京市朝阳区演示路1号",
            subject=Subject.REFUND if number % 2 else Subject.STOPPED,
            facts=FACTS,
            demand="退还未上课程的费用。",
            harmed_on=beijing(self.cast.at(days - 20)).date(),
            institution_id=self.institution_id,
            paid_fen=PAID,
            claimed_fen=CLAIMED,
        )

    def accept(self, filed: Filed, days: int) -> None:
        with clock.rehearsing(self.cast.at(days, 11)):
            operations.accept(actor=self.cast.actor("mishu"), complaint_id=filed.complaint.pk)

    def hide(self, filed: Filed) -> None:
        """Words that wait for a second person."""
        first = FACTS.index("多次联系")
        with clock.rehearsing(self.cast.at(-9, 11)):
            operations.redact(
                actor=self.cast.actor("mishu"),
                complaint_id=filed.complaint.pk,
                target=Target.FACTS,
                first=first,
                last=first + 3,
                reason="演示：与争议无关",
            )

    def count_against(self) -> None:
        """Enrolments of two years, so that the statistics have something to count against."""
        this_year = beijing(self.cast.at(0)).year
        for year, learners in ((this_year - 1, 4_800), (this_year, 5_200)):
            operations.set_enrolment(
                actor=self.cast.actor("mishu"),
                institution_id=self.institution_id,
                year=year,
                learners=learners,
                source="演示数据",
            )

    def mediate(self, filed: Filed) -> None:
        """Both agree to mediation; a session is planned for next week."""
        self.to_mediation(filed, -28)
        with clock.rehearsing(self.cast.at(-2, 15)):
            operations.plan_session(
                actor=self.cast.actor("tiaojie"),
                complaint_id=filed.complaint.pk,
                mode=SessionMode.PHONE,
                place="电话调解，届时由调解员拨打",
                planned_at=self.cast.at(6, 10),
            )

    def to_mediation(self, filed: Filed, days: int) -> None:
        pk = filed.complaint.pk
        self.accept(filed, days)
        with clock.rehearsing(self.cast.at(days + 3, 11)):
            school = self.cast.actor("jigou")
            operations.answer(
                actor=school, complaint_id=pk, kind=ReplyKind.DISPUTED, text="演示答复：课时数有出入。"
            )
            operations.consent(actor=school, complaint_id=pk, party=Party.INSTITUTION, given=True)
            operations.consent(
                actor=self.person, receipt_code=filed.receipt_code, party=Party.COMPLAINANT, given=True
            )
            operations.assign_mediator(
                actor=self.cast.actor("mishu"), complaint_id=pk, mediator_id=self.cast.users["tiaojie"].pk
            )

    def agree(self, filed: Filed, days: int) -> None:
        """Signed by both; the payment is due in ten days."""
        self.to_mediation(filed, days - 20)
        with clock.rehearsing(self.cast.at(days, 16)):
            day = beijing(self.cast.at(10)).date()
            agreement = operations.agree(
                actor=self.cast.actor("tiaojie"),
                complaint_id=filed.complaint.pk,
                text="演示协议：机构退还未上课程的费用，双方就此再无争议。",
                amount_fen=AGREED,
                payments=[Payment(day, AGREED)],
            )
            self._sign(filed, agreement.text_sha256)

    def _sign(self, filed: Filed, digest: str) -> None:
        operations.sign(
            actor=self.person, receipt_code=filed.receipt_code, party=Party.COMPLAINANT, text_sha256=digest
        )
        operations.sign(
            actor=self.cast.actor("jigou"),
            complaint_id=filed.complaint.pk,
            party=Party.INSTITUTION,
            text_sha256=digest,
        )

    def close(self, filed: Filed, days: int) -> None:
        """Paid, and confirmed by the one who complained."""
        self.to_mediation(filed, days - 20)
        day = beijing(self.cast.at(days)).date() + timedelta(days=5)
        with clock.rehearsing(self.cast.at(days, 16)):
            agreement = operations.agree(
                actor=self.cast.actor("tiaojie"),
                complaint_id=filed.complaint.pk,
                text="演示协议：机构在五日内退还未上课程的费用。",
                amount_fen=AGREED,
                payments=[Payment(day, AGREED)],
            )
            self._sign(filed, agreement.text_sha256)
        with clock.rehearsing(self.cast.at(days + 3, 10)):
            operations.perform(
                actor=self.cast.actor("jigou"),
                complaint_id=filed.complaint.pk,
                paid_on=beijing(self.cast.at(days + 3)).date(),
            )
        with clock.rehearsing(self.cast.at(days + 4, 10)):
            operations.keep_the_clock(actor=system(current_association_id()))
            operations.survey(
                actor=self.person, receipt_code=filed.receipt_code, outcome=Outcome.RESOLVED, satisfaction=5
            )
