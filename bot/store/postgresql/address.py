"""The address of a PostgreSQL, with the limits of every connection to it.

Separate from `connection`, because psycopg takes half a second to import.
"""

from __future__ import annotations

import os
import platform
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

CONNECT_TIMEOUT = 5
"""Seconds for each host: a server in the next room answers in milliseconds, one far away in one.
With more, a desk would wait longer for the second host than a person waits for a page."""
TCP_LIMITS = {
    "keepalives": "1", "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}  # fmt: skip
"""A cable that was pulled is noticed after 25 seconds at rest, and 20 while something is sent; the
system's own limits are two hours and a quarter of an hour."""
WRITABLE = "read-write"
"""Of several hosts, the one that takes writes: a primary of before is a standby, or gone."""
NAME_LENGTH = 63
"""Bytes of `application_name` that PostgreSQL keeps."""
_MULTI_HOST = re.compile(
    r"(postgresql(?:\+\w+)?://(?:[^@/?#]*@)?)([^@/?#]*,[^@/?#]*)(.*)", re.DOTALL
)


def split_hosts(url: str) -> tuple[str, dict[str, str]]:
    """Return an address with one host, and libpq's parameters for its others, if it names several.

    SQLAlchemy reads one host with a port: postgresql://a:1,b:2/name would be refused.
    """
    found = _MULTI_HOST.fullmatch(url)
    if found is None:
        return url, {}
    head, hosts, tail = found.groups()
    pairs = [_host_and_port(each) for each in hosts.split(",")]
    return head + tail, {
        "host": ",".join(host for host, _port in pairs),
        "port": ",".join(port or "5432" for _host, port in pairs),
    }


def _host_and_port(text: str) -> tuple[str, str]:
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        return text.strip("[]"), ""
    return host.strip("[]"), port


def with_limits(url: URL) -> URL:
    """Return an address with our limits, where it does not name its own."""
    ours = {
        "connect_timeout": str(CONNECT_TIMEOUT), **TCP_LIMITS, "application_name": own_name(),
    }  # fmt: skip
    if "," in str(url.query.get("host", "")):
        ours["target_session_attrs"] = WRITABLE
    return url.update_query_dict({name: it for name, it in ours.items() if name not in url.query})


def own_name() -> str:
    """Return the name by which a server knows this process: its number and its host."""
    return f"haven {os.getpid()} on {platform.node()}".encode()[:NAME_LENGTH].decode(
        errors="ignore"
    )
