"""Background work of 投诉与线索; each is one operation, run as the system."""

from association.actors import system
from association.outbox import outbox_task
from association.tenancy import current_association_id
from complaints import operations
from complaints.operations import lead_round, order_jobs


@outbox_task("complaints.keep_the_clock")
def keep_the_clock() -> None:
    operations.keep_the_clock(actor=system(current_association_id()))


@outbox_task("complaints.retire_personal_data")
def retire_personal_data() -> None:
    operations.retire_personal_data(actor=system(current_association_id()))


@outbox_task("complaints.close_years")
def close_years() -> None:
    operations.close_years(actor=system(current_association_id()))


@outbox_task("complaints.mail_complainant")
def mail_complainant(*, complaint_id: int, reminds: bool = False, written_id: int | None = None) -> None:
    operations.mail_complainant(complaint_id=complaint_id, reminds=reminds, written_id=written_id)


@outbox_task("complaints.render_agreement", queue="pdf")
def render_agreement(*, agreement_id: int) -> None:
    operations.render_agreement(actor=system(current_association_id()), agreement_id=agreement_id)


@outbox_task("complaints.render_letter", queue="pdf")
def render_letter(*, decision_id: int) -> None:
    operations.render_letter(actor=system(current_association_id()), decision_id=decision_id)


@outbox_task("complaints.render_telling", queue="pdf")
def render_telling(*, telling_id: int) -> None:
    operations.render_telling(actor=system(current_association_id()), telling_id=telling_id)


@outbox_task("complaints.keep_leads")
def keep_leads() -> None:
    lead_round.keep_leads(actor=system(current_association_id()))


@outbox_task("complaints.load_orders_part")
def load_orders_part(*, job_id: int, batch_id: int, first: int) -> None:
    actor = system(current_association_id())
    order_jobs.load_orders_part(actor=actor, batch_id=batch_id, job_id=job_id, first=first)
