"""培训机构与会籍: everything that changes them."""

from members.operations.admission import admit_member, change_tier, end_probation
from members.operations.applications import (
    add_application_evidence,
    answer_supplement,
    recall_application,
    remove_application_evidence,
    save_application,
    submit_application,
)
from members.operations.books import (
    begin_loading_book,
    book_errors,
    discard_book,
    export_members,
    load_book_part,
    look_at_book,
)
from members.operations.breach import allege_breach, drop_breach, notice_breach
from members.operations.breach_basis import withdraw_breaches
from members.operations.breach_hearing import defend_breach, hear_breach, register_defence
from members.operations.ceremony import (
    close_signing,
    confirm_paper_signature,
    open_signing,
    refuse_paper_signature,
    register_paper_signature,
    sign_pledge,
)
from members.operations.council import cast_ballot, close_council_vote, open_council_vote, stand_aside
from members.operations.dues import adopt_dues, publish_dues
from members.operations.dues_account import publish_account
from members.operations.dues_arrears import keep_arrears, lapse_for_dues, warn_of_lapse
from members.operations.dues_bank import (
    discard_statement,
    load_statement,
    look_at_statement,
    match_receipt,
    statement_errors,
)
from members.operations.dues_invoices import issue_dues, keep_dues
from members.operations.dues_slips import (
    confirm_slip,
    propose_credit,
    propose_payment,
    propose_refund,
    propose_undo,
    refuse_slip,
)
from members.operations.endings import (
    dissolve_member,
    end_membership,
    lapse_membership,
    restore_member,
    suspend_member,
    withdraw_membership,
)
from members.operations.expulsion import propose_expulsion
from members.operations.institutions import (
    REGISTER,
    amend_institution,
    appoint,
    appoint_person,
    complete_uscc,
    end_appointment,
    register_institution,
    rename_institution,
)
from members.operations.offices import end_office, give_office
from members.operations.opening import appoint_secretary, open_association
from members.operations.periodic import keep_membership
from members.operations.pledge import adopt_version
from members.operations.review import ask_supplement, take_up_application
from members.operations.sanction import (
    close_breach,
    confirm_rectified,
    decide_breach,
    propose_decision,
    send_back_decision,
)

__all__ = [
    "REGISTER",
    "add_application_evidence",
    "admit_member",
    "adopt_dues",
    "adopt_version",
    "allege_breach",
    "amend_institution",
    "answer_supplement",
    "appoint",
    "appoint_person",
    "appoint_secretary",
    "ask_supplement",
    "begin_loading_book",
    "book_errors",
    "cast_ballot",
    "change_tier",
    "close_breach",
    "close_council_vote",
    "close_signing",
    "complete_uscc",
    "confirm_paper_signature",
    "confirm_rectified",
    "confirm_slip",
    "decide_breach",
    "defend_breach",
    "discard_book",
    "discard_statement",
    "dissolve_member",
    "drop_breach",
    "end_appointment",
    "end_membership",
    "end_office",
    "end_probation",
    "export_members",
    "give_office",
    "hear_breach",
    "issue_dues",
    "keep_arrears",
    "keep_dues",
    "keep_membership",
    "lapse_for_dues",
    "lapse_membership",
    "load_book_part",
    "load_statement",
    "look_at_book",
    "look_at_statement",
    "match_receipt",
    "notice_breach",
    "open_association",
    "open_council_vote",
    "open_signing",
    "propose_credit",
    "propose_decision",
    "propose_expulsion",
    "propose_payment",
    "propose_refund",
    "propose_undo",
    "publish_account",
    "publish_dues",
    "recall_application",
    "refuse_paper_signature",
    "refuse_slip",
    "register_defence",
    "register_institution",
    "register_paper_signature",
    "remove_application_evidence",
    "rename_institution",
    "restore_member",
    "save_application",
    "send_back_decision",
    "sign_pledge",
    "stand_aside",
    "statement_errors",
    "submit_application",
    "suspend_member",
    "take_up_application",
    "warn_of_lapse",
    "withdraw_breaches",
    "withdraw_membership",
]
