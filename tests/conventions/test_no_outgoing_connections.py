"""Nothing in the house opens a connection but the channel: no address of anybody is followed."""

from __future__ import annotations

import ast

import pytest

from tests.support.source_tree import calls_in, imports_of, modules, name_of, tree_of

CONNECTS = (
    "urllib.request", "http.client", "aiohttp", "httpx", "requests", "socket", "smtplib", "ftplib",
    "poplib", "imaplib", "xmlrpc", "telnetlib", "pywebpush", "websockets", "telegram", "webbrowser",
    "asyncssh",
)  # fmt: skip
"""What connections are opened with."""
OPENS = ("open_connection", "create_connection", "create_datagram_endpoint", "open_unix_connection",
         "sock_connect", "urlopen", "urlretrieve")  # fmt: skip
MAY: dict[str, str] = {
    "bot/channels/telegram/": "the one place that speaks to anybody outside, to Telegram",
    "bot/channels/web_push.py": "calls caseworkers in browsers, over four known push services",
    "bot/channels/smtp.py": "calls caseworkers by e-mail, over the mail server of the settings",
    "bot/channels/tls_certificate.py": "looks at the certificate of the desk's own address",
    "bot/sandbox/methods/__init__.py": "reads from the library what Telegram's methods are called",
    "bot/hotline/assist/assist_worker.py": "proves that it can open no socket, or ends",
    "bot/sandbox/server.py": "finds a free port of this machine",
    "bot/sandbox/webhook.py": "posts to the bot on this machine, and nowhere else",
    "bot/asgi_server/__init__.py": "listens, and calls nobody",
    "bot/app/demo.py": "opens the demo's own page in whoever's browser started it",
    "bot/training/session.py": "the same for a training",
}
"""Files that may, and why."""


def connects(tree_imports: list[str], tree: ast.AST) -> list[str]:
    """Return what a file could open a connection with."""
    named = [it for it in tree_imports if it.startswith(CONNECTS)]
    return named + [call for _line, call in calls_in(tree) if call.rpartition(".")[2] in OPENS]


def is_exempt(name: str) -> bool:
    return any(name == it or (it.endswith("/") and name.startswith(it)) for it in MAY)


def test_only_the_channel_opens_outgoing_connections() -> None:
    named = {
        name_of(path): connects(list(imports_of(path)), tree_of(path))
        for path in modules()
        if not is_exempt(name_of(path))
    }
    assert {name: how for name, how in named.items() if how} == {}


def test_every_exception_is_still_needed() -> None:
    for it in MAY:
        named = [path for path in modules() if name_of(path).startswith(it)]
        assert any(connects(list(imports_of(path)), tree_of(path)) for path in named), it


@pytest.mark.parametrize(
    "line",
    ["import urllib.request", "from aiohttp import ClientSession", "import http.client as c",
     "asyncio.open_connection('evil.example', 80)", "loop.create_connection(f, 'evil.example')"],
)  # fmt: skip
def test_what_opens_one_is_found(line: str) -> None:
    tree = ast.parse(line)
    named = [
        name
        for node in ast.walk(tree)
        for name in (
            [it.name for it in node.names] if isinstance(node, ast.Import)
            else [str(node.module)] if isinstance(node, ast.ImportFrom) else []
        )
    ]  # fmt: skip
    assert connects(named, tree) != []
