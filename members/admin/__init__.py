"""Staff desk of institutions and their membership."""

from members.admin import council, institutions, membership

__all__ = ["council", "institutions", "membership"]
