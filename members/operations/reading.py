"""Files of an application on their way to a reader; a reading by others than the institution is on record."""

from django.db import transaction
from django.utils.translation import gettext as _

from association.actors import Actor
from association.audit import record_read
from association.choices import Role
from association.models import Attachment
from common.errors import NotFound
from members.access import (
    applications_visible_to,
    breaches_visible_to,
    dues_slips_visible_to,
    papers_visible_to,
)
from members.models import ApplicationEvidence


@transaction.atomic
def read_application_file(*, actor: Actor, application_id: int, file_id: int) -> Attachment:
    """An auditor reads the page and opens no file."""
    seen = applications_visible_to(actor.without(Role.AUDITOR)).filter(pk=application_id)
    rows = ApplicationEvidence.objects.select_related("attachment", "application")
    evidence = rows.filter(application__in=seen.values("pk"), attachment_id=file_id).first()
    if evidence is None:
        raise NotFound(_("没有这份文件。"))
    if evidence.application.institution_id not in actor.institution_ids:
        record_read(actor, "application_file", evidence.application, attachment=file_id)
    return evidence.attachment


@transaction.atomic
def read_pledge_scan(*, actor: Actor, paper_id: int) -> Attachment:
    """The scan of a signature on paper; an auditor opens no file."""
    rows = papers_visible_to(actor.without(Role.AUDITOR)).select_related("scan")
    paper = rows.filter(pk=paper_id).first()
    if paper is None:
        raise NotFound(_("没有这份纸质签署。"))
    record_read(actor, "pledge_scan", paper, attachment=paper.scan_id)
    return paper.scan


@transaction.atomic
def read_dues_paper(*, actor: Actor, slip_id: int) -> Attachment:
    """收款凭证 of a slip; an auditor opens no file."""
    rows = dues_slips_visible_to(actor.without(Role.AUDITOR)).select_related("paper")
    slip = rows.filter(pk=slip_id, paper__isnull=False).first()
    if slip is None or slip.paper is None:
        raise NotFound(_("没有这份收款凭证。"))
    record_read(actor, "dues_paper", slip, attachment=slip.paper_id)
    return slip.paper


@transaction.atomic
def read_defence_paper(*, actor: Actor, breach_id: int) -> Attachment:
    """书面申辩 as it came in; an auditor opens no file."""
    rows = breaches_visible_to(actor.without(Role.AUDITOR)).select_related("paper")
    breach = rows.filter(pk=breach_id, paper__isnull=False).first()
    if breach is None or breach.paper is None:
        raise NotFound(_("没有这份书面申辩。"))
    record_read(actor, "defence_paper", breach, attachment=breach.paper_id)
    return breach.paper
