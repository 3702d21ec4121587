"""工单导入 as its pages show it: counts, what is wrong line by line, and how far the loading is."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from association.actors import Actor
from association.choices import BatchState
from association.models import Job
from common.errors import NotFound
from complaints.access.complaints import batches_visible_to
from complaints.models import ImportBatch, ImportFault
from complaints.rules.orders import COLUMNS, NEEDED

MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class BatchPage:
    """``known_lines``: the first of those whose order was here before, and whether there are more."""

    batch: ImportBatch
    faults: QuerySet[ImportFault]
    job: Job | None
    known_lines: list[int]
    more_known: bool

    @property
    def waits(self) -> bool:
        """Somebody has to decide."""
        return self.batch.state == BatchState.CHECKED

    @property
    def loading(self) -> bool:
        return self.batch.state == BatchState.LOADING

    @property
    def passed_over(self) -> int:
        """Good when it was looked at, and imported by another file before this one was loaded."""
        return self.batch.good - self.batch.loaded if self.batch.state == BatchState.LOADED else 0

    @property
    def has_error_file(self) -> bool:
        return bool(self.batch.bad and self.batch.box)


def batch_page(actor: Actor, pk: int) -> BatchPage:
    """Raises NotFound."""
    batch = batches_visible_to(actor).select_related("uploaded_by", "decided_by").filter(pk=pk).first()
    if batch is None:
        raise NotFound(_("没有这次导入。"))
    lines = list(batch.known_lines)
    return BatchPage(
        batch=batch,
        faults=batch.faults.order_by("line", "pk"),
        job=job_of(batch) if batch.state == BatchState.LOADING else None,
        known_lines=lines[:MOST_LINES],
        more_known=len(lines) > MOST_LINES,
    )


def job_of(batch: ImportBatch) -> Job | None:
    """The last one that loaded or loads it."""
    return Job.objects.filter(kind="load_orders", result__batch_id=batch.pk).order_by("-pk").first()


def batches(actor: Actor) -> QuerySet[ImportBatch]:
    """The newest first, without their rows."""
    return batches_visible_to(actor).defer("box", "known_lines").select_related("uploaded_by").order_by("-pk")


def columns() -> list[tuple[str, list[str], bool]]:
    """What a file may hold: the column, what else it may be called, and whether it has to be there."""
    return [(called[0], list(called[1:]), name in NEEDED) for name, called in COLUMNS.items()]
