"""第二因素: the secret of an authenticator app and the seed of the recovery codes stand sealed in the database.

A person belongs to no association, so unlike personal data these are bound to their purpose only. A row written before
they were sealed still opens, and is sealed when the person sets the factor up anew.
"""

from base64 import b64decode, b64encode

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

from common import sealing

SEALED, CONTEXT = "sealed:", b"person:second-factor"


class SealingAdapter(DefaultMFAAdapter):
    """Named by MFA_ADAPTER."""

    def encrypt(self, text: str) -> str:
        return SEALED + b64encode(sealing.seal(text.encode(), settings.DATA_KEYS, CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises ``common.sealing.CannotOpen``."""
        if not encrypted_text.startswith(SEALED):
            return encrypted_text
        box = b64decode(encrypted_text.removeprefix(SEALED))
        return sealing.unseal(box, settings.DATA_KEYS, CONTEXT).decode()
