"""Steps of a workflow are a table; this is the only reader of such tables."""

from collections.abc import Collection, Mapping
from typing import TypeVar

from common.errors import Refused
from common.said import Said

State = TypeVar("State", bound=str)


def check_step(steps: Mapping[State, Collection[State]], now: State, wanted: State) -> None:
    """Refuse a step that the table does not have, in the words of the labels."""
    if wanted not in steps.get(now, ()):
        raise Refused(
            Said("现在是“%(now)s”，不能变为“%(wanted)s”。", now=label_of(now), wanted=label_of(wanted))
        )


def label_of(state: str) -> str:
    """The word officials use; a plain string stands for itself."""
    return str(getattr(state, "label", state))
