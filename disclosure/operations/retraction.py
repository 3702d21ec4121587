"""删除内容: where the law wants personal data gone, what an entry says goes, and the entry with its hash stays."""

from django.db import transaction
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.audit import record
from association.in_turn import take_turn
from common.errors import InvalidInput, NotFound, Refused
from common.text import one_line
from disclosure.access import MAY
from disclosure.models import LogAction, PublicationLog, PublicationPayload
from disclosure.operations.log import TURN, NewEntry, append
from disclosure.queries.log import entries
from disclosure.rules import chain


@transaction.atomic
def retract_payload(*, actor: Actor, seq: int, basis: str) -> PublicationLog:
    """Appends why, then deletes payload and salt of entry ``seq``. Refused while the entry is the last word on its subject:
    correct or withdraw the row first, or the next comparison would publish the same again.
    """
    actor.require(MAY, "retract_payload")
    basis = one_line(basis)
    if not basis:
        raise InvalidInput(_("请写明删除的法律依据。"), {"basis": _("请写明删除的法律依据。")})
    take_turn(TURN)
    entry = entries().filter(seq=seq).first()
    if entry is None or entry.kind == "retraction":
        raise NotFound(_("公布日志中没有这一条。"))
    if not PublicationPayload.objects.filter(entry=entry).exists():
        raise Refused(_("这一条的内容已经删除。"))
    if not _has_later(entry):
        raise Refused(_("这一条是该对象最新的公布内容，请先更正或撤下，再删除日志中的内容。"))
    said = NewEntry(
        "retraction",
        seq,
        entry.about,
        entry.about_id,
        LogAction.PUT,
        clock.now(),
        chain.payload({"entry": seq, "basis": basis}, "retracted"),
    )
    written = append([said])[0]
    PublicationPayload.objects.filter(entry=entry).delete()
    record(actor, "retract_payload", entry, reason=basis, seq=seq)
    return written


def _has_later(entry: PublicationLog) -> bool:
    rows = entries().filter(kind=entry.kind, subject=entry.subject, seq__gt=entry.seq)
    return rows.exists()
