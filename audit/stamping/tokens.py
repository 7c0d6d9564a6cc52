"""The parts of a time-stamp request and token that are read or written here, as ASN.1 says them.

Requests are RFC 3161 section 2.4.1; rfc3161-client's builder knows neither SHA-384 nor a policy. Of the token only
the signed attributes are read here (RFC 5652 section 5.3; ESSCertID, RFC 5035): the library keeps them to itself.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Annotated, Any

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.serialization import Encoding

NONCE_BITS = 128

# Names as in the configuration and as hashlib has them; OIDs of FIPS 180-4 digests.
ALGORITHMS = {
    "sha256": x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1"),
    "sha384": x509.ObjectIdentifier("2.16.840.1.101.3.4.2.2"),
    "sha512": x509.ObjectIdentifier("2.16.840.1.101.3.4.2.3"),
}
_BY_OID = {oid: name for name, oid in ALGORITHMS.items()}
_SIGNING_CERTIFICATE = x509.ObjectIdentifier("1.2.840.113549.1.9.16.2.12")
_SIGNING_CERTIFICATE_V2 = x509.ObjectIdentifier("1.2.840.113549.1.9.16.2.47")


@asn1.sequence
class _Algorithm:
    oid: x509.ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class _Imprint:
    algorithm: _Algorithm
    digest: bytes


@asn1.sequence
class _Request:
    version: int
    imprint: _Imprint
    policy: x509.ObjectIdentifier | None
    nonce: int | None
    wants_certificates: Annotated[bool, asn1.Default(value=False)]


@asn1.sequence
class _IssuerSerial:
    issuer: list[asn1.TLV]
    serial: int


@asn1.sequence
class _CertificateId:
    certificate_hash: bytes
    issuer_serial: _IssuerSerial | None


@asn1.sequence
class _SigningCertificate:
    certificates: list[_CertificateId]
    policies: list[asn1.TLV] | None


@asn1.sequence
class _CertificateIdV2:
    algorithm: _Algorithm | None
    certificate_hash: bytes
    issuer_serial: _IssuerSerial | None


@asn1.sequence
class _SigningCertificateV2:
    certificates: list[_CertificateIdV2]
    policies: list[asn1.TLV] | None


@asn1.sequence
class _Attribute:
    kind: x509.ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class _Signer:
    version: int
    identifier: asn1.TLV
    digest: _Algorithm
    attributes: Annotated[asn1.SetOf[_Attribute], asn1.Implicit(0)]
    signature_algorithm: asn1.TLV
    signature: bytes
    unsigned: Annotated[asn1.SetOf[_Attribute] | None, asn1.Implicit(1)]


@asn1.sequence
class _Content:
    kind: x509.ObjectIdentifier
    content: Annotated[bytes, asn1.Explicit(0)]


@asn1.sequence
class _SignedData:
    version: int
    digests: asn1.SetOf[asn1.TLV]
    content: _Content
    certificates: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(0)]
    revocations: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(1)]
    signers: asn1.SetOf[_Signer]


@asn1.sequence
class _Token:
    kind: x509.ObjectIdentifier
    content: Annotated[_SignedData, asn1.Explicit(0)]


@asn1.sequence
class _LooseSignedData:
    version: int
    digests: asn1.TLV
    content: asn1.TLV
    certificates: Annotated[list[asn1.TLV] | None, asn1.Implicit(0)]
    revocations: Annotated[list[asn1.TLV] | None, asn1.Implicit(1)]
    signers: asn1.TLV


@asn1.sequence
class _LooseToken:
    kind: x509.ObjectIdentifier
    content: Annotated[_LooseSignedData, asn1.Explicit(0)]


@asn1.sequence
class _LooseResponse:
    status: asn1.TLV
    token: _LooseToken | None


@dataclass(frozen=True, slots=True)
class Question:
    """What a request asks: the digest of the bytes and how it was made, a nonce, and the policy if one was named."""

    algorithm: str
    digest: bytes
    nonce: int
    policy: str | None


def write_request(text: bytes, *, algorithm: str, policy: str | None) -> bytes:
    """Return a request in DER for a stamp over `text`, with a fresh nonce of 128 bits, asking for certificates.

    `algorithm` is a name among ALGORITHMS; `policy` a dotted OID or None.
    """
    request = _Request(
        version=1,
        imprint=_Imprint(
            algorithm=_Algorithm(oid=ALGORITHMS[algorithm], parameters=asn1.Null()),
            digest=hashlib.new(algorithm, text).digest(),
        ),
        policy=x509.ObjectIdentifier(policy) if policy else None,
        nonce=secrets.randbits(NONCE_BITS),
        wants_certificates=True,
    )
    return asn1.encode_der(request)


def read_request(request: bytes) -> Question:
    """Take a request of ours apart. Raises ValueError where it is none: no nonce, or another algorithm than ours."""
    parts = asn1.decode_der(_Request, request)
    algorithm = _BY_OID.get(parts.imprint.algorithm.oid)
    if parts.version != 1 or parts.nonce is None or algorithm is None:
        raise ValueError("this is no request of this house")
    policy = parts.policy.dotted_string if parts.policy else None
    return Question(algorithm, bytes(parts.imprint.digest), parts.nonce, policy)


def sort_certificates(response: bytes) -> bytes:
    """Return the response with the certificates of its token in the order of DER (X.690 section 11.6).

    OpenSSL and the authorities built on it write them as they come, which the strict reader of the client library
    refuses. Their order is outside the signature. Raises ValueError where this is no response.
    """
    token = asn1.decode_der(_LooseResponse, response).token
    found = [asn1.encode_der(one) for one in (token.content.certificates if token else None) or []]
    return response.replace(b"".join(found), b"".join(sorted(found)), 1) if found else response


@dataclass(frozen=True, slots=True)
class SignerFacts:
    """What the one signer of a token says under its signature.

    `digest_algorithm` is a name among ALGORITHMS, or the dotted OID of another; `certificate_hashes` are the digests
    by which it names its own certificate, one for each form in use (ESSCertID by SHA-1, ESSCertIDv2).
    """

    digest_algorithm: str
    certificate_hashes: tuple[tuple[str, bytes], ...]

    def names(self, certificate: x509.Certificate) -> bool:
        """Whether every one of these digests is that of the certificate."""
        der = certificate.public_bytes(Encoding.DER)
        return all(hashlib.new(name, der).digest() == digest for name, digest in self.certificate_hashes)


def read_signer(token: bytes) -> SignerFacts:
    """Read the signer's own words from a token in DER.

    Raises ValueError where there is not exactly one signer, or it does not name its certificate, or names it by a
    digest that we do not know.
    """
    signers = asn1.decode_der(_Token, token).content.signers.as_list()
    if len(signers) != 1:
        raise ValueError(f"the token has {len(signers)} signers")
    (signer,) = signers
    named = tuple(
        _named_certificate(attribute.kind, attribute.values.as_list())
        for attribute in signer.attributes.as_list()
        if attribute.kind in {_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2}
    )
    if not named:
        raise ValueError("the signer does not name its certificate")
    used = signer.digest.oid
    return SignerFacts(_BY_OID.get(used, used.dotted_string), named)


def _named_certificate(kind: x509.ObjectIdentifier, values: list[Any]) -> tuple[str, bytes]:
    """The digest by which the signer names its own certificate: the first of the list (RFC 5035 section 5.4)."""
    (value,) = values
    if kind == _SIGNING_CERTIFICATE:
        (first, *_issuers) = value.parse(_SigningCertificate).certificates
        return "sha1", bytes(first.certificate_hash)
    (named, *_issuers) = value.parse(_SigningCertificateV2).certificates
    if named.algorithm is None:
        return "sha256", bytes(named.certificate_hash)
    if named.algorithm.oid not in _BY_OID:
        raise ValueError(f"the signer names its certificate by {named.algorithm.oid.dotted_string}")
    return _BY_OID[named.algorithm.oid], bytes(named.certificate_hash)
