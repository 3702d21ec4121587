"""Everything inside one association; addresses are relative to its mount."""

from django.contrib import admin
from django.urls import include, path

from association import views
from complaints import urls as complaints_urls
from config import desk

handler400 = "association.answers.bad_request"
handler403 = "association.answers.permission_denied"
handler404 = "association.answers.not_found"
handler429 = "association.answers.too_many"
handler500 = "association.answers.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("config.urls_accounts")),
    path("i18n/<str:code>/", views.language, name="language"),
    path("desk/", desk.desk, name="desk"),
    path("desk/", include("association.urls")),
    path("desk/", include("credit_rating.urls")),
    path("desk/", include("members.urls")),
    path("", include("prepaid_escrow.urls")),
    path("desk/", include(complaints_urls.DESK)),
    path("", include(complaints_urls.PUBLIC)),
    path("", include("disclosure.urls")),
    path("api/", include("disclosure.api.urls")),
    path("api/", include("prepaid_escrow.api.urls")),
    path("api/", include("complaints.api.urls")),
]
