"""查阅: files behind an assessment, on record when somebody who judges it reads them."""

from django.db import transaction
from django.utils.translation import gettext as _

from association.access import attachments_visible_to
from association.actors import Actor
from association.audit import record, record_read
from association.choices import Role
from association.models import Attachment
from common.errors import NotFound
from credit_rating.access import assessments_visible_to, evidence_visible_to
from credit_rating.models import AssessmentStandard


@transaction.atomic
def read_evidence(*, actor: Actor, attachment_id: int) -> Attachment:
    """查阅佐证: the institution its own, a reviewer those of the dossiers that are open to them, an auditor none."""
    seen = attachments_visible_to(actor, assigned=evidence_visible_to(actor.without(Role.AUDITOR)))
    attachment = seen.filter(pk=attachment_id).first()
    if attachment is None:
        raise NotFound(_("没有这份文件。"))
    if attachment.institution_id not in actor.institution_ids:
        record_read(actor, "evidence", attachment)
    return attachment


@transaction.atomic
def read_opinions(*, actor: Actor, assessment_id: int) -> None:
    """查阅评分意见: the committee's page of one assessment, where every opinion stands with its author."""
    assessment = assessments_visible_to(actor).filter(pk=assessment_id).first()
    if assessment is None:
        raise NotFound(_("没有这件评估。"))
    record_read(actor, "opinions", assessment)


@transaction.atomic
def note_export(*, actor: Actor, what: str, standard: AssessmentStandard | None, rows: int) -> None:
    """导出: what left as a file, of which standard, and how many rows."""
    record(actor, f"export_{what}", standard, rows=rows)
