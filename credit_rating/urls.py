from django.urls import path

from credit_rating.views import assessments, committee, explanations, review, self_assessment

urlpatterns = [
    path("rating/", assessments.assessments, name="assessments"),
    path("rating/<int:pk>/", assessments.assessment, name="assessment"),
    path("rating/<int:pk>/supplement/", assessments.answer_supplement, name="answer_supplement"),
    path("rating/<int:pk>/defence/", assessments.file_defence, name="file_defence"),
    path("rating/<int:pk>/objection/", assessments.file_objection, name="file_objection"),
    path("rating/<int:pk>/certificate.pdf", assessments.certificate_file, name="certificate_file"),
    path("files/<int:pk>/", assessments.evidence_file, name="evidence_file"),
    path("rating/<int:pk>/self/", self_assessment.self_assessment, name="self_assessment"),
    path("rating/<int:pk>/self/begin/", self_assessment.begin_self_assessment, name="begin_self_assessment"),
    path("rating/<int:pk>/self/carried/", self_assessment.confirm_all_carried, name="confirm_all_carried"),
    path("rating/<int:pk>/self/<int:indicator>/", self_assessment.save_row, name="save_row"),
    path(
        "rating/<int:pk>/self/<int:indicator>/carried/",
        self_assessment.confirm_carried,
        name="confirm_carried",
    ),
    path("rating/<int:pk>/self/<int:indicator>/evidence/", self_assessment.add_evidence, name="add_evidence"),
    path(
        "rating/<int:pk>/evidence/<int:evidence>/remove/",
        self_assessment.remove_evidence,
        name="remove_evidence",
    ),
    path("rating/<int:pk>/preflight/", self_assessment.preflight, name="preflight"),
    path("rating/<int:pk>/submit/", self_assessment.submit_self_assessment, name="submit_self_assessment"),
    path("rating/<int:pk>/withdraw/", assessments.withdraw, name="withdraw"),
    path("review/", review.assignments, name="assignments"),
    path("review/assignments/<int:pk>/declare/", review.declare, name="declare"),
    path("review/assignments/<int:pk>/recuse/", review.recuse, name="recuse"),
    path("review/<int:pk>/", review.review_sheet, name="review_sheet"),
    path("review/<int:pk>/begin/", review.begin_review, name="begin_review"),
    path("review/<int:pk>/submit/", review.submit_review, name="submit_review"),
    path("review/<int:pk>/supplement/", review.request_supplement, name="request_supplement"),
    path("review/<int:pk>/<int:indicator>/", review.save_review_row, name="save_review_row"),
    path("rating/<int:pk>/explanation/", explanations.explanation, name="explanation"),
    path("committee/", committee.committee, name="committee"),
    path("committee/<int:pk>/", committee.committee_round, name="committee_round"),
    path("committee/<int:pk>/compute/", committee.compute_round, name="compute_round"),
    path("committee/<int:pk>/publish/", committee.approve_publication, name="approve_publication"),
    path("committee/assessments/<int:pk>/", committee.determination, name="determination"),
    path("committee/assessments/<int:pk>/compute/", committee.compute_assessment, name="compute_assessment"),
    path("committee/assessments/<int:pk>/determine/", committee.determine, name="determine"),
    path("committee/assessments/<int:pk>/defence/", committee.answer_defence, name="answer_defence"),
    path("committee/determinations/<int:pk>/countersign/", committee.countersign, name="countersign"),
    path(
        "committee/publications/<int:pk>/suspend/", committee.suspend_publication, name="suspend_publication"
    ),
    path("committee/objections/<int:pk>/", committee.decide_objection, name="decide_objection"),
]
