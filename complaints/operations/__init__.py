"""投诉与调解: everything that changes a complaint."""

from complaints.operations.acceptance import (
    accept,
    correct_filing,
    doubts_about,
    name_institution,
    refuse,
    transfer,
)
from complaints.operations.agreements import agree, sign
from complaints.operations.appraisal import decide_pause, pause_for_appraisal, resume
from complaints.operations.breach import breach
from complaints.operations.consents import consent, deny_consent
from complaints.operations.denied import deny_written
from complaints.operations.ends import terminate, withdraw
from complaints.operations.enrolment import import_enrolments, set_enrolment
from complaints.operations.fact_review import decide_set_aside, propose_set_aside
from complaints.operations.figures import (
    close_years,
    confirm_figures,
    decline_figures,
    propose_figures,
    withdraw_figures,
)
from complaints.operations.filing import (
    Exhibit,
    Filed,
    add_evidence,
    file_complaint,
    file_for_caller,
    new_draft_key,
    read_draft,
    save_draft,
)
from complaints.operations.harm import correct_harm_day
from complaints.operations.lead_from_case import open_lead_from_complaint
from complaints.operations.letters_in import answer_on_paper, offer_on_paper
from complaints.operations.mails import mail_complainant
from complaints.operations.mass import (
    end_mass_case,
    leave_mass_case,
    look_over_offers,
    offer_to_all,
    open_mass_case,
)
from complaints.operations.mediation import (
    assign_mediator,
    recuse,
)
from complaints.operations.objection import contest
from complaints.operations.order_jobs import begin_loading, load_orders_part
from complaints.operations.order_limit import extend_order
from complaints.operations.orders import (
    ImportReport,
    discard_orders,
    error_file,
    import_orders,
    load_orders,
)
from complaints.operations.paid import register_paid
from complaints.operations.papers import render_agreement, render_letter, render_telling
from complaints.operations.payment_answers import answer_payment, see_proof
from complaints.operations.payments import perform
from complaints.operations.periodic import keep_the_clock
from complaints.operations.privacy import (
    hide_own_words,
    read_named_agreement,
    redact,
    retire_personal_data,
    review_redaction,
    search_people,
    unmask,
)
from complaints.operations.receipts import decide_receipt, issue_receipt
from complaints.operations.recusals import ask_recusal, decide_recusal
from complaints.operations.refunds import save_refund
from complaints.operations.replies import answer, answer_offer, offer
from complaints.operations.sessions import cancel_session, move_session, plan_session, record_session
from complaints.operations.settlement import confirm_settlement, settle
from complaints.operations.survey import follow_up, survey
from complaints.operations.telling import tell_parties
from complaints.operations.unpaid import say_unpaid

__all__ = [
    "Exhibit",
    "Filed",
    "ImportReport",
    "accept",
    "add_evidence",
    "agree",
    "answer",
    "answer_offer",
    "answer_on_paper",
    "answer_payment",
    "ask_recusal",
    "assign_mediator",
    "begin_loading",
    "breach",
    "cancel_session",
    "close_years",
    "confirm_figures",
    "confirm_settlement",
    "consent",
    "contest",
    "correct_filing",
    "correct_harm_day",
    "decide_pause",
    "decide_receipt",
    "decide_recusal",
    "decide_set_aside",
    "decline_figures",
    "deny_consent",
    "deny_written",
    "discard_orders",
    "doubts_about",
    "end_mass_case",
    "error_file",
    "extend_order",
    "file_complaint",
    "file_for_caller",
    "follow_up",
    "hide_own_words",
    "import_enrolments",
    "import_orders",
    "issue_receipt",
    "keep_the_clock",
    "leave_mass_case",
    "load_orders",
    "load_orders_part",
    "look_over_offers",
    "mail_complainant",
    "move_session",
    "name_institution",
    "new_draft_key",
    "offer",
    "offer_on_paper",
    "offer_to_all",
    "open_lead_from_complaint",
    "open_mass_case",
    "pause_for_appraisal",
    "perform",
    "plan_session",
    "propose_figures",
    "propose_set_aside",
    "read_draft",
    "read_named_agreement",
    "record_session",
    "recuse",
    "redact",
    "refuse",
    "register_paid",
    "render_agreement",
    "render_letter",
    "render_telling",
    "resume",
    "retire_personal_data",
    "review_redaction",
    "save_draft",
    "save_refund",
    "say_unpaid",
    "search_people",
    "see_proof",
    "set_enrolment",
    "settle",
    "sign",
    "survey",
    "tell_parties",
    "terminate",
    "transfer",
    "unmask",
    "withdraw",
    "withdraw_figures",
]
