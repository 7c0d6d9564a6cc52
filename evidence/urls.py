from django.urls import path

from evidence.views import fixity, item, register, upload
from evidence.views import handing_over, item, register, upload

app_name = "evidence"

urlpatterns = [
    path("evidence/", register.item_list, name="list"),
    path("evidence/upload/", upload.upload, name="upload"),
    path("evidence/<uuid:item_id>/", item.item_page, name="item"),
    path("evidence/<uuid:item_id>/download/", item.download, name="download"),
    path("evidence/<uuid:item_id>/check/", item.check, name="check"),
    path("evidence/<uuid:item_id>/inspect/", item.inspect_again, name="inspect"),
    path("evidence/<uuid:item_id>/link/", item.link, name="link"),
    path("evidence/<uuid:item_id>/hand-over/", handing_over.hand_over, name="hand_over"),
    path("evidence/<uuid:item_id>/hand-over/<uuid:event_id>/", handing_over.answer, name="answer_offer"),
    path("evidence/transfers/", handing_over.transfers, name="transfers"),
    path("cases/<uuid:case_id>/evidence/", register.case_list, name="case_list"),
    path("custody/", register.custody_review, name="custody_review"),
    path("custody/rounds/", fixity.round_list, name="rounds"),
    path("custody/rounds/begin/", fixity.begin, name="round_begin"),
    path("custody/rounds/<uuid:round_id>/", fixity.round_page, name="round"),
    path("custody/rounds/<uuid:round_id>/report/", fixity.report, name="round_report"),
    path("custody/alarms/", fixity.alarm_list, name="alarms"),
    path("custody/alarms/<uuid:alarm_id>/", fixity.alarm, name="alarm"),
    path("custody/transfers/", handing_over.all_transfers, name="all_transfers"),
    path("custody/<uuid:item_id>/", register.custody_of_item, name="custody_item"),
]
