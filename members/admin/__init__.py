"""Staff desk of institutions and their membership."""

from members.admin import books, council, institutions, membership, pledge, signing

__all__ = ["books", "council", "institutions", "membership", "pledge", "signing"]
