from django.urls import path

from prepaid_escrow.api import views

urlpatterns = [
    path("v1/refund-calculation/", views.RefundCalculation.as_view(), name="api_refund_calculation"),
]
