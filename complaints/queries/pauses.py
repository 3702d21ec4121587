"""鉴定期间 of a case as its page shows them: what stands still now, and what waits for a second person."""

from dataclasses import dataclass

from complaints.choices.appraisal import PauseState
from complaints.models import AppraisalPause, Complaint


@dataclass(frozen=True, slots=True)
class Pauses:
    rows: list[AppraisalPause]

    @property
    def running(self) -> AppraisalPause | None:
        return next((row for row in self.rows if row.state == PauseState.RUNNING), None)

    @property
    def asked(self) -> AppraisalPause | None:
        return next((row for row in self.rows if row.state == PauseState.ASKED), None)

    @property
    def may_begin(self) -> bool:
        return self.running is None and self.asked is None


def pauses_of(complaint: Complaint, *, respondent: bool) -> Pauses:
    """An institution reads what stopped the clock; that it was asked for and refused changes nothing for it."""
    rows = AppraisalPause.objects.filter(complaint=complaint).select_related("paper")
    return Pauses(list(rows.filter(from_at__isnull=False) if respondent else rows))
