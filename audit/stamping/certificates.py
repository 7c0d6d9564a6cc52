"""Reading an authority's pinned certificates, and refusing those that are not fit for stamps (RFC 3161 section 2.3)."""

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.utils.translation import gettext as _

_LARGEST = 256 * 1024
_LONGEST_CHAIN = 8
_SMALLEST_RSA = 2048
_SMALLEST_CURVE = 224
_FORGEABLE = {"md5", "sha1"}


def read_pinned(name: str, path: Path) -> x509.Certificate:
    """Return the one certificate in the file, fit for time-stamps. Raises ValueError with the reason."""
    certificates = _read(name, path)
    if len(certificates) != 1:
        raise ValueError(
            _("%(name)s needs exactly one certificate in %(file)s, the one that signs")
            % {"name": name, "file": path.name}
        )
    (certificate,) = certificates
    _require_stamping(name, certificate)
    _require_strength(name, certificate)
    return certificate


def read_chain(name: str, certificate: x509.Certificate, path: Path | None) -> tuple[x509.Certificate, ...]:
    """Return the issuers from the certificate's own to a self-signed root, in that order.

    Certificates that the way does not need are refused, because whatever stands here may stand in a token. Raises
    ValueError with the reason.
    """
    waiting = _read(name, path) if path else []
    chain: list[x509.Certificate] = []
    last = certificate
    while not _is_root(last):
        issuer = next((candidate for candidate in waiting if _issued(last, by=candidate)), None)
        if issuer is None or len(chain) == _LONGEST_CHAIN:
            raise ValueError(_("the chain of %(name)s does not lead to a self-signed root") % {"name": name})
        _require_strength(name, issuer)
        waiting.remove(issuer)
        chain.append(issuer)
        last = issuer
    # Some authorities put their own certificate at the head of the file they publish.
    if any(certificate != left for left in waiting):
        raise ValueError(
            _("the chain of %(name)s holds a certificate that is no part of it") % {"name": name}
        )
    return tuple(chain)


def _read(name: str, path: Path) -> list[x509.Certificate]:
    try:
        with path.open("rb") as file:
            return x509.load_pem_x509_certificates(file.read(_LARGEST))
    except OSError as error:
        raise ValueError(
            _("%(name)s names a file %(file)s that cannot be read") % _said(name, path)
        ) from error
    except ValueError as error:
        raise ValueError(
            _("%(file)s of %(name)s holds no certificates in PEM") % _said(name, path)
        ) from error


def _said(name: str, path: Path) -> dict[str, str]:
    return {"name": name, "file": path.name}


def _is_root(certificate: x509.Certificate) -> bool:
    """A root vouches for itself: what its own signature is worth does not matter, only that we pinned it."""
    return certificate.issuer == certificate.subject


def _issued(certificate: x509.Certificate, *, by: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _require_stamping(name: str, certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        fit = usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    except (x509.ExtensionNotFound, ValueError):
        fit = False
    if not fit:
        raise ValueError(
            _("the certificate of %(name)s is not made for time-stamps alone (a critical use of keys)")
            % {"name": name}
        )


def _require_strength(name: str, certificate: x509.Certificate) -> None:
    """No key and no signature that can be forged today; a root's own signature is not looked at."""
    key = certificate.public_key()
    strong = (isinstance(key, RSAPublicKey) and key.key_size >= _SMALLEST_RSA) or (
        isinstance(key, EllipticCurvePublicKey) and key.key_size >= _SMALLEST_CURVE
    )
    digest = certificate.signature_hash_algorithm
    if not strong or (digest is not None and digest.name in _FORGEABLE and not _is_root(certificate)):
        raise ValueError(
            _("a certificate of %(name)s rests on a key or a signature that can be forged today")
            % {"name": name}
        )


def as_pem(certificates: Sequence[x509.Certificate]) -> bytes:
    """The certificates one after the other in PEM, as openssl takes them."""
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)
