"""检查点: from time to time the length of the log and the hash of its last entry are signed, for others to keep."""

import logging

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from association.in_turn import take_turn
from association.models import Association
from association.tenancy import current_association_id
from common import signing
from disclosure.models import PublicationCheckpoint, PublicationKey
from disclosure.operations.log import TURN
from disclosure.queries.log import checkpoints, entries, head, keys
from disclosure.rules import chain

logger = logging.getLogger(__name__)


class LogWasReplaced(RuntimeError):  # noqa: N818 - it reads as what happened
    """The log is shorter than, or another than, what was signed before: an older backup, or somebody's hand."""


@transaction.atomic
def sign_log() -> PublicationCheckpoint | None:
    """Signs what was added since the last time; nothing where nothing was, or where this process holds no key.

    Raises LogWasReplaced rather than sign two different logs: the job goes dead, and people look.
    """
    if not settings.PUBLICATION_KEYS:
        logger.warning("no PUBLICATION_KEYS: the publication log is not signed")
        return None
    take_turn(TURN)
    seq, last_hash = head()
    public = signing.public_key(settings.PUBLICATION_KEYS[0])
    newest = checkpoints().last()
    if newest is not None:
        _refuse_another_log(newest, seq)
        if (newest.seq, newest.key_name) == (seq, signing.key_name(public)):
            return None
    if not seq:
        return None
    slug, moment = _slug(), timezone.now()
    key = _known_key(slug, public)
    text = chain.checkpoint_text(slug, seq, last_hash, moment)
    return PublicationCheckpoint.objects.create(
        association_id=current_association_id(),
        seq=seq,
        hash=last_hash,
        signed_at=moment,
        key_name=key.name,
        text=text,
        signature=signing.sign(settings.PUBLICATION_KEYS[0], text),
    )


def _refuse_another_log(newest: PublicationCheckpoint, seq: int) -> None:
    if newest.seq > seq or not entries().filter(seq=newest.seq, hash=newest.hash).exists():
        raise LogWasReplaced(f"checkpoint {newest.seq} does not belong to this log of {seq} entries")


def _known_key(slug: str, public: str) -> PublicationKey:
    """换钥: a new key is vouched for by the one before it, as long as that one's secret is still there."""
    name = signing.key_name(public)
    known = keys().filter(name=name).first()
    if known is not None:
        return known
    before = keys().last()
    older = {signing.public_key(secret): secret for secret in settings.PUBLICATION_KEYS[1:]}
    secret = older.get(before.public_key) if before is not None else None
    return PublicationKey.objects.create(
        association_id=current_association_id(),
        name=name,
        public_key=public,
        first_used_at=timezone.now(),
        endorsed_by=before.name if before is not None and secret else "",
        endorsement=signing.sign(secret, chain.endorsement_text(slug, public)) if secret else "",
    )


def _slug() -> str:
    return Association.objects.values_list("slug", flat=True).get(pk=current_association_id())
