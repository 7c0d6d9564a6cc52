"""The closed words of containers: what kinds there are, and why a member is not to be had."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ContainerKind(models.TextChoices):
    """What holds the members."""

    ZIP = "zip", _("Zip archive")
    TAR = "tar", _("Tar archive")
    COMPRESSED = "compressed", _("One compressed file")
    MAIL = "mail", _("E-mail message")
    MAILBOX = "mailbox", _("Mailbox")
    SAVED_PAGE = "saved_page", _("Saved web page")


class Why(models.TextChoices):
    """Why a member, or a whole container, is not to be had. The bytes stay in the container, which is kept whole."""

    FOLDER = "folder", _("A folder: only its name is kept")
    LINK = "link", _("A link to another place: it is never followed")
    DEVICE = "device", _("A device or pipe, no file")
    SPARSE = "sparse", _("A file with holes, in a form that is not read here")
    ENCRYPTED = "encrypted", _("Locked with a password")
    METHOD = "method", _("Compressed in a way that is not read here")
    DAMAGED = "damaged", _("Damaged or cut off")
    BOMB = "bomb", _("It would unfold into far more than it says or should")
    TOO_LARGE = "too_large", _("Larger than what is taken out here")
    TOO_DEEP = "too_deep", _("Lies too deep inside other files")
    NO_CONTAINER = "no_container", _("Neither an archive nor a message that is read here")
