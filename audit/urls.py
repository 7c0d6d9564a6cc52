from django.urls import path

from audit import views
from audit.vocabulary_page import vocabulary

app_name = "audit"

urlpatterns = [
    path("log/", views.state, name="state"),
    path("log/verify/", views.verify, name="verify"),
    path("log/vocabulary/", vocabulary, name="vocabulary"),
    path("log/entries/", views.entries, name="entries"),
    path("log/entries/<uuid:entry_id>/", views.entry, name="entry"),
]
