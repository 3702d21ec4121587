from django.urls import path

from prepaid_escrow import views

urlpatterns = [
    path("refund-calculator/", views.calculator, name="refund_calculator"),
    path("refund-calculator/letter/", views.letter, name="refund_letter"),
]
