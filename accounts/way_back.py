"""Where a form leads when it is done, where its sender names the page."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest, wanted: str | None) -> str:
    """`wanted` if it is an address of this site, else the desk.

    Only what begins with a slash: `redirect` takes any other word for the name of a view, and breaks on a strange one.
    """
    ours = wanted is not None and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None, require_https=request.is_secure()
    )
    return wanted if wanted and ours and wanted.startswith("/") else "/"
