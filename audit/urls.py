from django.urls import path

from audit.views.checking import compare, run, verify
from audit.views.entry import entry, proof
from audit.views.explorer import entries
from audit.views.report import report
from audit.views.sensitive import sensitive
from audit.views.state import state
from audit.vocabulary_page import vocabulary

app_name = "audit"

urlpatterns = [
    path("log/", state, name="state"),
    path("log/verify/", verify, name="verify"),
    path("log/compare/", compare, name="compare"),
    path("log/verifications/<uuid:run_id>/", run, name="run"),
    path("log/report/", report, name="report"),
    path("log/sensitive/", sensitive, name="sensitive"),
    path("log/vocabulary/", vocabulary, name="vocabulary"),
    path("log/entries/", entries, name="entries"),
    path("log/entries/<uuid:entry_id>/", entry, name="entry"),
    path("log/entries/<uuid:entry_id>/proof/", proof, name="proof"),
]
