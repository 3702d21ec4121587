"""对外公布的事实: how the apps below tell what of theirs is public; the publication log above writes it down.

A fact is always made from the row as it stands, so a deed and a later catching up say the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from association.signals import public_changed

INSTITUTION, ROUND, PLEDGE, FIGURES = "institution", "round", "pledge", "figures"


@dataclass(frozen=True, slots=True)
class PublicFact:
    """One published thing: what it says and what it is worth.

    ``subject`` is its number within ``kind``; ``about`` and ``about_id`` name what it is read again with. ``content`` holds
    text, whole numbers, truth values, lists and tables of them; never personal data. ``ended``: off the list, with
    the reason in ``standing``. ``effective_at`` is the moment of the deed, where its row knows it. ``began`` is how it was
    published at first, and when: what is caught up later says that too.
    """

    kind: str
    subject: int
    about: str
    about_id: int
    content: Mapping[str, Any]
    standing: str
    ended: bool = False
    effective_at: datetime | None = None
    began: tuple[str, datetime | None] | None = None


def tell_public_changed(about: str, pk: int) -> None:
    """Said by a deed at any place; what changed is read when the deed's scope ends, inside its transaction."""
    public_changed.send(sender=None, about=about, pk=pk)
