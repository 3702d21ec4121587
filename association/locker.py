"""附件柜: one place for every file, named by the hash of its bytes, in a folder per association.

What is served is a copy made here: pictures re-encoded, PDF written anew, neither with EXIF, place or author. What was
sent is sealed beside it (``originals.py``), and its hash is kept beside the hash of the copy.
"""

import functools
import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from association import clock
from association.access import MAY
from association.actors import Actor
from association.audit import record
from association.models import Attachment
from association.originals import forget_originals, keep_original
from association.store import drop, sweep, write_once
from association.tenancy import after_commit, current_association_id
from common.errors import Forbidden, InvalidInput, TooLarge
from common.filecheck import inspect_upload
from common.text import one_line

LONGEST_NAME, LONGEST_ENDING = 160, 10


@transaction.atomic
def store_file(
    *, actor: Actor, upload: UploadedFile | None, institution_id: int | None, valid_until: date | None = None
) -> Attachment:
    """Check, clean and keep one file. The same bytes of one institution are kept once.

    Raises InvalidInput (empty, mislabelled or refused type, named), TooLarge.
    """
    actor.require(MAY, "store_file")
    if institution_id is not None and not actor.is_staff and institution_id not in actor.institution_ids:
        raise Forbidden(_("不能为其他机构上传。"))
    sent_as, data = _received(upload)
    original = hashlib.sha256(data).hexdigest()
    before = _kept_before(institution_id, original)
    if before is not None:
        keep_original(before, data)
        return before
    checked = inspect_upload(data, sent_as)
    kept = checked.derivative if checked.derivative is not None else data
    # Somebody else may have sent the same bytes while these were looked at.
    same: dict[str, Any] = {"institution_id": institution_id, "case": "", "original_sha256": original}
    attachment, is_new = Attachment.objects.get_or_create(
        **same,
        defaults={
            "uploaded_by_id": actor.user_id,
            "name": short_name(sent_as),
            "media_type": checked.mime,
            "size": len(kept),
            "sha256": _keep(actor.association_id, kept),
            "valid_until": valid_until,
            "created_at": clock.now(),
        },
    )
    keep_original(attachment, data)
    if is_new:
        record(actor, "store_file", attachment, sha256=attachment.sha256)
    return attachment


@transaction.atomic
def store_for_case(
    *,
    upload: UploadedFile | None,
    case: str,
    name: str,
    at: datetime | None = None,
    uploaded_by_id: int | None = None,
) -> Attachment:
    """证据 of one case (``lead-12``, ``complaint-34``): no list of files and no other case ever shows it.

    ``name`` is ours, without an ending: what a sender calls a file may name the sender. Nothing is put on record and,
    with ``at``, no finer time is kept. Who may add to the case is the caller's question; no account is needed.
    Raises InvalidInput (empty, mislabelled or refused type, named), TooLarge.
    """
    sent_as, data = _received(upload)
    original = hashlib.sha256(data).hexdigest()
    before = _kept_before(None, original, case)
    if before is not None:
        keep_original(before, data, at)
        return before
    checked = inspect_upload(data, sent_as)
    kept = checked.derivative if checked.derivative is not None else data
    moment = at or clock.now()
    attachment, _is_new = Attachment.objects.get_or_create(
        institution=None,
        case=case,
        original_sha256=original,
        forgotten_on=None,
        defaults={
            "uploaded_by_id": uploaded_by_id,
            "name": f"{name}.{checked.kind}",
            "media_type": checked.mime,
            "size": len(kept),
            "sha256": _keep(current_association_id(), kept, at),
            "created_at": moment,
        },
    )
    keep_original(attachment, data, at)
    return attachment


def short_name(sent_as: str) -> str:
    """What the sender called it, at most as long as the column; a longer name loses of its middle, never its ending."""
    name = one_line(Path(sent_as).name)
    if len(name) <= LONGEST_NAME:
        return name
    ending = Path(name).suffix[:LONGEST_ENDING]
    return name[: LONGEST_NAME - len(ending) - 1] + "…" + ending


def _received(upload: UploadedFile | None) -> tuple[str, bytes]:
    """What the sender called it, and the bytes."""
    if upload is None or not upload.name:
        raise InvalidInput(_("请选择要上传的文件。"))
    if (upload.size or 0) > settings.UPLOAD_MAX_BYTES:
        raise TooLarge(_("文件超过10 MB，请压缩后再传。"))
    return upload.name, upload.read()


@transaction.atomic
def store_document(
    *,
    actor: Actor,
    data: bytes,
    name: str,
    media_type: str,
    institution_id: int | None,
    case: str = "",
) -> Attachment:
    """Keep a file made here (a certificate, a report, a letter of one case). The same bytes are kept once."""
    digest = hashlib.sha256(data).hexdigest()
    before = _kept_before(institution_id, digest, case)
    if before is not None:
        return before
    return Attachment.objects.create(
        institution_id=institution_id,
        case=case,
        uploaded_by_id=actor.user_id,
        name=name,
        media_type=media_type,
        size=len(data),
        sha256=_keep(actor.association_id, data),
        original_sha256=digest,
        created_at=clock.now(),
    )


def _kept_before(institution_id: int | None, digest: str, case: str = "") -> Attachment | None:
    """Held, so that nobody forgets it meanwhile."""
    owner = Q(institution__isnull=True) if institution_id is None else Q(institution_id=institution_id)
    kept = Attachment.objects.select_for_update(no_key=True).filter(owner, case=case, original_sha256=digest)
    return kept.filter(forgotten_on__isnull=True).first()


@transaction.atomic
def forget_case(case: str) -> int:
    """The files of a case whose purpose has ended: working copies and originals go, the rows stay. How many went."""
    rows = list(_of_a_case().filter(case=case))
    for row in rows:
        _forget(row, None)
    return len(rows)


@transaction.atomic
def forget_case_file(*, file_id: int, case: str, at: datetime | None = None) -> None:
    """One file of a case, taken back by whoever sent it; with ``at``, no finer time is kept of when that was."""
    for row in _of_a_case().filter(case=case, pk=file_id):
        _forget(row, at)


def _of_a_case() -> QuerySet[Attachment]:
    return Attachment.objects.select_for_update().filter(forgotten_on__isnull=True).exclude(case="")


def _forget(row: Attachment, at: datetime | None) -> None:
    """Bytes that another row of the association has too stay for that row; the others go when this is kept."""
    forget_originals([row.pk], at)
    row.forgotten_on = clock.today()
    row.save(update_fields=["forgotten_on"])
    after_commit(functools.partial(drop, path_of(row.association_id, row.sha256), _known))


def sweep_copies() -> int:
    """Working copies that no row has: of an upload refused after they were written, or forgotten and left. How many.

    Where nothing was ever kept the database may be the wrong one.
    """
    if not Attachment.objects.exists():
        return 0
    return sweep(_folder(current_association_id()), _known)


def _known(names: set[str]) -> set[str]:
    rows = Attachment.objects.filter(sha256__in=names, forgotten_on__isnull=True)
    return set(rows.values_list("sha256", flat=True))


def read_file(attachment: Attachment) -> bytes:
    return path_of(attachment.association_id, attachment.sha256).read_bytes()


def path_of(association_id: int, digest: str) -> Path:
    return _folder(association_id) / digest[:2] / digest


def _folder(association_id: int) -> Path:
    return Path(settings.MEDIA_ROOT) / str(association_id)


def _keep(association_id: int, data: bytes, at: datetime | None = None) -> str:
    """Write once, under the name of the content; ``at`` is the time that the file then bears."""
    digest = hashlib.sha256(data).hexdigest()
    write_once(path_of(association_id, digest), data, at)
    return digest
