"""A client's own web server, to which browsers come back."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Callback:
    """`uri` is its redirect URI; `got` what came, one entry per request."""

    def __init__(self, server: ThreadingHTTPServer, *, scheme: str, host: str) -> None:
        self.origin = f"{scheme}://{host}:{server.server_address[1]}"
        self.uri = f"{self.origin}/cb"
        self.got: list[str] = []
        self.posted: list[str] = []
        self.onward = ""  # where it sends the browser on, as clients do when they have signed somebody in


@contextmanager
def listening(*, host: str = "127.0.0.1", certificates: Path | None = None) -> Iterator[Callback]:
    """A web server on this machine; over TLS, if there is a folder for its certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/cb"):
                callback.got.append(self.path)
            onward = callback.onward if self.path.startswith("/cb") else ""
            self.send_response(302 if onward else 200)
            if onward:
                self.send_header("Location", onward)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>Back</title><p>back at the client")

        def do_POST(self) -> None:
            callback.posted.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.do_GET()

        def log_message(self, *args: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer((host, 0), Handler)
    callback = Callback(server, scheme="https" if certificates else "http", host=host)
    if certificates:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self_signed(certificates, host))
        server.socket = context.wrap_socket(
            server.socket,
            server_side=True,
            do_handshake_on_connect=False,  # in the connection's own thread: browsers open some that they never use
        )
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield callback
    server.shutdown()
    server.server_close()
    thread.join(10)


def self_signed(folder: Path, host: str) -> Path:
    """A certificate that nobody but a test believes."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return pem
