"""Addresses of the desk: 会籍 and 理事会表决."""

from django.urls import path

from members.views import breach, council, dues, membership, pledge

urlpatterns = [
    path("membership/", membership.membership, name="membership"),
    path("membership/history/", membership.history, name="membership_history"),
    path("membership/begin/<int:institution_id>/", membership.begin_application, name="begin_application"),
    path("membership/withdraw/<int:institution_id>/", membership.withdraw, name="withdraw_membership"),
    path("membership/certificates/<int:pk>/", membership.member_certificate, name="member_certificate"),
    path("membership/<int:pk>/", membership.application, name="membership_application"),
    path("membership/<int:pk>/do/", membership.do_in_application, name="do_in_application"),
    path("membership/<int:pk>/files/<int:file_id>/", membership.application_file, name="application_file"),
    path("pledge/", pledge.pledge_desk, name="pledge_desk"),
    path("pledge/sign/<int:institution_id>/", pledge.sign_pledge, name="sign_pledge"),
    path("pledge/records/<int:pk>/", pledge.pledge_record, name="pledge_record"),
    path("pledge/breaches/<int:pk>/", breach.breach, name="pledge_breach"),
    path("pledge/breaches/<int:pk>/defend/", breach.defend, name="defend_breach"),
    path("pledge/breaches/<int:pk>/decisions/<int:turn>/", breach.decision, name="breach_decision"),
    path("dues/", dues.own_dues, name="own_dues"),
    path("dues/receipts/<int:pk>/", dues.receipt, name="dues_receipt"),
    path("council/", council.votes, name="council_votes"),
    path("council/<int:pk>/", council.vote, name="council_vote"),
    path("council/<int:pk>/do/", council.do_in_vote, name="do_in_vote"),
]
