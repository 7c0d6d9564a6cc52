from django.urls import path

from audit import views

app_name = "audit"

urlpatterns = [
    path("log/", views.state, name="state"),
    path("log/verify/", views.verify, name="verify"),
    path("log/entries/", views.entries, name="entries"),
    path("log/entries/<uuid:entry_id>/", views.entry, name="entry"),
]
