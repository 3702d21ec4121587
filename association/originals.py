"""封存原件: what was sent is evidence. It is encrypted beside the working copy, and opened by two people with a reason.

One asks (``request_original``), another decides (``approve_original``, ``refuse_original``), the one who asked reads
(``read_original``) for a day; each step is a line of the trail. Nobody else opens it, the system neither.
"""

import functools
import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.access import MAY, attachments_visible_to, cases_kept_from, original_requests_visible_to
from association.actors import Actor, system
from association.audit import record, record_read
from association.choices import ORIGINAL_REQUEST_STEPS, OriginalRequestState, Role
from association.deadlines import count, last_certain_rule
from association.models import Attachment, OriginalRequest, SealedOriginal
from association.notices import notify, people_of
from association.rules.clock import beijing
from association.sealed import seal_bytes, unseal_bytes
from association.store import drop, sweep, write_once
from association.tenancy import after_commit, current_association_id
from common.errors import InvalidInput, NotFound, Refused
from common.sealing import CannotOpen
from common.text import paragraphs
from common.transitions import check_step

# An approval is for the work at hand: after a day one asks again.
OPEN_FOR = timedelta(days=1)
LONGEST_REASON = 2000


@transaction.atomic
def keep_original(attachment: Attachment, data: bytes, at: datetime | None = None) -> SealedOriginal:
    """Seal the bytes as they were sent; once for each attachment, and anew when they come again after they were destroyed.

    Part of storing a file, nothing to call alone. With ``at``, no finer time is kept of when that was.
    """
    # Held, so that nobody destroys it meanwhile.
    held = SealedOriginal.objects.select_for_update(no_key=True)
    before = held.filter(attachment=attachment, destroyed_at__isnull=True).first()
    if before is not None:
        return before
    moment = at or clock.now()
    rule = last_certain_rule("SEALED-ORIGINAL-KEPT", beijing(moment).date())
    original, is_new = SealedOriginal.objects.get_or_create(
        attachment=attachment,
        destroyed_at=None,
        defaults={
            "place": secrets.token_hex(16),
            "size": len(data),
            "sealed_at": moment,
            "keep_until": count(rule, moment).on,
        },
    )
    if is_new:
        write_once(_path(original), seal_bytes(data, purpose=_purpose(original)), at)
    return original


@transaction.atomic
def request_original(
    *, actor: Actor, file_id: int, reason: str, among: QuerySet[Attachment] | None = None
) -> OriginalRequest:
    """申请启封 the original of one attachment that this person sees. Raises InvalidInput, NotFound, Refused.

    ``among``: the files of a case, when the case's app has asked who may see them.
    """
    actor.require(MAY, "request_original")
    seen = attachments_visible_to(actor) if among is None else among
    attachment = seen.filter(pk=file_id).first()
    original = SealedOriginal.objects.select_for_update().filter(attachment_id=file_id).first()
    if attachment is None or original is None:
        raise NotFound(_("没有这份原件。"))
    reason = paragraphs(reason)[:LONGEST_REASON]
    if not reason:
        raise InvalidInput(_("请写明启封理由。"), {"reason": _("请写明启封理由。")})
    if original.destroyed_at is not None:
        raise Refused(_("原件保管期已满，已经销毁；只有工作副本。"))
    mine = original.requests.filter(state=OriginalRequestState.WAITING, requested_by_id=actor.person_id)
    if mine.exists():
        raise Refused(_("您已申请启封这份原件，正在等待另一人批准。"))
    asked = OriginalRequest.objects.create(
        original=original, reason=reason, requested_by_id=actor.person_id, requested_at=clock.now()
    )
    record(actor, "request_original", asked, reason=reason, attachment=file_id)
    _tell_deciders(actor, asked)
    return asked


@transaction.atomic
def approve_original(*, actor: Actor, request_id: int) -> OriginalRequest:
    """批准启封, never by the one who asked; the database refuses it too."""
    return _decide(actor, request_id, OriginalRequestState.APPROVED, "approve_original")


@transaction.atomic
def refuse_original(*, actor: Actor, request_id: int) -> OriginalRequest:
    """不予启封; the one who asked may ask again with a better reason."""
    return _decide(actor, request_id, OriginalRequestState.REFUSED, "refuse_original")


@transaction.atomic
def read_original(*, actor: Actor, request_id: int) -> bytes:
    """启封: the bytes as they were sent, for the one who asked, within a day of the approval; each time on record.

    Raises NotFound (not one's own request), Refused (not approved, too late, destroyed, or the seal is broken).
    """
    actor.require(MAY, "read_original")
    asked = _visible(actor, request_id)
    if asked.requested_by_id != actor.person_id:
        raise NotFound(_("只有申请人可以打开经批准启封的原件。"))
    if not is_open(asked):
        raise Refused(_("启封未获批准，或批准已超过24小时；请重新申请。"))
    original, attachment = asked.original, asked.original.attachment
    data = _unsealed(original)
    if hashlib.sha256(data).hexdigest() != attachment.original_sha256:
        raise Refused(_("封存的原件与登记的摘要不符，没有打开；请联系运维人员。"))
    record_read(actor, "original", asked, attachment=attachment.pk, approved_by=asked.decided_by_id)
    return data


def is_open(asked: OriginalRequest) -> bool:
    """Whether the approval still holds and there is something to open."""
    if asked.state != OriginalRequestState.APPROVED or asked.original.destroyed_at is not None:
        return False
    return asked.decided_at is not None and clock.now() < asked.decided_at + OPEN_FOR


@transaction.atomic
def destroy_old() -> int:
    """销毁 originals whose time is over; the working copy and the trail stay. Safe to run twice. How many went."""
    actor = system(current_association_id())
    over = SealedOriginal.objects.select_for_update(skip_locked=True)
    gone = list(over.filter(destroyed_at__isnull=True, keep_until__lt=clock.today()))
    for original in gone:
        _destroy(original, clock.now())
        record(actor, "destroy_original", original, attachment=original.attachment_id)
    return len(gone)


def sweep_originals() -> int:
    """Sealed bytes without a row, or with one that calls them destroyed: see ``locker.sweep_copies``. How many went."""
    if not SealedOriginal.objects.exists():
        return 0
    return sweep(_folder(current_association_id()), _known)


def _known(names: set[str]) -> set[str]:
    rows = SealedOriginal.objects.filter(place__in=names, destroyed_at__isnull=True)
    return set(rows.values_list("place", flat=True))


@transaction.atomic
def forget_originals(file_ids: Iterable[int], at: datetime | None = None) -> None:
    """销毁 the originals of files that are forgotten; what was asked about them and the trail stay."""
    rows = SealedOriginal.objects.select_for_update().filter(destroyed_at__isnull=True)
    for original in rows.filter(attachment_id__in=list(file_ids)):
        _destroy(original, at or clock.now())


def _destroy(original: SealedOriginal, at: datetime) -> None:
    """The row first: were the bytes to go before it is kept, a rollback would leave a row that lies."""
    original.destroyed_at = at
    original.save(update_fields=["destroyed_at"])
    after_commit(functools.partial(drop, _path(original), _known))


def _decide(actor: Actor, request_id: int, state: OriginalRequestState, action: str) -> OriginalRequest:
    actor.require(MAY, "approve_original")
    asked = _visible(actor, request_id, lock=True)
    if asked.requested_by_id == actor.person_id:
        raise Refused(_("申请人不能批准自己的申请，须由另一人办理。"))
    if asked.state != OriginalRequestState.WAITING:
        raise Refused(_("这件启封申请已经办理。"))
    _move(asked, state, actor.person_id)
    record(actor, action, asked, attachment=asked.original.attachment_id)
    is_approved = state == OriginalRequestState.APPROVED
    notify(
        f"original-request-{asked.pk}-decided",
        [asked.requested_by_id],
        subject=gettext_noop("启封申请已批准") if is_approved else gettext_noop("启封申请未获批准"),
        body=gettext_noop("您申请启封的原件已经办理，批准后24小时内可以打开。"),
        path="/desk/originals/",
    )
    return asked


def _move(asked: OriginalRequest, state: OriginalRequestState, person_id: int) -> None:
    check_step(ORIGINAL_REQUEST_STEPS, OriginalRequestState(asked.state), state)
    asked.state, asked.decided_by_id, asked.decided_at = state, person_id, clock.now()
    asked.save(update_fields=["state", "decided_by", "decided_at"])


def _visible(actor: Actor, request_id: int, *, lock: bool = False) -> OriginalRequest:
    rows = original_requests_visible_to(actor).select_related("original__attachment")
    if lock:
        rows = rows.select_for_update(of=("self",))
    asked = rows.filter(pk=request_id).first()
    if asked is None:
        raise NotFound(_("没有这件启封申请。"))
    return asked


def _tell_deciders(actor: Actor, asked: OriginalRequest) -> None:
    deciders = people_of(roles=[Role.SECRETARIAT, Role.COMMITTEE_CHAIR])
    case = asked.original.attachment.case
    notify(
        f"original-request-{asked.pk}",
        [person for person in deciders if person != actor.user_id and case not in cases_kept_from(person)],
        subject=gettext_noop("有启封原件的申请等待批准"),
        body=gettext_noop("打开封存的原件须由两个人办理：请阅读申请理由，决定是否批准。"),
        path="/desk/originals/",
    )


def _purpose(original: SealedOriginal) -> str:
    """One file's bytes do not open as another's."""
    return f"association.original:{original.place}"


def _path(original: SealedOriginal) -> Path:
    return _folder(original.association_id) / original.place[:2] / original.place


def _folder(association_id: int) -> Path:
    return Path(settings.MEDIA_ROOT) / str(association_id) / "originals"


def _unsealed(original: SealedOriginal) -> bytes:
    try:
        return unseal_bytes(_path(original).read_bytes(), purpose=_purpose(original))
    except (OSError, CannotOpen) as fault:
        raise Refused(_("封存的原件缺失或已损坏，没有打开；请联系运维人员。")) from fault
