"""轮到谁 in a complaint: the case itself first, and beside it what has only to be told to somebody."""

from dataclasses import dataclass

from association.clocks import Turn, open_turns
from complaints.access.terms import RESPONDENT_READS
from complaints.choices.telling import SERVING
from complaints.models import Complaint, Telling

KIND = "complaint"
SERVE_BY = "CMP-SERVE"
# 告知: to be done, but what the case waits for is something else.
TELLING = frozenset({SERVE_BY, "CMP-TELL", "MED-NOTICE"})
# The limit of a 12345 order frames the whole case: it is nobody's turn while something else is waited for.
FRAME = "CMP-ORDER"


@dataclass(frozen=True, slots=True)
class Turns:
    """Whose turn it is in the case itself, and the tasks to tell a side something."""

    first: Turn | None
    tasks: list[Turn]


def turns_of(complaint: Complaint, *, respondent: bool = False) -> Turns:
    """While nothing else runs, the first task is what the case waits for. ``respondent``: only what it may read."""
    running = open_turns(KIND, complaint.pk)
    if respondent:
        running = [turn for turn in running if turn.code in RESPONDENT_READS]
    aside = TELLING - {SERVE_BY} if _waits_for_service(complaint, running) else TELLING
    inside = [turn for turn in running if turn.code not in aside and turn.code != FRAME]
    frame = [turn for turn in running if turn.code == FRAME]
    own = _sooner_for_the_same(inside, frame) if inside else frame
    tasks = [turn for turn in running if turn.code in aside]
    return Turns(own[0], tasks) if own else Turns(tasks[0] if tasks else None, tasks[1:])


def _sooner_for_the_same(inside: list[Turn], frame: list[Turn]) -> list[Turn]:
    """Where it is the association's turn anyway, the order's own limit is its day if it comes first."""
    if frame and inside[0].owner == frame[0].owner and frame[0].ends_at < inside[0].ends_at:
        return frame + inside
    return inside


def _waits_for_service(complaint: Complaint, running: list[Turn]) -> bool:
    """送达: the institution cannot answer before it has the complaint."""
    if not any(turn.code == SERVE_BY for turn in running):
        return False
    rows = Telling.objects.filter(complaint=complaint, told_at__isnull=True)
    return rows.filter(subject__in=SERVING).exists()
