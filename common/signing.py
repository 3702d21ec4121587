"""签名: Ed25519 under a key drawn from a secret; public keys and signatures are written in hexadecimal."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LEAST_SECRET = 32
NAME = 16


def public_key(secret: str) -> str:
    """The 32 bytes that everybody may know, in hexadecimal."""
    raw = _private(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return raw.hex()


def key_name(public: str) -> str:
    """A short name for the key: the beginning of its hash."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:NAME]


def sign(secret: str, text: str) -> str:
    return _private(secret).sign(text.encode()).hex()


def is_signed(public: str, text: str, signature: str) -> bool:
    """Whether the holder of this key signed exactly this text; anything unreadable is not."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(
            bytes.fromhex(signature), text.encode()
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def _private(secret: str) -> Ed25519PrivateKey:
    """A secret is long and random, so nothing slow is needed to draw a key from it."""
    if len(secret) < LEAST_SECRET:
        raise ValueError("a secret has at least 32 characters")
    seed = HKDF(SHA256(), 32, salt=None, info=b"publication-log").derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)
