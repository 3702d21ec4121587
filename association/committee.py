"""人民调解委员会: whether the association runs one, since when, and by which paper."""

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from association import clock
from association.access import MAY
from association.actors import Actor
from association.audit import record
from association.locker import store_file
from association.models import PeoplesCommittee
from common.errors import InvalidInput, NotFound, Refused
from common.text import one_line

LONGEST_NAME, LONGEST_FILED = 80, 200


def committee_on(day: date) -> PeoplesCommittee | None:
    """The committee in whose name was mediated on that day."""
    rows = PeoplesCommittee.objects.filter(valid_from__lte=day)
    return rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day)).first()


@transaction.atomic
def register_committee(
    *, actor: Actor, name: str, filed_as: str, valid_from: date, document: UploadedFile | None
) -> PeoplesCommittee:
    """登记人民调解委员会 with the scan of its paper, by the operator. Raises InvalidInput, and Refused while one stands."""
    actor.require(MAY, "register_committee")
    called, filed = one_line(name), one_line(filed_as)
    wrong = {}
    if not called or len(called) > LONGEST_NAME:
        wrong["name"] = _("请填写名称，不超过%(most)d个字。") % {"most": LONGEST_NAME}
    if not filed or len(filed) > LONGEST_FILED:
        wrong["filed_as"] = _("请写明设立或者备案的文件和文号，不超过%(most)d个字。") % {
            "most": LONGEST_FILED
        }
    if valid_from > clock.today():
        wrong["valid_from"] = _("还没有设立的不能登记。")
    if wrong:
        raise InvalidInput("".join(wrong.values()), wrong)
    before = PeoplesCommittee.objects.select_for_update().first()
    if before is not None and (before.valid_until is None or before.valid_until > valid_from):
        raise Refused(_("同一时期已登记人民调解委员会：%(name)s。") % {"name": before.name})
    kept = store_file(actor=actor, upload=document, institution_id=None)
    row = PeoplesCommittee.objects.create(name=called, filed_as=filed, document=kept, valid_from=valid_from)
    record(actor, "register_committee", row, document=kept.pk, valid_from=valid_from.isoformat())
    return row


@transaction.atomic
def end_committee(*, actor: Actor, valid_until: date) -> PeoplesCommittee:
    """撤销 from a day on: what was mediated before stays what it was. Raises NotFound, InvalidInput."""
    actor.require(MAY, "register_committee")
    row = PeoplesCommittee.objects.select_for_update().filter(valid_until__isnull=True).first()
    if row is None:
        raise NotFound(_("没有登记人民调解委员会。"))
    if not row.valid_from < valid_until <= clock.today():
        raise InvalidInput(_("终止的日期须晚于设立的日期，且不晚于今天。"))
    row.valid_until = valid_until
    row.save(update_fields=["valid_until"])
    record(actor, "end_committee", row, valid_until=valid_until.isoformat())
    return row
