from django.urls import path

from witnesses.views import (
    alarms,
    asking,
    consents,
    custodians,
    dependences,
    interviews,
    notes,
    openings,
    quorum,
    register,
    statements,
)

app_name = "witnesses"

urlpatterns = [
    path("cases/<uuid:case_id>/witnesses/", register.case_list, name="case_list"),
    path("cases/<uuid:case_id>/witnesses/register/", register.register, name="register"),
    path("cases/<uuid:case_id>/witnesses/<uuid:witness_id>/", register.detail, name="detail"),
    path("cases/<uuid:case_id>/witnesses/<uuid:witness_id>/revise/", register.revise, name="revise"),
    path("cases/<uuid:case_id>/witnesses/<uuid:witness_id>/open/", asking.ask, name="request_opening"),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/emergency/",
        asking.ask_at_once,
        name="request_emergency",
    ),
    path("cases/<uuid:case_id>/witnesses/<uuid:witness_id>/consent/", consents.consent, name="consent"),
    path("cases/<uuid:case_id>/witnesses/<uuid:witness_id>/consent/new/", consents.new, name="consent_new"),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/consent/withdraw/",
        consents.withdraw,
        name="consent_withdraw",
    ),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/consent/print/",
        consents.print_paper,
        name="consent_print",
    ),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/exhibits/",
        dependences.dependences,
        name="dependences",
    ),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/exhibits/<uuid:dependence_id>/end/",
        dependences.end,
        name="dependence_end",
    ),
    path("evidence/<uuid:item_id>/witnesses/", dependences.depend_item, name="depend_item"),
    path("cases/<uuid:case_id>/interviews/", interviews.planned, name="interviews_planned"),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/interviews/",
        interviews.interviews,
        name="interviews",
    ),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/interviews/new/",
        interviews.new,
        name="interview_new",
    ),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/interviews/elsewhere/",
        interviews.elsewhere,
        name="interview_elsewhere",
    ),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/interviews/<uuid:interview_id>/",
        interviews.one,
        name="interview",
    ),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/interviews/<uuid:interview_id>/record/",
        interviews.next_record,
        name="interview_record",
    ),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/interviews/<uuid:interview_id>/notes/new/",
        notes.new,
        name="note_new",
    ),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/interviews/<uuid:interview_id>/notes/<uuid:note_id>/",
        notes.correct,
        name="note_correct",
    ),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/interviews/<uuid:interview_id>/notes/<uuid:note_id>/open/",
        notes.ask,
        name="note_open",
    ),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/statements/new/",
        statements.new,
        name="statement_new",
    ),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/statements/side-by-side/",
        statements.side_by_side,
        name="side_by_side",
    ),
    path(
        "cases/<uuid:case_id>/witnesses/<uuid:witness_id>/statements/<uuid:item_id>/",
        statements.one,
        name="statement",
    ),
    path("witnesses/openings/<uuid:request_id>/", openings.opening, name="opening"),
    path("witnesses/openings/<uuid:request_id>/withdraw/", openings.take_back, name="withdraw"),
    path("witnesses/decisions/", custodians.decisions, name="decisions"),
    path("witnesses/decisions/<uuid:request_id>/", custodians.decide, name="decide"),
    path("witnesses/alarms/", alarms.alarms, name="alarms"),
    path("witnesses/alarms/<uuid:witness_alarm_id>/seen/", alarms.see_alarm, name="see_alarm"),
    path("witnesses/emergencies/<uuid:request_id>/", alarms.review, name="review"),
    path("witnesses/quorum/drill/", quorum.drill, name="drill"),
    path("witnesses/quorum/<uuid:session_id>/", quorum.session, name="session"),
    path("witnesses/quorum/<uuid:session_id>/carry-out/", quorum.carry_out, name="carry_out"),
    path("witnesses/quorum/<uuid:session_id>/withdraw/", quorum.withdraw, name="session_withdraw"),
    path("witnesses/enrol/", custodians.enrol, name="enrol"),
]
