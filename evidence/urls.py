from django.urls import path

from evidence.views import item, register, upload

app_name = "evidence"

urlpatterns = [
    path("evidence/", register.item_list, name="list"),
    path("evidence/upload/", upload.upload, name="upload"),
    path("evidence/<uuid:item_id>/", item.item_page, name="item"),
    path("evidence/<uuid:item_id>/download/", item.download, name="download"),
    path("evidence/<uuid:item_id>/check/", item.check, name="check"),
    path("evidence/<uuid:item_id>/inspect/", item.inspect_again, name="inspect"),
    path("evidence/<uuid:item_id>/link/", item.link, name="link"),
    path("cases/<uuid:case_id>/evidence/", register.case_list, name="case_list"),
    path("custody/", register.custody_review, name="custody_review"),
    path("custody/<uuid:item_id>/", register.custody_of_item, name="custody_item"),
]
