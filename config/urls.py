from django.urls import include, path

from config import erasure_views, views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("language/", views.set_language, name="set_language"),
    path("gallery/", views.gallery, name="gallery"),
    path("evidence/<uuid:item_id>/erase/", erasure_views.records, name="erase_records"),
    path("evidence/<uuid:item_id>/erase/<slug:kind>/<uuid:record_id>/", erasure_views.ask, name="erase_ask"),
    path("evidence/<uuid:item_id>/erasures/<uuid:erasure_id>/", erasure_views.one_request, name="erasure"),
    path("custody/erasures/", erasure_views.waiting, name="erasures"),
    path("custody/erasures/<uuid:erasure_id>/", erasure_views.decide, name="erase_decide"),
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
