"""Staff desk of institutions and their membership."""

from members.admin import council, institutions, membership, pledge, signing

__all__ = ["council", "institutions", "membership", "pledge", "signing"]
