"""The platform: what is not inside an association."""

from django.urls import include, path

from association import views
from disclosure.views import platform_home

handler400 = "association.answers.bad_request"
handler403 = "association.answers.permission_denied"
handler404 = "association.answers.not_found"
handler429 = "association.answers.too_many"
handler500 = "association.answers.server_error"

urlpatterns = [
    path("", platform_home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("i18n/<str:code>/", views.language, name="language"),
    path("accounts/", include("config.urls_accounts")),
]
