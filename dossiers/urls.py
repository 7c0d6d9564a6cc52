from django.urls import path

from dossiers import views
from dossiers.leaks import views as leaks

app_name = "dossiers"

urlpatterns = [
    path("cases/<uuid:case_id>/dossiers/", views.case_list, name="case_list"),
    path("cases/<uuid:case_id>/dossiers/compile/", views.compile_form, name="compile"),
    path("cases/<uuid:case_id>/dossiers/consent/", views.consent, name="consent"),
    path("dossiers/<uuid:dossier_id>/", views.detail, name="detail"),
    path("dossiers/<uuid:dossier_id>/names/", leaks.names, name="names"),
    path("dossiers/<uuid:dossier_id>/names/withdraw/", leaks.withdraw, name="names_withdraw"),
    path("dossiers/<uuid:dossier_id>/download/", views.download, name="download"),
]
