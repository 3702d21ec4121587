"""附件柜: one place for every file, named by the hash of its bytes, in a folder per association.

What is served is a copy made here: pictures re-encoded, PDF written anew, neither with EXIF, place or author. What was
sent is sealed beside it (``originals.py``), and its hash is kept beside the hash of the copy.
"""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from association import clock
from association.access import MAY
from association.actors import Actor
from association.audit import record
from association.models import Attachment
from association.originals import keep_original
from association.store import write_whole
from common.errors import Forbidden, InvalidInput, TooLarge
from common.filecheck import inspect_upload
from common.text import one_line


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
    if upload is None or not upload.name:
        raise InvalidInput(_("请选择要上传的文件。"))
    if (upload.size or 0) > settings.UPLOAD_MAX_BYTES:
        raise TooLarge(_("文件超过10 MB，请压缩后再传。"))
    data = upload.read()
    original = hashlib.sha256(data).hexdigest()
    before = _kept_before(institution_id, original)
    if before is not None:
        keep_original(before, data)
        return before
    checked = inspect_upload(data, upload.name)
    kept = checked.derivative if checked.derivative is not None else data
    # Somebody else may have sent the same bytes while these were looked at.
    same: dict[str, Any] = {"institution_id": institution_id, "original_sha256": original}
    attachment, is_new = Attachment.objects.get_or_create(
        **same,
        defaults={
            "uploaded_by_id": actor.user_id,
            "name": one_line(Path(upload.name).name)[:160],
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
def store_document(
    *, actor: Actor, data: bytes, name: str, media_type: str, institution_id: int | None
) -> Attachment:
    """Keep a file made here (a certificate, a report). The same bytes are kept once."""
    digest = hashlib.sha256(data).hexdigest()
    before = _kept_before(institution_id, digest)
    if before is not None:
        return before
    return Attachment.objects.create(
        institution_id=institution_id,
        uploaded_by_id=actor.user_id,
        name=name,
        media_type=media_type,
        size=len(data),
        sha256=_keep(actor.association_id, data),
        original_sha256=digest,
        created_at=clock.now(),
    )


def _kept_before(institution_id: int | None, digest: str) -> Attachment | None:
    owner = Q(institution__isnull=True) if institution_id is None else Q(institution_id=institution_id)
    return Attachment.objects.filter(owner, original_sha256=digest).first()


def read_file(attachment: Attachment) -> bytes:
    return path_of(attachment.association_id, attachment.sha256).read_bytes()


def path_of(association_id: int, digest: str) -> Path:
    return Path(settings.MEDIA_ROOT) / str(association_id) / digest[:2] / digest


def _keep(association_id: int, data: bytes) -> str:
    """Write once, under the name of the content."""
    digest = hashlib.sha256(data).hexdigest()
    target = path_of(association_id, digest)
    if not target.exists():
        write_whole(target, data)
    return digest
