from django.urls import path

from complaints.api import views

urlpatterns = [
    path("v1/complaints/track/", views.TrackComplaint.as_view(), name="api_track_complaint"),
    path("v1/leads/track/", views.TrackLead.as_view(), name="api_track_lead"),
    path("v1/complaints/statistics/", views.ComplaintStatistics.as_view(), name="api_complaint_statistics"),
]
