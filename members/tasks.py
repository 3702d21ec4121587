"""Background work of 会籍; each is one operation, run as the system."""

from association.actors import system
from association.outbox import outbox_task
from association.tenancy import current_association_id
from members.operations import books, certificates, dues_arrears, dues_invoices, periodic, pledge_record


@outbox_task("members.keep_membership")
def keep_membership() -> None:
    periodic.keep_membership(actor=system(current_association_id()))


@outbox_task("members.keep_dues")
def keep_dues() -> None:
    """Bills first: whoever is billed today is not reminded today."""
    actor = system(current_association_id())
    dues_invoices.keep_dues(actor=actor)
    dues_arrears.keep_arrears(actor=actor)


@outbox_task("members.follow_deadline")
def follow_deadline(*, deadline_id: int) -> None:
    periodic.follow_deadline(actor=system(current_association_id()), deadline_id=deadline_id)


@outbox_task("members.render_certificate", queue="pdf")
def render_certificate(*, certificate_id: int) -> None:
    certificates.render_certificate(actor=system(current_association_id()), certificate_id=certificate_id)


@outbox_task("members.render_pledge_record", queue="pdf")
def render_pledge_record(*, ceremony_id: int) -> None:
    pledge_record.render_pledge_record(actor=system(current_association_id()), ceremony_id=ceremony_id)


@outbox_task("members.load_book_part")
def load_book_part(*, job_id: int, book_id: int, first: int) -> None:
    actor = system(current_association_id())
    books.load_book_part(actor=actor, book_id=book_id, job_id=job_id, first=first)
