"""Nothing leaves this machine: while the switch is on, no socket of Python in this process reaches another one.

The interpreter tells an audit hook of every connection, every datagram and every name that is to be looked up, whoever
asks for it and on whichever thread, and the hook refuses what is not loopback. That covers all that goes through
Python's `socket`: HTTP clients, TLS, asyncio, UDP, DNS, and processes that are forked meanwhile. It does not cover what
brings its own network, drivers and extensions written in C (libpq, ODBC, DuckDB's httpfs), nor other programs.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class LeavesMachine(OSError):
    """Something wanted to leave this machine, and `offline` forbids it."""

    def __str__(self) -> str:
        return str(self.strerror)


_lock = threading.Lock()
_on = 0  # how many blocks of `only_loopback` are open
_installed = False  # a hook cannot be taken away again; without an open block it does nothing
_LOCAL_FAMILIES = {int(getattr(socket, name)) for name in ("AF_UNIX", "AF_INET", "AF_INET6") if hasattr(socket, name)}
_LOOKED_UP = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_ADDRESSED = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
_METHODS = ("connect", "connect_ex", "bind", "sendto", "sendmsg")  # look a name up before the hook hears of it


@contextmanager
def only_loopback(on: bool = True) -> Iterator[None]:
    """Until the end of the block, process-wide: LeavesMachine, an OSError, for everything that is not on this machine.

    Blocks may lie in each other and run on several threads; the last one to end turns the switch off. Does nothing
    where `on` is False.
    """
    global _on, _installed  # noqa: PLW0603
    if not on:
        yield
        return
    with _lock:
        if not _installed:
            sys.addaudithook(_hook)
            _installed = True
        if not _on:
            for method in _METHODS:
                setattr(socket.socket, method, _guarded(getattr(socket.socket, method)))
        _on += 1
    try:
        yield
    finally:
        with _lock:
            _on -= 1
            if not _on:
                for method in _METHODS:
                    delattr(socket.socket, method)  # what it inherits shows again


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _on or not event.startswith("socket."):
        return
    if event in _LOOKED_UP:
        _refuse_unless(_is_local_name(arguments[0]), arguments[0])
    elif event in _ADDRESSED:
        address = arguments[1]
        if address is not None:  # of a socket that is connected already, and was asked about then
            _refuse_unless(_is_local_address(address), address)
    elif event == "socket.getnameinfo":
        _refuse_unless(_is_local_address(arguments[0]), arguments[0])
    elif event == "socket.__new__":
        family = int(arguments[1])
        if family != -1:  # as `socket.socket(fileno=...)` has it: of a socket that is open already
            _refuse_unless(family in _LOCAL_FAMILIES, f"address family {family}")


def _guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of sockets that does not look up names of other machines."""

    def checked(self: socket.socket, *arguments: Any) -> Any:
        for argument in arguments:
            if _on and isinstance(argument, tuple) and argument and isinstance(argument[0], (str, bytes, bytearray)):
                _refuse_unless(_is_local_name(argument[0]), argument)
        return method(self, *arguments)

    return checked


def _refuse_unless(local: bool, what: Any) -> None:
    if not local:
        host = what[0] if isinstance(what, tuple) and what else what
        shown = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        raise LeavesMachine(
            errno.EACCES,
            f"{shown} is not on this machine, and offline is set: nothing was sent. Name a server that is, or allow to "
            "go out.",
        )


def _is_local_address(address: Any) -> bool:
    if isinstance(address, tuple):  # of AF_INET and AF_INET6
        return bool(address) and _is_local_name(address[0])
    return isinstance(address, (str, bytes))  # a path, of AF_UNIX


def _is_local_name(host: Any) -> bool:
    if host is None:  # a service without a host: this machine
        return True
    name = host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else str(host)
    if name.casefold() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
