from django.urls import path

from evidence.views import fixity, gaps, handing_over, item, keeping, register, resumable, upload
from evidence.views import fixity, gaps, handing_over, item, keeping, register, upload
from evidence.views import certificate, gaps, handing_over, item, keeping, register, upload
from evidence.views import certificate, disposal, fixity, gaps, handing_over, item, keeping, register, upload

app_name = "evidence"

urlpatterns = [
    path("evidence/", register.item_list, name="list"),
    path("evidence/upload/", upload.upload, name="upload"),
    path("evidence/uploads/", resumable.uploads, name="uploads"),
    path("evidence/uploads/<uuid:upload_id>/", resumable.one_upload, name="one_upload"),
    path("evidence/uploads/<uuid:upload_id>/call-off/", resumable.call_off_upload, name="call_off"),
    path("evidence/<uuid:item_id>/", item.item_page, name="item"),
    path("evidence/<uuid:item_id>/download/", item.download, name="download"),
    path("evidence/<uuid:item_id>/check/", item.check, name="check"),
    path("evidence/<uuid:item_id>/inspect/", item.inspect_again, name="inspect"),
    path("evidence/<uuid:item_id>/link/", item.link, name="link"),
    path("evidence/<uuid:item_id>/hand-over/", handing_over.hand_over, name="hand_over"),
    path("evidence/<uuid:item_id>/hand-over/<uuid:event_id>/", handing_over.answer, name="answer_offer"),
    path("evidence/<uuid:item_id>/certificate/", certificate.certificate, name="certificate"),
    path("evidence/<uuid:item_id>/hold/", disposal.hold, name="hold"),
    path("evidence/<uuid:item_id>/hold/<uuid:event_id>/release/", disposal.release, name="release_hold"),
    path("evidence/<uuid:item_id>/dispose/", disposal.ask, name="dispose"),
    path("evidence/<uuid:item_id>/dispose/<uuid:event_id>/", disposal.decide, name="decide_disposal"),
    path("evidence/<uuid:item_id>/seal/", keeping.seal, name="seal"),
    path("evidence/<uuid:item_id>/unseal/", keeping.unseal, name="unseal"),
    path("evidence/<uuid:item_id>/move/", keeping.move, name="move"),
    path("evidence/<uuid:item_id>/check-out/", keeping.check_out, name="check_out"),
    path("evidence/<uuid:item_id>/return/", keeping.take_back, name="take_back"),
    path("evidence/<uuid:item_id>/collected/", keeping.collected, name="collected"),
    path("evidence/<uuid:item_id>/custody/<uuid:event_id>/confirm/", keeping.confirm, name="confirm"),
    path("evidence/<uuid:item_id>/custody/<uuid:event_id>/correct/", keeping.correct, name="correct"),
    path("evidence/transfers/", handing_over.transfers, name="transfers"),
    path("cases/<uuid:case_id>/evidence/", register.case_list, name="case_list"),
    path("custody/", register.custody_review, name="custody_review"),
    path("custody/rounds/", fixity.round_list, name="rounds"),
    path("custody/rounds/begin/", fixity.begin, name="round_begin"),
    path("custody/rounds/<uuid:round_id>/", fixity.round_page, name="round"),
    path("custody/rounds/<uuid:round_id>/report/", fixity.report, name="round_report"),
    path("custody/alarms/", fixity.alarm_list, name="alarms"),
    path("custody/alarms/<uuid:alarm_id>/", fixity.alarm, name="alarm"),
    path("custody/gaps/", gaps.custody_gaps, name="custody_gaps"),
    path("custody/transfers/", handing_over.all_transfers, name="all_transfers"),
    path("custody/<uuid:item_id>/", register.custody_of_item, name="custody_item"),
]
