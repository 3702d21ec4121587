"""What writes the public copies and the publication log."""

from disclosure.operations.register import (
    rebuild_register,
    refresh_institution,
    refresh_past_rounds,
    refresh_register,
    refresh_round,
)

__all__ = [
    "rebuild_register",
    "refresh_institution",
    "refresh_past_rounds",
    "refresh_register",
    "refresh_round",
]
