"""The certificate of an address, as a browser would judge it."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

from bot.clock import SECOND
from bot.errors import HavenError

CONNECT_TIMEOUT = 10.0
HTTPS_PORT = 443


class CertificateError(HavenError):
    """No browser would open this address."""


def certificate_ends_at(origin: str) -> int:
    """Return when the certificate of an `https://` address ends, microseconds since 1970.

    Raises:
        CertificateError: nothing answers there, or the certificate is not valid for it.
    """
    parts = urlsplit(origin)
    host, port = str(parts.hostname), parts.port or HTTPS_PORT
    context = ssl.create_default_context()
    try:
        with (
            socket.create_connection((host, port), CONNECT_TIMEOUT) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            certificate = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        raise CertificateError(f"the certificate is not valid: {error.verify_message}") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CertificateError(f"{host}:{port} does not answer by TLS: {reason}") from None
    return int(ssl.cert_time_to_seconds(str(certificate["notAfter"]))) * SECOND
