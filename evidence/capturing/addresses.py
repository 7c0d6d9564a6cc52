"""Addresses on the net, checked as they are typed. Nothing here is ever opened or looked up. Pure."""

import ipaddress
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from cases.plain_text import clean_line
from evidence.errors import BadCapture

LONGEST_URL = 4000


def clean_url(text: str, *, label: str, required: bool = True) -> str:
    """`text` as the address of a page. Raises BadText for hidden characters, BadCapture for what is no address."""
    line = clean_line(text, label=label, required=required, max_length=LONGEST_URL)
    if line and not _is_web_address(line):
        raise BadCapture(
            _("%(label)s is no address of a page. Write it whole, beginning with https:// or http://.")
            % {"label": label}
        )
    return line


def clean_ip(text: str, *, label: str) -> str:
    """`text` as an IPv4 or IPv6 address, or empty. Raises BadText or BadCapture."""
    line = clean_line(text, label=label, required=False, max_length=100)
    if not line:
        return ""
    try:
        return str(ipaddress.ip_address(line))
    except ValueError as error:
        raise BadCapture(
            _("%(label)s is no IP address. Write it alone, such as 192.0.2.7 or 2001:db8::7.")
            % {"label": label}
        ) from error


def _is_web_address(line: str) -> bool:
    try:
        parts = urlsplit(line)
        host = parts.hostname
        _port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and " " not in line
