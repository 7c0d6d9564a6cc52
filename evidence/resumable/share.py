"""How much one person may have on its way at once, so that nobody fills the disk by beginning and never ending."""

from django.conf import settings
from django.db.models import Count, Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.digits import in_digits
from evidence.errors import TooManyUploads
from evidence.models import Upload
from evidence.vocabulary import UploadState


def require_share(user: User, length: int) -> None:
    """Raises TooManyUploads where one file more of `length` bytes is more than one person may have waiting.

    What has lapsed does not count. The caller's transaction then begins the file: of two that the same person begins
    at once, the second waits here and counts the first.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    waiting = Upload.objects.filter(owner=user).live()
    waiting = waiting.exclude(state=UploadState.ARRIVING, expires_at__lte=timezone.now())
    found = waiting.order_by().aggregate(count=Count("pk"), size=Sum("length"))
    if found["count"] >= settings.DADKHAH_UPLOADS_WAITING:
        raise TooManyUploads(
            in_digits(
                _(
                    "%(count)d of your files are on their way already, the most that is kept for one person. Go on "
                    "with them on the page where evidence is taken in, or call off those that you do not need."
                )
                % {"count": found["count"]}
            )
        )
    if (found["size"] or 0) + length > settings.DADKHAH_UPLOADS_WAITING_BYTES:
        raise TooManyUploads(
            _(
                "With this file more than %(size)s of yours would be on its way, the most that is kept for one person. "
                "Go on with what is half-way on the page where evidence is taken in, or call it off; what is larger "
                "can be taken in by the administrator’s command."
            )
            % {"size": in_digits(filesizeformat(settings.DADKHAH_UPLOADS_WAITING_BYTES))}
        )
