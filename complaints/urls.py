"""Addresses of complaints and leads: those anybody may open, and those of the desk."""

from django.urls import path

from complaints.views import (
    caller,
    case,
    enrolments,
    intake,
    leads,
    mass,
    orders,
    redactions,
    refund,
    statistics,
    tracking,
)

PUBLIC = [
    path("complaints/", intake.complaints, name="complaints"),
    path("complaints/new/", intake.new_complaint, name="new_complaint"),
    path("complaints/draft/", intake.keep_draft, name="keep_draft"),
    path("complaints/draft/drop/", intake.drop_draft, name="drop_draft"),
    path("complaints/preview/", intake.preview_complaint, name="preview_complaint"),
    path("complaints/track/", tracking.track_complaint, name="track_complaint"),
    path("complaints/track/do/", tracking.do_as_complainant, name="do_as_complainant"),
    path("complaints/track/file/", tracking.tracked_file, name="tracked_file"),
    path("leads/new/", leads.new_lead, name="new_lead"),
    path("leads/new/save/", leads.save_lead, name="save_lead"),
    path("leads/track/", leads.track_lead, name="track_lead"),
    path("leads/track/answer/", leads.answer_lead, name="answer_lead"),
]
DESK = [
    path("complaints/", case.case_list, name="cases"),
    path("complaints/find/", case.find_person, name="find_person"),
    path("complaints/caller/", caller.caller_complaint, name="caller_complaint"),
    path("complaints/mass/", mass.mass_case_list, name="mass_cases"),
    path("complaints/mass/new/", mass.new_mass_case, name="open_mass_case"),
    path("complaints/mass/<int:pk>/", mass.mass_case, name="mass_case"),
    path("complaints/mass/<int:pk>/offer/", mass.mass_offer, name="offer_to_all"),
    path("complaints/mass/<int:pk>/end/", mass.end_mass, name="end_mass_case"),
    path("complaints/orders/", orders.orders, name="orders"),
    path("complaints/orders/<int:pk>/", orders.order_batch, name="order_batch"),
    path("complaints/orders/<int:pk>/decide/", orders.decide_orders, name="decide_orders"),
    path("complaints/orders/<int:pk>/errors/", orders.order_errors, name="order_errors"),
    path("complaints/statistics/", statistics.statistics, name="complaint_statistics"),
    path("complaints/statistics/<str:ending>/", statistics.statistics_file, name="complaint_statistics_file"),
    path("complaints/enrolments/", enrolments.enrolments, name="enrolments"),
    path("complaints/enrolments/import/", enrolments.import_enrolments, name="import_enrolments"),
    path("complaints/redactions/", redactions.redactions, name="redactions"),
    path("complaints/redactions/<int:pk>/", redactions.review, name="review_redaction"),
    path("complaints/<int:pk>/refund/", refund.refund_of_case, name="refund_of_case"),
    path("complaints/<int:pk>/", case.case, name="case"),
    path("complaints/<int:pk>/receipt/", caller.new_receipt, name="issue_receipt"),
    path("complaints/<int:pk>/do/", case.do_in_case, name="do_in_case"),
    path("complaints/<int:pk>/files/<int:file_id>/", case.case_file, name="case_file"),
]
