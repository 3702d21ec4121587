"""What the public may know: published copies without a tenant wall, readable by the role of the public search."""

from disclosure.models.cards import CardGram, PastRound, PublishedRound, RegisterCard

__all__ = ["CardGram", "PastRound", "PublishedRound", "RegisterCard"]
