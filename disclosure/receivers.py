"""Hears from the apps below what of theirs has changed; written down when the deed is complete, in its transaction."""

from typing import Any

from django.dispatch import receiver

from association.signals import public_changed
from association.tenancy import at_the_end
from disclosure.operations import log_changes


@receiver(public_changed)
def write_down(sender: object, *, about: str, pk: int, **_kwargs: Any) -> None:
    at_the_end(log_changes, (about, pk))
