from django.urls import path

from association import views

urlpatterns = [
    path("appointments/", views.waiting_appointments, name="waiting_appointments"),
    path("appointments/<int:pk>/confirm/", views.confirm_appointment, name="confirm_appointment"),
    path("appointments/<int:pk>/end/", views.confirm_ending, name="confirm_ending"),
    path("clocks/", views.clocks, name="clocks"),
    path("notices/", views.notices, name="notices"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("originals/", views.originals, name="originals"),
    path("originals/<int:pk>/decide/", views.decide_original, name="decide_original"),
    path("originals/<int:pk>/file/", views.original_file, name="original_file"),
    path("practice-clock/", views.move_practice_clock, name="practice_clock"),
]
