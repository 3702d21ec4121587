"""封存: bytes that only this portal can read again, and hashes that only it can make.

AES-256-GCM under a key drawn (HKDF-SHA256) from the newest secret; older secrets still open what they closed.
The context (whose, which column) is authenticated: a box copied to another place does not open there.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
NAME, NONCE, LEAST_SECRET = 8, 12, 32


class CannotOpen(ValueError):  # noqa: N818 - it reads as what happened
    """Another place, an unknown key, or bytes that somebody changed."""


def seal(data: bytes, secrets_newest_first: Sequence[str], context: bytes) -> bytes:
    """version, name of the key, nonce, ciphertext with its tag."""
    key = _drawn(secrets_newest_first[0], b"seal")
    nonce = secrets.token_bytes(NONCE)
    return VERSION + _name(key) + nonce + AESGCM(key).encrypt(nonce, data, context)


def unseal(box: bytes, secrets_newest_first: Sequence[str], context: bytes) -> bytes:
    """Raises CannotOpen."""
    name, nonce, body = box[1 : 1 + NAME], box[1 + NAME : 1 + NAME + NONCE], box[1 + NAME + NONCE :]
    for secret in secrets_newest_first:
        key = _drawn(secret, b"seal")
        if box[:1] == VERSION and hmac.compare_digest(name, _name(key)):
            try:
                return AESGCM(key).decrypt(nonce, body, context)
            except InvalidTag as error:
                raise CannotOpen("changed, or from another place") from error
    raise CannotOpen("no key of this name")


def fingerprint(data: bytes, secret: str, context: bytes) -> bytes:
    """32 bytes, the same for the same data in the same context: to search without reading (HMAC-SHA256)."""
    framed = len(context).to_bytes(4, "big") + context + data
    return hmac.new(_drawn(secret, b"search"), framed, hashlib.sha256).digest()


_KEYS: dict[tuple[str, bytes], bytes] = {}


def _drawn(secret: str, purpose: bytes) -> bytes:
    """A secret is long and random, so nothing slow is needed to draw keys from it."""
    if (secret, purpose) not in _KEYS:
        if len(secret) < LEAST_SECRET:
            raise ValueError("a secret has at least 32 characters")
        _KEYS[secret, purpose] = HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret.encode())
    return _KEYS[secret, purpose]


def _name(key: bytes) -> bytes:
    return hashlib.sha256(b"name" + key).digest()[:NAME]
