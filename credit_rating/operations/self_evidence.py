"""佐证: files of the institution behind a row of its self-assessment."""

from collections.abc import Collection
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.audit import record
from association.locker import store_file
from association.models import Attachment
from common.errors import InvalidInput, NotFound, Refused
from credit_rating.access import MAY
from credit_rating.choices import StageKind
from credit_rating.models import Assessment, Evidence, OpinionItem
from credit_rating.operations.self_assessment import check_being_filled, lock_being_filled, see_own

MOST_FILES = 20
MEGABYTE = 1024 * 1024
MOST_BYTES = 100 * MEGABYTE


@transaction.atomic
def add_evidence(
    *,
    actor: Actor,
    assessment_id: int,
    indicator_id: int,
    upload: UploadedFile | None,
    valid_until: date | None = None,
) -> Evidence:
    """上传佐证: checked and kept in the locker. The same file twice in a row is one.

    Looking into a file takes long, so nobody's row waits for it: the assessment is held only to link the file.
    """
    actor.require(MAY, "self_assess")
    assessment = check_being_filled(see_own(actor, assessment_id))
    _row(assessment, indicator_id)
    if valid_until is not None and valid_until < clock.today():
        sentence = _("材料的有效期已过，请上传有效的材料。")
        raise InvalidInput(sentence, {"valid_until": sentence})
    attachment = store_file(
        actor=actor, upload=upload, institution_id=assessment.institution_id, valid_until=valid_until
    )
    item = _row(lock_being_filled(actor, assessment_id), indicator_id)
    _renew_validity(attachment, valid_until)
    known = Evidence.objects.filter(item=item, attachment=attachment).first()
    if known is not None:
        return known
    check_count(item, [attachment])
    check_bytes(assessment.pk, [attachment])
    evidence = Evidence.objects.create(
        item=item, attachment=attachment, added_by_id=actor.person_id, added_at=clock.now()
    )
    record(actor, "add_evidence", evidence, indicator=indicator_id, attachment=attachment.pk)
    return evidence


@transaction.atomic
def remove_evidence(*, actor: Actor, assessment_id: int, evidence_id: int) -> OpinionItem:
    """撤下佐证 from the row; the file stays in the locker. Returns the row."""
    actor.require(MAY, "self_assess")
    assessment = lock_being_filled(actor, assessment_id)
    evidence = (
        Evidence.objects.select_related("item__indicator")
        .filter(
            pk=evidence_id, item__opinion__assessment=assessment, item__opinion__submitted_at__isnull=True
        )
        .first()
    )
    if evidence is None:
        raise NotFound(_("没有这份佐证。"))
    item = evidence.item
    record(actor, "remove_evidence", evidence, attachment=evidence.attachment_id, item=item.pk)
    evidence.delete()
    return item


def check_count(item: OpinionItem, added: Collection[Attachment]) -> None:
    """So many files in a row at most; the same file twice is one."""
    held = set(Evidence.objects.filter(item=item).values_list("attachment_id", flat=True))
    if len(held | {file.pk for file in added}) > MOST_FILES:
        raise Refused(_("每项指标最多上传%(most)d份佐证，请合并后再传。") % {"most": MOST_FILES})


def check_bytes(assessment_id: int, added: Collection[Attachment]) -> None:
    """A file that stands behind several rows is kept, and counted, once."""
    linked = Evidence.objects.filter(item__opinion__assessment=assessment_id)
    kept = Attachment.objects.filter(pk__in=linked.values("attachment_id"))
    before = kept.exclude(pk__in=[file.pk for file in added]).aggregate(sum=Sum("size"))["sum"] or 0
    if before + sum(size for _pk, size in {(file.pk, file.size) for file in added}) > MOST_BYTES:
        raise Refused(
            _("一件评估的佐证合计不能超过%(most)dMB，请压缩或合并后再传。") % {"most": MOST_BYTES // MEGABYTE}
        )


def _row(assessment: Assessment, indicator_id: int) -> OpinionItem:
    item = OpinionItem.objects.filter(
        opinion__assessment=assessment,
        opinion__kind=StageKind.SELF_ASSESSMENT,
        opinion__submitted_at__isnull=True,
        indicator_id=indicator_id,
    ).first()
    if item is None:
        raise NotFound(_("没有这项指标。"))
    return item


def _renew_validity(attachment: Attachment, valid_until: date | None) -> None:
    """The same bytes with another date: corrected, unless a submitted self-assessment already stands on it."""
    if valid_until is None or attachment.valid_until == valid_until:
        return
    if Evidence.objects.filter(attachment=attachment, item__opinion__submitted_at__isnull=False).exists():
        raise Refused(_("同一份文件已用于提交过的自评，其有效期不能再改；请上传新的文件。"))
    attachment.valid_until = valid_until
    attachment.save(update_fields=["valid_until"])
