"""公布日志: everything the association has published, in order, chained by hashes and signed from time to time."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LogAction(models.TextChoices):
    """Whether a subject is published, or off the list from here on (tombstone)."""

    PUT = "put", _("公布")
    TOMBSTONE = "tombstone", _("撤下")


class PublicationLog(models.Model):
    """One entry. ``header`` is the exact text that ``hash`` is made of; the columns repeat it for searching."""

    association = models.ForeignKey("association.Association", models.PROTECT, related_name="+")
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=24)
    subject = models.BigIntegerField()
    about = models.CharField(max_length=16)
    about_id = models.BigIntegerField()
    action = models.CharField(max_length=9, choices=LogAction.choices)
    effective_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    payload_sha256 = models.CharField(max_length=64)
    header = models.TextField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "seq"], name="publication_log_sequence"),
            models.CheckConstraint(name="publication_log_seq", condition=Q(seq__gte=1)),
            models.CheckConstraint(
                name="publication_log_action", condition=Q(action__in=["put", "tombstone"])
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["association", "about", "about_id", "kind", "subject", "-seq"],
                name="publication_log_of_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind} {self.subject}"


class PublicationPayload(models.Model):
    """What an entry says, and the salt of its hash. Goes only when the law wants it gone; the entry stays."""

    association = models.ForeignKey("association.Association", models.PROTECT, related_name="+")
    entry = models.OneToOneField(PublicationLog, models.PROTECT, related_name="payload")
    salt = models.CharField(max_length=32)
    text = models.TextField()

    def __str__(self) -> str:
        return self.text[:40]


class PublicationKey(models.Model):
    """公钥 that has signed for this association; the one before it vouches for it."""

    association = models.ForeignKey("association.Association", models.PROTECT, related_name="+")
    name = models.CharField(max_length=16)
    public_key = models.CharField(max_length=64)
    first_used_at = models.DateTimeField()
    endorsed_by = models.CharField(max_length=16, blank=True)
    endorsement = models.CharField(max_length=128, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "name"], name="publication_key_once"),
        ]

    def __str__(self) -> str:
        return self.name


class PublicationCheckpoint(models.Model):
    """检查点: the length of the log and the hash of its last entry, signed."""

    association = models.ForeignKey("association.Association", models.PROTECT, related_name="+")
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    key_name = models.CharField(max_length=16)
    text = models.TextField()
    signature = models.CharField(max_length=128)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "seq", "key_name"], name="publication_checkpoint_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.hash[:12]}"


class DataLicence(models.Model):
    """许可 that the association has chosen for its open data; without one the portal's default counts."""

    association = models.OneToOneField("association.Association", models.PROTECT, related_name="+")
    text = models.TextField()

    def __str__(self) -> str:
        return self.text[:40]
