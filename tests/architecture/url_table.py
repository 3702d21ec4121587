"""网址与角色: every named address, how it is asked, and who may open it. A name that is missing here fails a test.

"May" means: is not sent away (to the sign-in, 403 or 404). What is done there may still be refused with 400 or 409.
"""

from dataclasses import dataclass, field

from association.choices import (
    COMMITTEE_ROLES,
    INSTITUTION_ROLES,
    REVIEWER_ROLES,
    SECOND_FACTOR_ROLES,
    STAFF_ROLES,
    Role,
)

VISITOR = "visitor"
SIGNED_IN = frozenset(Role)
EVERYBODY = SIGNED_IN | {VISITOR}
ADMIN = frozenset({Role.INSTITUTION_ADMIN})
CHAIR = frozenset({Role.COMMITTEE_CHAIR})
COUNCIL = frozenset({Role.COUNCIL})
SECRETARIAT = frozenset({Role.SECRETARIAT})
ASSIGNED = frozenset({Role.ASSESSOR})
EXPERTS = COMMITTEE_ROLES | REVIEWER_ROLES
SEES_ALL = STAFF_ROLES | COMMITTEE_ROLES
# In the world of the test there is no such thing (a supplement, a defence, a second factor): closed to all of them.
NOBODY_NOW = frozenset()
# A request that somebody else made: whoever may decide it may still not open what was sealed.
ORIGINAL_OPENED_BY = frozenset()
# Who sees one assessment: those who decide or look on, the institution itself, the assessor it was assigned to.
OF_ASSESSMENT = SEES_ALL | INSTITUTION_ROLES | ASSIGNED


@dataclass(frozen=True)
class Address:
    """How an address is opened: ``arguments`` are names of things in the world of ``test_urls``."""

    who: frozenset
    method: str = "get"
    arguments: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)


def page(who, **arguments):
    return Address(frozenset(who), "get", arguments)


def form(who, **arguments):
    """Sent with what every form of a row carries."""
    words = dict.fromkeys(("decision", "text", "reason", "answer"), "x")
    chosen = {"version": "0", "days": "1", "reconsider": "no", "upheld": "no"}
    return Address(frozenset(who), "post", arguments, words | chosen)


PLATFORM = {
    "home": page(EVERYBODY),
    "healthz": page(EVERYBODY),
    "readyz": page(EVERYBODY),
    "metrics": page(EVERYBODY),  # from this machine; tests/association/test_readiness.py
}
SIGN_IN = {
    "language": page(EVERYBODY, code="=en"),
    "account_login": page(EVERYBODY),
    "account_logout": page(EVERYBODY),
    "account_inactive": page(EVERYBODY),
    "account_signup": page(NOBODY_NOW),
    "account_reauthenticate": page(NOBODY_NOW),
    "account_email": page(NOBODY_NOW),
    "account_email_verification_sent": page(NOBODY_NOW),
    "account_confirm_email": page(NOBODY_NOW, key="word"),
    "account_change_password": page(SIGNED_IN),
    "account_set_password": page(NOBODY_NOW),
    "account_reset_password": page(EVERYBODY),
    "account_reset_password_done": page(EVERYBODY),
    "account_reset_password_from_key": page(EVERYBODY, uidb36="word", key="word"),
    "account_reset_password_from_key_done": page(EVERYBODY),
    "account_confirm_login_code": page(NOBODY_NOW),
    "mfa_index": page(SIGNED_IN),
    "mfa_authenticate": page(SIGNED_IN),
    "mfa_reauthenticate": page(NOBODY_NOW),
    "mfa_activate_totp": page(SIGNED_IN),
    "mfa_deactivate_totp": page(NOBODY_NOW),
    "mfa_view_recovery_codes": page(NOBODY_NOW),
    "mfa_generate_recovery_codes": page(SIGNED_IN),
    "mfa_download_recovery_codes": page(NOBODY_NOW),
    "usersessions_list": page(SIGNED_IN),
    "continue_deed": page(SIGNED_IN),
}
PUBLIC = {
    "home": page(EVERYBODY),
    "register": page(EVERYBODY),
    "institution": page(EVERYBODY, key="card"),
    "pay_check": page(EVERYBODY, key="card"),
    "share_picture": page(EVERYBODY, key="card"),
    "rounds": page(EVERYBODY),
    "round": page(EVERYBODY, year="year"),
    "public_notice": page(EVERYBODY, year="year"),
    "standard": page(EVERYBODY, round_id="round"),
    "notice_board": page(EVERYBODY),
    "notice_feed": page(EVERYBODY),
    "open_data": page(EVERYBODY),
    "open_data_file": page(EVERYBODY, name="=licence.txt"),
    "pledge": page(EVERYBODY),
    "pledge_version": page(EVERYBODY, number="=1"),
    "api_pledge": page(EVERYBODY),
    "dues": page(EVERYBODY),
    "verify_form": page(EVERYBODY),
    "verify": page(EVERYBODY, code="code"),
    "api_register": page(EVERYBODY),
    "api_institution": page(EVERYBODY, key="card"),
    "api_rounds": page(EVERYBODY),
    "api_round": page(EVERYBODY, year="year"),
    "api_verify": page(EVERYBODY, code="code"),
    "api_changes": page(EVERYBODY),
    "api_checkpoints": page(EVERYBODY),
    "refund_calculator": page(EVERYBODY),
    "complaints": page(EVERYBODY),
    "new_complaint": page(EVERYBODY),
    "keep_draft": form(EVERYBODY),
    "drop_draft": form(EVERYBODY),
    "preview_complaint": page(EVERYBODY),
    "track_complaint": page(EVERYBODY),
    # Counted before the code is looked at; the matrix has no server that counts, so the answer is 429 to everybody.
    "do_as_complainant": form(EVERYBODY),
    "tracked_file": form(EVERYBODY),
    "refund_letter": page(EVERYBODY),
    "api_refund_calculation": form(EVERYBODY),
    "api_track_complaint": form(EVERYBODY),
    "api_track_lead": form(EVERYBODY),
    "api_complaint_statistics": page(EVERYBODY),
    "api_schema": page(EVERYBODY),
    "api_docs": page(EVERYBODY),
    "year_figures": page(EVERYBODY),
    "new_lead": page(EVERYBODY),
    "save_lead": form(EVERYBODY),
    "track_lead": page(EVERYBODY),
    "answer_lead": form(
        EVERYBODY
    ),  # who has the code; here nothing counts the guesses, and so it is closed with 429
}
DESK = {
    "cases": page(SIGNED_IN),
    "find_person": form(SECRETARIAT),
    "caller_complaint": page(SECRETARIAT),
    "issue_receipt": page(SECRETARIAT, pk="complaint"),
    "mass_cases": page(SIGNED_IN),
    "open_mass_case": page(SECRETARIAT),
    "mass_case": page(STAFF_ROLES | INSTITUTION_ROLES, pk="mass_case"),
    "offer_to_all": form(ADMIN, pk="mass_case"),
    "end_mass_case": form(SECRETARIAT, pk="mass_case"),
    "orders": page(SECRETARIAT),
    "order_batch": page(SECRETARIAT, pk="order_batch"),
    "decide_orders": Address(SECRETARIAT, "post", {"pk": "order_batch"}, {"deed": "discard"}),
    "order_errors": page(SECRETARIAT, pk="order_batch"),
    "hearings": page(SIGNED_IN),
    "hearing": page(STAFF_ROLES | INSTITUTION_ROLES, pk="hearing"),
    "do_in_hearing": Address(
        STAFF_ROLES | INSTITUTION_ROLES, "post", {"pk": "hearing"}, {"deed": "state_hearing"}
    ),
    "hearing_file": page(NOBODY_NOW, pk="hearing", file_id="hearing"),
    "case": page(STAFF_ROLES | INSTITUTION_ROLES, pk="complaint"),
    "do_in_case": Address(
        frozenset(STAFF_ROLES | INSTITUTION_ROLES), "post", {"pk": "complaint"}, {"deed": "answer"}
    ),
    "complaint_statistics": page(STAFF_ROLES),
    "complaint_statistics_file": page(STAFF_ROLES, ending="=csv"),
    "receipts_desk": page(SECRETARIAT),
    "decide_receipt": form(SECRETARIAT, pk="receipt_request"),
    "figures_desk": page(STAFF_ROLES | CHAIR),
    "confirm_figures": form(SECRETARIAT | CHAIR, pk="figures_proposal"),
    "withdraw_figures": form(SECRETARIAT, pk="figures_proposal"),
    "enrolments": page(STAFF_ROLES),
    "import_enrolments": form(SECRETARIAT),
    "redactions": page(STAFF_ROLES),
    "personal_data_watch": page(STAFF_ROLES),
    "review_redaction": form(SECRETARIAT, pk="redaction"),
    "refund_of_case": page(SECRETARIAT, pk="complaint"),
    "case_file": page(NOBODY_NOW, pk="complaint", file_id="complaint"),
    "membership": page(SIGNED_IN),
    "membership_history": page(STAFF_ROLES | INSTITUTION_ROLES),
    "begin_application": form(INSTITUTION_ROLES, institution_id="own"),
    "withdraw_membership": form(ADMIN, institution_id="own"),
    "member_certificate": page(STAFF_ROLES | INSTITUTION_ROLES, pk="member_certificate"),
    "membership_application": page(STAFF_ROLES | INSTITUTION_ROLES | COUNCIL, pk="application"),
    "do_in_application": Address(INSTITUTION_ROLES, "post", {"pk": "application"}, {"deed": "answer"}),
    "application_file": page(SECRETARIAT | INSTITUTION_ROLES | COUNCIL, pk="application", file_id="paper"),
    "pledge_desk": page(STAFF_ROLES | INSTITUTION_ROLES),
    # The institution it is about too: tests/members/test_breach.py.
    "pledge_breach": page(STAFF_ROLES, pk="breach"),
    "defend_breach": form(NOBODY_NOW, pk="breach"),
    "breach_decision": page(STAFF_ROLES, pk="breach_decided", turn="=1"),
    # A fresh proof is asked first, which sends away: tests/members/test_views_pledge.py signs.
    "sign_pledge": form(ADMIN, institution_id="own"),
    # Signatories too: tests/members/test_pledge_signing.py; an auditor opens no file.
    "pledge_record": page(SECRETARIAT, pk="pledge_record"),
    "dues_receipt": page(
        STAFF_ROLES, pk="dues_receipt"
    ),  # and its institution: tests/members/test_dues_money.py
    "own_dues": page(STAFF_ROLES | INSTITUTION_ROLES),
    "council_votes": page(STAFF_ROLES | COUNCIL),
    "council_vote": page(STAFF_ROLES | COUNCIL, pk="vote"),
    "do_in_vote": Address(COUNCIL, "post", {"pk": "vote"}, {"deed": "cast"}),
    "desk": page(SIGNED_IN),
    "waiting_appointments": page(SECRETARIAT | CHAIR),
    "confirm_appointment": form(SECRETARIAT | CHAIR, pk="appointment"),
    "confirm_ending": form(SECRETARIAT | CHAIR, pk="ending"),
    "corrections": page(SECRETARIAT | CHAIR),
    "confirm_past_import": form(SECRETARIAT | CHAIR, pk="past_import"),
    "withdraw_past_import": form(SECRETARIAT, pk="past_import"),
    "confirm_correction": form(SECRETARIAT | CHAIR, pk="correction"),
    "withdraw_correction": form(SECRETARIAT, pk="correction"),
    "clocks": page(SIGNED_IN),
    "notices": page(SIGNED_IN),
    "job": page(SEES_ALL, pk="job"),
    "practice_clock": form(SIGNED_IN),
    "originals": page(STAFF_ROLES | CHAIR),
    "decide_original": form(SECRETARIAT | CHAIR, pk="original_request"),
    "original_file": page(ORIGINAL_OPENED_BY, pk="original_request"),
    "assessments": page(SIGNED_IN),
    "assessment": page(SEES_ALL | INSTITUTION_ROLES, pk="assessment"),
    "answer_supplement": form(NOBODY_NOW, pk="assessment"),
    "file_defence": form(NOBODY_NOW, pk="assessment"),
    "file_objection": form(INSTITUTION_ROLES | SECRETARIAT, pk="assessment"),
    "certificate_file": page(OF_ASSESSMENT, pk="assessment"),
    "evidence_file": page(OF_ASSESSMENT - {Role.AUDITOR}, pk="attachment"),
    "self_assessment": page(OF_ASSESSMENT, pk="assessment"),
    "begin_self_assessment": form(INSTITUTION_ROLES, pk="assessment"),
    "confirm_all_carried": form(INSTITUTION_ROLES, pk="assessment"),
    "save_row": form(INSTITUTION_ROLES, pk="assessment", indicator="indicator"),
    "confirm_carried": form(INSTITUTION_ROLES, pk="assessment", indicator="indicator"),
    "add_evidence": form(INSTITUTION_ROLES, pk="assessment", indicator="indicator"),
    "remove_evidence": form(INSTITUTION_ROLES, pk="assessment", evidence="evidence"),
    "preflight": page(OF_ASSESSMENT, pk="assessment"),
    "submit_self_assessment": form(ADMIN, pk="assessment"),
    "withdraw": form(ADMIN, pk="assessment"),
    "assignments": page(SIGNED_IN),
    "declare": form(ASSIGNED, pk="assignment"),
    "recuse": form(ASSIGNED, pk="assignment"),
    "review_sheet": page(ASSIGNED, pk="assessment"),
    "begin_review": form(ASSIGNED, pk="assessment"),
    "submit_review": form(ASSIGNED, pk="assessment"),
    "request_supplement": form(ASSIGNED, pk="assessment"),
    "save_review_row": form(ASSIGNED, pk="assessment", indicator="indicator"),
    "explanation": page(SEES_ALL | INSTITUTION_ROLES, pk="assessment"),
    "expert_reviews": page(EXPERTS),
    "expert_review": page(EXPERTS, pk="standard"),
    "give_expert_opinion": form(EXPERTS, pk="standard"),
    "committee": page(SEES_ALL),
    "committee_round": page(SEES_ALL, pk="round"),
    "compute_round": form(COMMITTEE_ROLES | SECRETARIAT, pk="round"),
    "approve_publication": form(CHAIR, pk="round"),
    "determination": page(SEES_ALL, pk="assessment"),
    "compute_assessment": form(COMMITTEE_ROLES | SECRETARIAT, pk="assessment"),
    "determine": form(COMMITTEE_ROLES, pk="assessment"),
    "answer_defence": form(NOBODY_NOW, pk="assessment"),
    "countersign": form(COMMITTEE_ROLES, pk="determination"),
    "propose_suspension": form(SECRETARIAT | {Role.COMMITTEE}, pk="publication"),
    "suspend_publication": form(CHAIR, pk="publication"),
    "decide_objection": form(COMMITTEE_ROLES, pk="objection"),
    "extend_objection": form(COMMITTEE_ROLES, pk="objection"),
}
DESK_OF_STAFF = {
    "admin:index": page(STAFF_ROLES),
    "admin:login": page(STAFF_ROLES),
    "admin:logout": page(EVERYBODY),
    "admin:autocomplete": page(frozenset()),  # no class of ours offers one
    "admin:jsi18n": page(STAFF_ROLES),
    "admin:app_list": page(STAFF_ROLES, app_label="app"),
    "admin:complaints_lead_file": page(SECRETARIAT, object_id="new_lead", number="=1"),
    "admin:complaints_lead_letter": page(SECRETARIAT, object_id="referred_lead", referral_id="referral"),
}
INSIDE = SIGN_IN | PUBLIC | DESK | DESK_OF_STAFF
# Buttons of the staff desk that others than the secretariat may press: downloads and reports, which change nothing.
PRESSED_BY = {
    ("credit_rating.AssessmentStandard", name): STAFF_ROLES
    for name in ("export-xlsx", "export-csv", "export-header", "map-sheet")
}
assert SECOND_FACTOR_ROLES < SIGNED_IN
