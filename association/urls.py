from django.urls import path

from association import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("practice-clock/", views.move_practice_clock, name="practice_clock"),
]
