"""The authorities whose stamps we trust: a JSON file that only the administrator writes, each with pinned certificates.

The certificate is pinned, not a name: a checker that trusts every certificate below a root, or a subject, takes a
token into which a stranger's certificate was slipped (docs/decisions/0014).
"""

import json
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.errors import AuthoritiesUnusable, UnknownAuthority
from audit.stamping.certificates import read_chain, read_pinned
from audit.stamping.tokens import ALGORITHMS

FILE = "stamp_authorities.json"
_LARGEST = 256 * 1024
_KNOWN = {
    "name": str,
    "url": str,
    "algorithm": str,
    "certificate": str,
    "chain": str,
    "policy": str,
    "qualified": bool,
    "trusted_list_date": str,
    "retired": bool,
}
_NEEDED = ("name", "url", "certificate")
# It becomes a file name in dossiers and on sticks, so it must be one everywhere.
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,38})){1,30}\Z")


@dataclass(frozen=True, slots=True)
class Authority:
    """One authority. `chain` leads from the pinned certificate to its root, inclusive; empty for a self-signed one.

    A retired authority is asked no more; what it stamped is still checked.
    """

    name: str
    url: str
    algorithm: str
    policy: str | None
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    qualified: bool
    trusted_list_date: date | None
    retired: bool

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        """Everything that may stand in this authority's token."""
        return (self.certificate, *self.chain)

    @property
    def valid_until(self) -> datetime:
        """The last moment for which its stamps can be accepted."""
        return min(certificate.not_valid_after_utc for certificate in self.certificates)


def load_authorities() -> tuple[Authority, ...]:
    """Return every configured authority, retired ones too, in the order of the file; none where there is no file.

    The file is DADKHAH_TSA_FILE, or `stamp_authorities.json` among the keys. Raises AuthoritiesUnusable with a
    sentence that names what is wrong and where.
    """
    path = settings.DADKHAH_TSA_FILE or Path(settings.DADKHAH_KEYS_DIR) / FILE
    try:
        text = path.read_bytes()
        writable = path.stat().st_mode & stat.S_IWOTH
    except FileNotFoundError as error:
        if settings.DADKHAH_TSA_FILE is None:
            return ()
        raise AuthoritiesUnusable(
            _("DADKHAH_TSA_FILE names a file that is not there: %(path)s.") % {"path": path}
        ) from error
    except OSError as error:
        raise _unusable(path, _("it cannot be read")) from error
    if writable:
        raise _unusable(path, _("others can write it; run chmod o-w on it and compare it with your copy"))
    try:
        authorities = tuple(_authority(entry, folder=path.parent) for entry in _entries(text))
        _require_one_of_each(authorities)
    except ValueError as error:
        raise _unusable(path, str(error)) from error
    return authorities


def active_authorities() -> tuple[Authority, ...]:
    """Return those that are asked for stamps: neither retired nor past the end of their certificates."""
    now = timezone.now()
    return tuple(one for one in load_authorities() if not one.retired and one.valid_until >= now)


def authority_named(name: str) -> Authority:
    """Return the authority of that name. Raises UnknownAuthority, AuthoritiesUnusable."""
    for authority in load_authorities():
        if authority.name == name:
            return authority
    raise UnknownAuthority(_("No time-stamp authority named %(name)s is configured.") % {"name": name})


def _unusable(path: Path, reason: str) -> AuthoritiesUnusable:
    return AuthoritiesUnusable(
        _(
            "The list of time-stamp authorities %(path)s cannot be used: %(reason)s. Correct it and start again."
        )
        % {"path": path.name, "reason": reason}
    )


def _entries(text: bytes) -> Sequence[Mapping[str, Any]]:
    if len(text) > _LARGEST:
        raise ValueError(_("it is too large"))
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(_("it is not JSON")) from error
    entries = document.get("authorities") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(_('it must hold an object with a list named "authorities"'))
    return entries


def _authority(entry: Mapping[str, Any], *, folder: Path) -> Authority:
    name = _checked_name(entry)
    for key, value in entry.items():
        if key not in _KNOWN:
            raise ValueError(_("%(name)s has an unknown field %(key)s") % {"name": name, "key": ascii(key)})
        if not isinstance(value, _KNOWN[key]):
            raise ValueError(_("%(name)s has a %(key)s of the wrong type") % {"name": name, "key": key})
    for key in _NEEDED:
        if key not in entry:
            raise ValueError(_("%(name)s has no %(key)s") % {"name": name, "key": key})
    algorithm = entry.get("algorithm", "sha256")
    if algorithm not in ALGORITHMS:
        raise ValueError(
            _("%(name)s asks for an algorithm other than %(known)s")
            % {"name": name, "known": ", ".join(ALGORITHMS)}
        )
    policy = entry.get("policy")
    if policy is not None and not _OID.match(policy):
        raise ValueError(_("%(name)s has a policy that is no dotted number") % {"name": name})
    certificate = read_pinned(name, folder / entry["certificate"])
    return Authority(
        name=name,
        url=_checked_url(name, entry["url"]),
        algorithm=algorithm,
        policy=policy,
        certificate=certificate,
        chain=read_chain(name, certificate, folder / entry["chain"] if "chain" in entry else None),
        qualified=entry.get("qualified", False),
        trusted_list_date=_trusted_list_date(name, entry),
        retired=entry.get("retired", False),
    )


def _checked_name(entry: Mapping[str, Any]) -> str:
    name = entry.get("name")
    if not isinstance(name, str) or not _NAME.match(name):
        raise ValueError(_("the name of each authority is small letters, digits and hyphens"))
    return name


def _checked_url(name: str, url: str) -> str:
    """Only http and https, a host, no password in it: it stands on pages and in messages."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.scheme in {"http", "https"} and parts.hostname and not parts.username)
        usable = usable and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url or parts.fragment:
        raise ValueError(
            _("%(name)s has an address that is not http:// or https:// with a host") % {"name": name}
        )
    return url


def _trusted_list_date(name: str, entry: Mapping[str, Any]) -> date | None:
    """A claim that stamps are qualified (eIDAS, Art. 41) is worth as much as the list that was looked at."""
    text = entry.get("trusted_list_date")
    if text is None and not entry.get("qualified", False):
        return None
    try:
        return date.fromisoformat(text or "")
    except ValueError as error:
        raise ValueError(
            _("%(name)s is called qualified without the date (YYYY-MM-DD) of the trusted list that says so")
            % {"name": name}
        ) from error


def _require_one_of_each(authorities: Sequence[Authority]) -> None:
    names = [authority.name for authority in authorities]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(_("the name %(name)s stands twice") % {"name": name})
