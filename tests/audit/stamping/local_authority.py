"""A real time-stamp authority on this machine: certificates of its own, tokens by `openssl ts`, served over HTTP."""

import json
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

POLICY = "1.2.3.4.1"
OTHER_POLICY = "1.2.3.4.5"
DAY = timedelta(days=1)

_CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_digest = {signer_digest}
default_policy = {policy}
other_policies = {other_policy}
digests = sha1, sha256, sha384, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = {ess}
"""


def name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def new_key(kind: str = "ec") -> Any:
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))
    return ec.generate_private_key(ec.SECP256R1())


def certify(
    subject: str,
    key: Any,
    *,
    issuer: x509.Certificate | None = None,
    issuer_key: Any = None,
    usage: bool = True,
    critical: bool = True,
    authority: bool = False,
    begins: datetime | None = None,
    ends: datetime | None = None,
    serial: int | None = None,
    digest: Any = None,
) -> x509.Certificate:
    """A certificate; of a certifying authority, or for time-stamps."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(issuer.subject if issuer else name(subject))
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(begins or now - DAY)
        .not_valid_after(ends or now + 365 * DAY)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority and usage:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(purpose, critical=critical)
    return builder.sign(issuer_key or key, digest or hashes.SHA256())


def as_pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


@dataclass
class LocalAuthority:
    """A root, a certificate for stamps below it, and the folder in which `openssl ts` works."""

    folder: Path
    key: Any
    certificate: x509.Certificate
    root: x509.Certificate
    root_key: Any
    fields: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def found(
        cls,
        folder: Path,
        *,
        subject: str = "Local TSA",
        root: str = "Local root",
        key: str = "ec",
        signer_digest: str = "sha256",
        ess: str = "sha256",
        **certificate: Any,
    ) -> "LocalAuthority":
        folder.mkdir(parents=True)
        root_key, leaf_key = new_key(), new_key(key)
        begins = min(certificate.get("begins") or datetime.now(UTC), datetime.now(UTC)) - DAY
        top = certify(root, root_key, authority=True, begins=begins)
        leaf = certify(subject, leaf_key, issuer=top, issuer_key=root_key, **certificate)
        made = cls(folder, leaf_key, leaf, top, root_key)
        made._write(signer_digest, ess)
        return made

    def _write(self, signer_digest: str, ess: str) -> None:
        self.folder.joinpath("serial").write_text("01\n")
        self.folder.joinpath("openssl.cnf").write_text(
            _CONFIG.format(
                folder=self.folder,
                signer_digest=signer_digest,
                policy=POLICY,
                other_policy=OTHER_POLICY,
                ess=ess,
            )
        )
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.folder.joinpath("key.pem").write_bytes(pem)
        self.folder.joinpath("certificate.pem").write_bytes(as_pem(self.certificate))
        self.folder.joinpath("chain.pem").write_bytes(as_pem(self.root))

    def reply(self, request: bytes, *, at: datetime | None = None) -> bytes:
        """What this authority answers, by `openssl ts -reply`; at another time with `faketime`."""
        query, answer = self.folder / "query.tsq", self.folder / "answer.tsr"
        query.write_bytes(request)
        command = ["openssl", "ts", "-reply", "-config", str(self.folder / "openssl.cnf")]
        command += ["-queryfile", str(query), "-signer", str(self.folder / "certificate.pem")]
        command += ["-inkey", str(self.folder / "key.pem"), "-chain", str(self.folder / "chain.pem")]
        if at is not None:
            command = ["faketime", at.strftime("%Y-%m-%d %H:%M:%S"), *command]
        subprocess.run([*command, "-out", str(answer)], check=True, capture_output=True, timeout=60, env=_UTC)
        return answer.read_bytes()

    def entry(self, called: str, url: str, **fields: Any) -> dict[str, Any]:
        """How it stands in the list of authorities."""
        pinned = {
            "certificate": str(self.folder / "certificate.pem"),
            "chain": str(self.folder / "chain.pem"),
        }
        return {"name": called, "url": url, **pinned, **self.fields, **fields}


_UTC = {"PATH": "/usr/local/bin:/usr/bin:/bin", "TZ": "UTC"}
Answer = tuple[int, dict[str, str], bytes]
Behaviour = Callable[[bytes], Answer]


class Desk:
    """The authority's web server on the loopback; how it behaves can be changed while it runs."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.asked: list[bytes] = []
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                desk.asked.append(body)
                status, headers, answer = desk.behaviour(body)
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_args: Any) -> None:
                """Says nothing."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that hangs up is part of the tests."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/stamp"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def honest(authority: LocalAuthority, **how: Any) -> Behaviour:
    return lambda request: answering(authority.reply(request, **how))


def answering(answer: bytes, status: int = 200, **headers: str) -> Answer:
    return status, {"Content-Type": "application/timestamp-reply", **headers}, answer


def hanging(seconds: float) -> Behaviour:
    def behave(_request: bytes) -> Answer:
        time.sleep(seconds)
        return answering(b"")

    return behave


def write_list(path: Path, *entries: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"authorities": list(entries)}), encoding="utf-8")
    return path
