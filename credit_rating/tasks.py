"""Background work of the rating; each is one operation, run as the system."""

from association.actors import system
from association.outbox import outbox_task
from association.tenancy import current_association_id
from credit_rating import operations


@outbox_task("credit_rating.keep_the_clock")
def keep_the_clock() -> None:
    operations.keep_the_clock(actor=system(current_association_id()))


@outbox_task("credit_rating.follow_deadline")
def follow_deadline(*, deadline_id: int) -> None:
    operations.follow_deadline(actor=system(current_association_id()), deadline_id=deadline_id)


@outbox_task("credit_rating.open_missing_terms")
def open_missing_terms() -> None:
    operations.open_missing_terms(actor=system(current_association_id()))


@outbox_task("credit_rating.compute_chunk")
def compute_chunk(*, job_id: int, round_id: int, assessment_ids: list[int]) -> None:
    operations.compute_chunk(
        actor=system(current_association_id()),
        job_id=job_id,
        round_id=round_id,
        assessment_ids=assessment_ids,
    )


@outbox_task("credit_rating.render_certificate", queue="pdf")
def render_certificate(*, certificate_id: int) -> None:
    operations.render_certificate(actor=system(current_association_id()), certificate_id=certificate_id)
