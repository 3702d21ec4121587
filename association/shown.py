"""所见即所签: the deed of a second person is done on what their page showed, and on nothing else.

The form carries what stood on the page (``carried``), the operation takes it as ``shown`` and compares it under its lock
with what stands now (``refuse_moved``). Used wherever what waits can change under the same number; docs/decisions/0017
lists these, and why the others cannot change.
"""

import json
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from association.language import translated
from common.errors import Refused

FIELD = "shown"
LONGEST = 200_000

Facts = Mapping[str, str]
"""What is read on the page, in its words: label (a text of the catalogue, or a name) and what stands beside it."""


class Moved(Refused):
    """What waited is not any more what the page showed; ``now`` is what the next form has to carry."""

    def __init__(self, sentence: str, now: Facts) -> None:
        super().__init__(sentence)
        self.now = now


def carried(facts: Facts) -> str:
    """For the hidden field of the form, in one spelling."""
    return json.dumps(dict(facts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def seen_in(text: str | None) -> dict[str, str]:
    """What a form carried back; nothing where it cannot be read, and on nothing nobody decides."""
    try:
        seen = json.loads(text or "") if len(text or "") <= LONGEST else None
    except (ValueError, RecursionError):
        seen = None
    if not isinstance(seen, dict) or not all(isinstance(value, str) for value in seen.values()):
        return {}
    return seen


def refuse_unseen(shown: Facts, now: Facts) -> None:
    """Raises Moved for a form that does not say what its page showed."""
    if not shown:
        raise Moved(_("看不出您核对的是什么内容，没有办理。请核对页面上现在的内容后再办理。"), now)


def refuse_moved(shown: Facts, now: Facts) -> None:
    """Raises Moved with both sides of everything that differs; nothing is done."""
    refuse_unseen(shown, now)
    moved = [
        (label, shown.get(label, ""), text) for label, text in now.items() if shown.get(label, "") != text
    ]
    if moved:
        raise Moved(moved_sentence(moved), now)


def moved_sentence(moved: Iterable[tuple[str, str, str]]) -> str:
    """Label, what was seen, what stands now."""
    lines = [
        _("%(what)s：您看到的是“%(seen)s”，现在是“%(now)s”。")
        % {"what": translated(label), "seen": translated(seen) or "—", "now": translated(now) or "—"}
        for label, seen, now in moved
    ]
    return "".join([_("页面打开以后内容有变动，没有办理，请核对后重新决定。"), *lines])
