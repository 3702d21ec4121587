"""加密字段: personal data stand in the database as sealed bytes; equal values are found by a keyed hash.

``purpose`` names the column ("complaints.phone"). Association and purpose are part of what is sealed, so a value
copied into another row's column, or another association's table, does not open.
"""

from django.conf import settings

from association.tenancy import current_association_id
from common import sealing


def seal_text(value: str, *, purpose: str) -> bytes:
    """Sealed bytes for a BinaryField; an empty value stays empty."""
    return seal_bytes(value.encode(), purpose=purpose) if value else b""


def unseal_text(box: bytes | memoryview, *, purpose: str) -> str:
    """Raises ``common.sealing.CannotOpen``."""
    return unseal_bytes(bytes(box), purpose=purpose).decode() if box else ""


def seal_bytes(data: bytes, *, purpose: str) -> bytes:
    return sealing.seal(data, settings.DATA_KEYS, _context(purpose))


def unseal_bytes(box: bytes, *, purpose: str) -> bytes:
    """Raises ``common.sealing.CannotOpen``."""
    return sealing.unseal(box, settings.DATA_KEYS, _context(purpose))


def search_keys(value: str, *, purpose: str) -> list[bytes]:
    """The keyed hashes under every secret, newest first: store the first, search for any of them."""
    return [sealing.fingerprint(value.encode(), key, _context(purpose)) for key in settings.DATA_KEYS]


def search_key(value: str, *, purpose: str) -> bytes:
    """32 bytes to store beside the sealed value; the caller normalises (spaces, full-width digits) first."""
    return search_keys(value, purpose=purpose)[0]


def _context(purpose: str) -> bytes:
    return f"{current_association_id()}:{purpose}".encode()
