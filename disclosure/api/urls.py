from django.urls import path

from disclosure.api import log, pledge, views

urlpatterns = [
    path("v1/register/", views.Register.as_view(), name="api_register"),
    path("v1/register/<str:key>/", views.Institution.as_view(), name="api_institution"),
    path("v1/rounds/", views.Rounds.as_view(), name="api_rounds"),
    path("v1/rounds/<int:year>/", views.RoundsOfYear.as_view(), name="api_round"),
    path("v1/verify/<str:code>/", views.Verify.as_view(), name="api_verify"),
    path("v1/pledge/", pledge.Pledge.as_view(), name="api_pledge"),
    path("v1/changes/", log.Changes.as_view(), name="api_changes"),
    path("v1/checkpoints/", log.Checkpoints.as_view(), name="api_checkpoints"),
    path("schema/", views.schema, name="api_schema"),
    path("docs/", views.docs, name="api_docs"),
]
