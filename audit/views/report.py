"""Making a report of the log for a period."""

from datetime import timedelta

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from audit.forms import PeriodForm
from audit.report_csv import MOST
from audit.report_facts import Period
from audit.reporting import make_report
from audit.views.guard import reader, reviewer_required


@require_http_methods(["GET", "HEAD", "POST"])
@reviewer_required
def report(request: HttpRequest) -> HttpResponse | FileResponse:
    """The form, and the report as one archive; that it was made is in the log before it leaves."""
    if request.method == "POST":
        form = PeriodForm(request.POST)
        if form.is_valid():
            period = Period(form.cleaned_data["since"], form.cleaned_data["until"])
            made = make_report(period, actor=reader(request))
            return FileResponse(
                made.archive, as_attachment=True, filename=made.name, content_type="application/zip"
            )
    else:
        tomorrow = timezone.now().date() + timedelta(days=1)
        form = PeriodForm(initial={"since": tomorrow - timedelta(days=30), "until": tomorrow})
    context = {"form": form, "most": MOST}
    return render(request, "audit/report.html", context, status=422 if form.errors else 200)
