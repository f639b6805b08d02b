"""Offline: real sockets of both families, datagrams and names; loopback goes on, the rest is refused."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from dbt_ai.engines.offline import LeavesMachine, only_loopback
from tests.servers.loopback_api import LoopbackAPI

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
ELSEWHERE = "192.0.2.1"  # addresses and names that are kept for documentation: nobody has them
ELSEWHERE_6 = "2001:db8::1"


def connect(family: int, address: tuple[object, ...], kind: int = socket.SOCK_STREAM) -> None:
    with socket.socket(family, kind) as own:
        own.settimeout(0.2)
        own.connect(address)


def send_to(family: int, address: tuple[object, ...]) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as own:
        own.sendto(b"secret", address)


def send_message(address: tuple[object, ...]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.sendmsg([b"secret"], [], 0, address)


def connect_ex(address: tuple[object, ...]) -> None:
    with socket.socket() as own:
        own.settimeout(0.2)
        own.connect_ex(address)


async def _open(host: str) -> None:
    await asyncio.open_connection(host, 80)


REFUSED: dict[str, Callable[[], object]] = {
    "TCP": lambda: connect(socket.AF_INET, (ELSEWHERE, 80)),
    "TCP, error code": lambda: connect_ex((ELSEWHERE, 80)),
    "TCP over IPv6": lambda: connect(socket.AF_INET6, (ELSEWHERE_6, 80, 0, 0)),
    "IPv4 in IPv6": lambda: connect(socket.AF_INET6, (f"::ffff:{ELSEWHERE}", 80, 0, 0)),
    "any address": lambda: connect(socket.AF_INET, ("0.0.0.0", 80)),
    "a private network": lambda: connect(socket.AF_INET, ("10.0.0.1", 80)),
    "link-local": lambda: connect(socket.AF_INET, ("169.254.169.254", 80)),
    "UDP": lambda: send_to(socket.AF_INET, (ELSEWHERE, 53)),
    "UDP, connected": lambda: connect(socket.AF_INET, (ELSEWHERE, 53), socket.SOCK_DGRAM),
    "UDP over IPv6": lambda: send_to(socket.AF_INET6, (ELSEWHERE_6, 53, 0, 0)),
    "UDP message": lambda: send_message((ELSEWHERE, 53)),
    "broadcast": lambda: send_to(socket.AF_INET, ("255.255.255.255", 53)),
    "DNS": lambda: socket.getaddrinfo("example.invalid", 80),
    "DNS, old": lambda: socket.gethostbyname("example.invalid"),
    "DNS, backwards": lambda: socket.gethostbyaddr(ELSEWHERE),
    "DNS, name of an address": lambda: socket.getnameinfo((ELSEWHERE, 80), 0),
    "a name that is connected to": lambda: connect(socket.AF_INET, ("example.invalid", 80)),
    "a name that a datagram is for": lambda: send_to(socket.AF_INET, ("example.invalid", 80)),
    "a name that begins like ours": lambda: socket.getaddrinfo("localhost.example.invalid", 80),
    "a number for a name": lambda: socket.getaddrinfo("3221225985", 80),
    "create_connection": lambda: socket.create_connection((ELSEWHERE, 80), 0.2),
    "asyncio": lambda: asyncio.run(_open(ELSEWHERE)),
    "a server for everybody": lambda: socket.create_server(("0.0.0.0", 0)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_leaves_the_machine_is_refused_with_a_clear_sentence(what: str) -> None:
    # `create_server` makes an error of its own of it
    with only_loopback(), pytest.raises(OSError if what == "a server for everybody" else LeavesMachine) as raised:
        REFUSED[what]()
    assert "is not on this machine, and offline is set" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.skipif(not hasattr(socket, "AF_NETLINK"), reason="there is none here")
def test_other_families_are_refused() -> None:
    with only_loopback(), pytest.raises(LeavesMachine, match="address family"):
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)


def test_an_http_client_is_refused_and_loopback_is_not() -> None:
    with LoopbackAPI(lambda received: "played") as api, only_loopback():
        with OPENER.open(f"{api.base_url}/models") as answer:
            assert answer.status == 200
        with OPENER.open(api.base_url.replace("127.0.0.1", "localhost") + "/models") as answer:
            assert answer.status == 200
        with pytest.raises(urllib.error.URLError) as raised:
            OPENER.open("http://example.invalid/")
    assert isinstance(raised.value.reason, LeavesMachine)


@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "127.1.2.3"), (socket.AF_INET6, "::1")]
)
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_loopback_of_both_families_goes_on(family: int, host: str, kind: int) -> None:
    if family == socket.AF_INET6 and not Path("/proc/net/if_inet6").exists():
        pytest.skip("there is no IPv6 here")
    with only_loopback(), socket.socket(family, kind) as server, socket.socket(family, kind) as client:
        server.bind((host, 0))
        if kind == socket.SOCK_STREAM:
            server.listen()
        client.connect(server.getsockname())
        client.send(b"x")
        if kind == socket.SOCK_STREAM:
            accepted, _ = server.accept()
            with accepted:
                assert accepted.recv(1) == b"x"
        else:
            assert server.recv(1) == b"x"


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there is none here")
def test_sockets_of_this_machine_alone_go_on(tmp_path: Path) -> None:
    with only_loopback(), socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))
        left, right = socket.socketpair()
        with left, right:
            left.sendall(b"x")
            assert right.recv(1) == b"x"
        copied = socket.socket(fileno=os.dup(client.fileno()))
        copied.close()


def test_it_holds_on_every_thread_and_ends_with_the_last_block() -> None:
    told: list[BaseException] = []

    def other() -> None:
        try:
            connect(socket.AF_INET, (ELSEWHERE, 80))
        except OSError as error:
            told.append(error)

    before = socket.socket.connect
    with only_loopback():
        with only_loopback():
            pass
        with only_loopback(on=False):
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
    assert [type(error) for error in told] == [LeavesMachine]
    assert socket.socket.connect is before
    other()  # refused by the network, or not answered: not by us
    assert not isinstance(told[-1], LeavesMachine) or len(told) == 1


def test_a_block_that_fails_turns_it_off_too() -> None:
    with pytest.raises(ZeroDivisionError), only_loopback():
        raise ZeroDivisionError
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("0.0.0.0", 0))
