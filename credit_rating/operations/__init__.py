"""诚信等级评估: everything that changes a standard, a round or an assessment."""

from credit_rating.operations.assignments import assign_assessor, declare_no_conflict, end_assignment, recuse
from credit_rating.operations.certificates import certificate_file, render_certificate
from credit_rating.operations.computation import compute_assessment, compute_chunk, compute_round
from credit_rating.operations.corrections import (
    Corrected,
    confirm_correction,
    decline_correction,
    propose_correction,
    withdraw_correction,
)
from credit_rating.operations.determination import countersign, determine
from credit_rating.operations.discontinuing import discontinue_assessment
from credit_rating.operations.historical import (
    confirm_historical_results,
    decline_historical_results,
    propose_historical_results,
    withdraw_historical_results,
)
from credit_rating.operations.historical_sheets import check_historical_sheet, import_historical_sheet
from credit_rating.operations.indicator_maps import (
    import_indicator_map,
    set_indicator_map,
    suggest_indicator_map,
)
from credit_rating.operations.longer_answers import extend_objection
from credit_rating.operations.missing_terms import open_missing_terms
from credit_rating.operations.objections import decide_objection, file_objection
from credit_rating.operations.on_paper import (
    deliver_prior_notice,
    print_prior_notice,
    read_notice_paper,
    register_defence,
)
from credit_rating.operations.prior_notice import answer_defence, file_defence, send_prior_notice
from credit_rating.operations.public_notice import open_public_notice, ready_for_notice
from credit_rating.operations.publication import approve_publication, propose_publication
from credit_rating.operations.review import finish_review, open_review, save_review_row, submit_review
from credit_rating.operations.round_clock import close_self_assessment, keep_the_clock
from credit_rating.operations.round_windows import move_windows
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
from credit_rating.operations.single_indicators import add_indicator, remove_indicator
from credit_rating.operations.standard_drafts import edit_bands, edit_indicator, edit_settings
from credit_rating.operations.standard_review import (
    freeze_standard,
    give_expert_opinion,
    retire_standard,
    return_to_draft,
    send_to_experts,
)
from credit_rating.operations.standards import ImportOutcome, import_standard, load_shipped_standard
from credit_rating.operations.supplements import answer_supplement, request_supplement
from credit_rating.operations.suspension import (
    decline_suspension,
    propose_suspension,
    resume_publication,
    suspend_publication,
)
from credit_rating.operations.terms import follow_deadline

__all__ = [
    "Corrected",
    "Entered",
    "ImportOutcome",
    "NotReady",
    "StageWindow",
    "StaleRow",
    "add_evidence",
    "add_indicator",
    "answer_defence",
    "answer_supplement",
    "approve_publication",
    "assign_assessor",
    "certificate_file",
    "check_historical_sheet",
    "close_self_assessment",
    "compute_assessment",
    "compute_chunk",
    "compute_round",
    "confirm_carried",
    "confirm_correction",
    "confirm_historical_results",
    "countersign",
    "decide_objection",
    "declare_no_conflict",
    "decline_correction",
    "decline_historical_results",
    "decline_suspension",
    "deliver_prior_notice",
    "determine",
    "discontinue_assessment",
    "edit_bands",
    "edit_indicator",
    "edit_settings",
    "end_assignment",
    "extend_objection",
    "file_defence",
    "file_objection",
    "finish_review",
    "follow_deadline",
    "freeze_standard",
    "give_expert_opinion",
    "import_historical_sheet",
    "import_indicator_map",
    "import_standard",
    "invite",
    "keep_the_clock",
    "load_shipped_standard",
    "move_windows",
    "open_missing_terms",
    "open_public_notice",
    "open_review",
    "open_round",
    "open_self_assessment",
    "plan_round",
    "print_prior_notice",
    "propose_correction",
    "propose_historical_results",
    "propose_publication",
    "propose_suspension",
    "read_notice_paper",
    "ready_for_notice",
    "recuse",
    "register_defence",
    "remove_evidence",
    "remove_indicator",
    "render_certificate",
    "request_supplement",
    "resume_publication",
    "retire_standard",
    "return_to_draft",
    "save_review_row",
    "save_row",
    "send_prior_notice",
    "send_to_experts",
    "set_indicator_map",
    "set_stages",
    "submit_review",
    "submit_self_assessment",
    "suggest_indicator_map",
    "suspend_publication",
    "withdraw",
    "withdraw_correction",
    "withdraw_historical_results",
]
