from django.urls import include, path

from config import views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("language/", views.set_language, name="set_language"),
    path("gallery/", views.gallery, name="gallery"),
    path("", include("accounts.urls")),
    path("", include("audit.urls")),
    path("", include("cases.urls")),
    path("", include("evidence.urls")),
    path("", include("witnesses.urls")),
    path("", include("dossiers.urls")),
]
handler400 = "config.error_pages.bad_request"
handler403 = "config.error_pages.refused"
handler404 = "config.error_pages.not_found"
handler500 = "config.error_pages.failed"
