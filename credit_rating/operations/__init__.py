"""诚信等级评估: everything that changes a standard, a round or an assessment."""

from credit_rating.operations.indicator_maps import set_indicator_map, suggest_indicator_map
from credit_rating.operations.round_clock import close_self_assessment, keep_the_clock
from credit_rating.operations.rounds import StageWindow, invite, open_round, plan_round, set_stages
from credit_rating.operations.scored_rows import StaleRow
from credit_rating.operations.self_assessment import (
    NotReady,
    confirm_carried,
    open_self_assessment,
    submit_self_assessment,
    withdraw,
)
from credit_rating.operations.self_evidence import add_evidence, remove_evidence
from credit_rating.operations.self_rows import Entered, save_row
from credit_rating.operations.standard_drafts import edit_bands, edit_indicator, edit_settings
from credit_rating.operations.standard_review import (
    freeze_standard,
    give_expert_opinion,
    retire_standard,
    return_to_draft,
    send_to_experts,
)
from credit_rating.operations.standards import ImportOutcome, import_standard, load_shipped_standard

__all__ = [
    "Entered",
    "ImportOutcome",
    "NotReady",
    "StageWindow",
    "StaleRow",
    "add_evidence",
    "close_self_assessment",
    "confirm_carried",
    "edit_bands",
    "edit_indicator",
    "edit_settings",
    "freeze_standard",
    "give_expert_opinion",
    "import_standard",
    "invite",
    "keep_the_clock",
    "load_shipped_standard",
    "open_round",
    "open_self_assessment",
    "plan_round",
    "remove_evidence",
    "retire_standard",
    "return_to_draft",
    "save_row",
    "send_to_experts",
    "set_indicator_map",
    "set_stages",
    "submit_self_assessment",
    "suggest_indicator_map",
    "withdraw",
]
