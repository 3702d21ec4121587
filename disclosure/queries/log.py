"""公布日志 as it stands: the last entry of each subject, and where the chain ends."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from association.tenancy import current_association_id
from disclosure.models import LogAction, PublicationCheckpoint, PublicationKey, PublicationLog
from disclosure.rules.chain import BEGINNING, payload_digest

Subject = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Last:
    """The last entry of one subject; ``salt`` is empty where its payload was retracted."""

    seq: int
    about_id: int
    action: str
    effective_at: datetime | None
    payload_sha256: str
    salt: str

    def says(self, action: LogAction, payload: str) -> bool:
        return self.action == action and self.payload_sha256 == payload_digest(self.salt, payload)

    @property
    def is_retracted(self) -> bool:
        return not self.salt


def entries() -> QuerySet[PublicationLog]:
    """Of the association of the scope, in their order."""
    return PublicationLog.objects.filter(association_id=current_association_id()).order_by("seq")


def head() -> tuple[int, str]:
    """Number and hash of the last entry."""
    last = entries().order_by("-seq").values_list("seq", "hash").first()
    return last or (0, BEGINNING)


def last_entries(about: str, ids: Collection[int] | None) -> dict[Subject, Last]:
    """The last word on each subject that is read again with one of these."""
    rows = entries().filter(about=about).exclude(kind="retraction")
    if ids is not None:
        rows = rows.filter(about_id__in=ids)
    rows = rows.order_by("about_id", "kind", "subject", "-seq").distinct("about_id", "kind", "subject")
    shown = ("seq", "about_id", "action", "effective_at", "payload_sha256", "payload__salt")
    found = {}
    for kind, subject, seq, about_id, action, effective_at, digest, salt in rows.values_list(
        "kind", "subject", *shown
    ):
        found[kind, subject] = Last(seq, about_id, action, effective_at, digest, salt or "")
    return found


def checkpoints() -> QuerySet[PublicationCheckpoint]:
    return PublicationCheckpoint.objects.filter(association_id=current_association_id()).order_by("seq", "pk")


def keys() -> QuerySet[PublicationKey]:
    return PublicationKey.objects.filter(association_id=current_association_id()).order_by("pk")
