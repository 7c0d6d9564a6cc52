from django.urls import path

from witnesses.views import custodians, openings, register

app_name = "witnesses"

urlpatterns = [
    path("cases/<uuid:case_id>/witnesses/", register.case_list, name="case_list"),
    path("cases/<uuid:case_id>/witnesses/register/", register.register, name="register"),
    path("cases/<uuid:case_id>/witnesses/<uuid:witness_id>/", register.detail, name="detail"),
    path("cases/<uuid:case_id>/witnesses/<uuid:witness_id>/open/", openings.ask, name="request_opening"),
    path("witnesses/openings/<uuid:request_id>/", openings.opening, name="opening"),
    path("witnesses/openings/<uuid:request_id>/withdraw/", openings.take_back, name="withdraw"),
    path("witnesses/decisions/", custodians.decisions, name="decisions"),
    path("witnesses/decisions/<uuid:request_id>/", custodians.decide, name="decide"),
    path("witnesses/enrol/", custodians.enrol, name="enrol"),
]
