"""What writes the public copies and the publication log."""

from disclosure.operations.checkpoints import LogWasReplaced, sign_log
from disclosure.operations.log import catch_up_log, log_changes
from disclosure.operations.open_data import choose_licence, plan_open_data, publish_open_data
from disclosure.operations.register import (
    altered_copies,
    rebuild_register,
    refresh_institution,
    refresh_past_rounds,
    refresh_register,
    refresh_round,
)
from disclosure.operations.retraction import retract_payload

__all__ = [
    "LogWasReplaced",
    "altered_copies",
    "catch_up_log",
    "choose_licence",
    "log_changes",
    "plan_open_data",
    "publish_open_data",
    "rebuild_register",
    "refresh_institution",
    "refresh_past_rounds",
    "refresh_register",
    "refresh_round",
    "retract_payload",
    "sign_log",
]
