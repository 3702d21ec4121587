"""事实 that apps above hear of: sent inside the transaction of the deed, ids only."""

from django.dispatch import Signal

# Something that is public about an institution or a round has changed: ``about``, ``pk``.
public_changed = Signal()
