"""代为登记: what staff write down for whoever complained stands on a signed paper, and whoever complained is told at once.

Withdrawing, confirming how it ended, answering the follow-up, what came of the money and objecting all come this way;
what was not said is denied by the code (``denied``).
"""

from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from common.errors import InvalidInput
from complaints.choices.complaints import Method
from complaints.choices.written import WrittenKind
from complaints.models import Complaint, Evidence, WrittenDown
from complaints.operations.cases import tell_complainant
from complaints.operations.filing import keep_signed, on_paper


@dataclass(frozen=True, slots=True)
class Word:
    """怎样说的: by the receipt code, or on the paper that somebody of the staff wrote down."""

    method: Method
    by: int | None
    written: WrittenDown | None
    # Of the institution, which denies nothing by a code: only the scan.
    scan: Evidence | None = None

    @property
    def trail(self) -> dict[str, Any]:
        paper = self.written.paper if self.written is not None else self.scan
        return {"method": Method(self.method).value} | on_paper(paper)


def word_of(
    actor: Actor,
    complaint: Complaint,
    said_by: tuple[Method, int | None],
    paper: UploadedFile | None,
    kind: WrittenKind,
    answer: str = "",
    received_fen: int | None = None,
) -> Word:
    """``said_by``: as ``lock_for_complainant`` tells it. Raises InvalidInput where staff have no paper, or one that was
    denied before.
    """
    method, by = said_by
    signed = keep_signed(actor, complaint, method, paper)
    if signed is None or by is None:
        return Word(method, by, None)
    if WrittenDown.objects.filter(paper=signed, denied_at__isnull=False).exists():
        sentence = _("投诉人已经否认过按这份书面意见所作的登记，请上传新的书面意见。")
        raise InvalidInput(sentence, {"paper": sentence})
    row = WrittenDown.objects.create(
        complaint=complaint,
        kind=kind,
        answer=answer,
        received_fen=received_fen,
        paper=signed,
        recorded_by_id=by,
        recorded_at=clock.now(),
    )
    return Word(method, by, row)


def tell_written(complaint: Complaint, word: Word) -> None:
    """By mail where there is an address, else a task of the staff: what was written down, and how to deny it."""
    if word.written is not None:
        tell_complainant(complaint, f"written-{word.written.pk}", written_id=word.written.pk)
