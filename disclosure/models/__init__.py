"""What the public may know: published copies without a tenant wall, readable by the role of the public search."""

from disclosure.models.cards import CardGram, PastRound, PublishedRound, RegisterCard
from disclosure.models.log import (
    DataLicence,
    LogAction,
    PublicationCheckpoint,
    PublicationKey,
    PublicationLog,
    PublicationPayload,
)

__all__ = [
    "CardGram",
    "DataLicence",
    "LogAction",
    "PastRound",
    "PublicationCheckpoint",
    "PublicationKey",
    "PublicationLog",
    "PublicationPayload",
    "PublishedRound",
    "RegisterCard",
]
