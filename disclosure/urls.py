from django.urls import path

from disclosure import views

urlpatterns = [
    path("", views.home, name="home"),
    path("register/", views.register, name="register"),
    path("register/<str:key>/", views.institution, name="institution"),
    path("register/<str:key>/check/", views.pay_check, name="pay_check"),
    path("register/<str:key>/share.png", views.share_picture, name="share_picture"),
    path("rounds/", views.rounds, name="rounds"),
    path("rounds/<int:year>/", views.round_results, name="round"),
    path("rounds/<int:year>/notice/", views.public_notice, name="public_notice"),
    path("standards/<int:round_id>/", views.standard, name="standard"),
    path("notices/", views.notices, name="notice_board"),
    path("notices/feed.atom", views.notices_feed, name="notice_feed"),
    path("open-data/", views.open_data, name="open_data"),
    path("open-data/<str:name>", views.open_data_file, name="open_data_file"),
    path("pledge/", views.pledge, name="pledge"),
    path("pledge/<int:number>/", views.pledge_version, name="pledge_version"),
    path("dues/", views.dues, name="dues"),
    path("verify/", views.verify_form, name="verify_form"),
    path("verify/<str:code>/", views.verify, name="verify"),
]
