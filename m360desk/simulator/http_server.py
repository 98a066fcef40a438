"""HTTP/1.1 over plain sockets on loopback: a thread for each connection, kept open between requests.

Hand-made, because faults need what libraries rightly refuse: bodies cut short, resets, silence.
"""

from __future__ import annotations

import contextlib
import http
import selectors
import socket
import struct
import threading
from typing import TYPE_CHECKING

from m360desk.simulator.answers import Answer, Delivery
from m360desk.simulator.service import Request

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "127.0.0.1"
_LONGEST_HEAD = 64 * 1024
_LONGEST_BODY = 1024 * 1024
_SLOW_PIECES = 20
_SLOW_PAUSE_S = 0.05
_BACKLOG = 128


class _BadRequestError(Exception):
    """The client does not speak HTTP as needed here; the argument is the status to answer."""


class HttpServer:
    """Serves until :meth:`stop`. ``answer`` is called in the connections' threads."""

    def __init__(self, port: int = 0) -> None:
        self.latency_s = 0.0
        self.answer: Callable[[Request], Answer] | None = None
        self._stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()
        self._mine = threading.local()
        self._listener: socket.socket | None = _listening_socket(port)
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)

    @property
    def wake_descriptor(self) -> int:
        """A descriptor for ``signal.set_wakeup_fd``: a byte written to it wakes the serving loop."""
        return self._wake.fileno()

    def serve(self) -> None:
        """Accept connections until stopped, then end them all."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            while not self._stopping.is_set():
                self._watch_listener(selector)
                for key, _ in selector.select():
                    if key.fileobj is self._woken:
                        with contextlib.suppress(BlockingIOError):
                            self._woken.recv(4096)
                    else:
                        self._accept()
        self.listen(on=False)
        self._cut(lambda _: True)
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join()
        self._wake.close()
        self._woken.close()

    def stopping(self) -> bool:
        """Whether :meth:`stop` has been called."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """End :meth:`serve`, from any thread or a signal handler."""
        self._stopping.set()
        self._nudge()

    def stop_after_answer(self) -> None:
        """End :meth:`serve` once the calling connection's answer is out."""
        self._mine.stops = True

    def listen(self, *, on: bool) -> None:
        """Accept connections on the port, or refuse them and cut all but the caller's own."""
        with self._lock:
            if on and self._listener is None:
                self._listener = _listening_socket(self.port)
            elif not on and self._listener is not None:
                self._listener.close()
                self._listener = None
        if not on:
            self.cut_others()
        self._nudge()

    def cut_others(self) -> None:
        """Cut all connections but the caller's own."""
        own = getattr(self._mine, "connection", None)
        self._cut(lambda connection: connection is not own)

    def _nudge(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            self._wake.send(b"\0")

    def _watch_listener(self, selector: selectors.BaseSelector) -> None:
        """Let the selector watch the listener that is open now, if one is."""
        with self._lock:
            listener = self._listener
        for key in list(selector.get_map().values()):
            if key.fileobj is not self._woken and key.fileobj is not listener:
                selector.unregister(key.fileobj)
        if listener is not None and listener.fileno() not in selector.get_map():
            selector.register(listener, selectors.EVENT_READ)

    def _accept(self) -> None:
        with self._lock:
            listener = self._listener
        if listener is None:
            return
        try:
            connection, _ = listener.accept()
        except OSError:  # closed meanwhile, or the client is gone already
            return
        self.accepted += 1
        connection.setblocking(True)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        thread = threading.Thread(
            target=self._converse, args=(connection,), name="simulator-connection", daemon=True
        )
        with self._lock:
            self._connections.add(connection)
            self._threads.add(thread)
        thread.start()

    def _cut(self, chosen: Callable[[socket.socket], bool]) -> None:
        with self._lock:
            for connection in self._connections:
                if chosen(connection):
                    with contextlib.suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)

    def _converse(self, connection: socket.socket) -> None:
        self._mine.connection = connection
        try:
            with connection:
                reader = _RequestReader(connection)
                while not self._stopping.is_set() and self._exchange(connection, reader):
                    pass
        except OSError:
            pass  # the client went away, or the connection was cut on purpose
        finally:
            with self._lock:
                self._connections.discard(connection)
                self._threads.discard(threading.current_thread())

    def _exchange(self, connection: socket.socket, reader: _RequestReader) -> bool:
        """One request and its answer; whether the connection stays open."""
        try:
            request = reader.next()
        except _BadRequestError as problem:
            self._send(connection, Answer(int(str(problem))), keep=False)
            return False
        if request is None or self.answer is None:
            return False
        keep = request.headers.get("connection", "").lower() != "close"
        answer = self.answer(request)
        if self.latency_s > 0 and self._stopping.wait(self.latency_s):
            return False
        keep = self._send(connection, answer, keep=keep)
        if getattr(self._mine, "stops", False):
            self.stop()
        return keep

    def _send(self, connection: socket.socket, answer: Answer, *, keep: bool) -> bool:
        match answer.delivery:
            case Delivery.NEVER:
                self._stay_silent(connection)
                return False
            case Delivery.RESET:
                _reset(connection)
                return False
            case Delivery.CUT:
                connection.sendall(_head(answer, keep=keep))
                connection.sendall(b"".join(answer.parts)[: answer.length // 2])
                return False
            case Delivery.SLOW:
                connection.sendall(_head(answer, keep=keep))
                self._send_slowly(connection, b"".join(answer.parts))
            case Delivery.WHOLE:
                parts = [_head(answer, keep=keep), *answer.parts]
                if answer.length < 16_384:
                    parts = [b"".join(parts)]
                for part in parts:
                    connection.sendall(part)
        return keep

    def _send_slowly(self, connection: socket.socket, body: bytes) -> None:
        step = max(1, -(-len(body) // _SLOW_PIECES))
        for start in range(0, len(body), step):
            if self._stopping.wait(_SLOW_PAUSE_S):
                return
            connection.sendall(body[start : start + step])

    def _stay_silent(self, connection: socket.socket) -> None:
        """Say nothing until the client gives up or the server ends."""
        while connection.recv(4096):
            pass


class _RequestReader:
    """Cuts requests out of what a connection sends."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = bytearray()

    def next(self) -> Request | None:
        """The next request; None when the client has closed. Raises _BadRequestError."""
        head_end = self._buffer.find(b"\r\n\r\n")
        while head_end < 0:
            if len(self._buffer) > _LONGEST_HEAD:
                raise _BadRequestError(431)
            if not self._receive():
                return None
            head_end = self._buffer.find(b"\r\n\r\n")
        method, path, headers = _parse_head(bytes(self._buffer[:head_end]))
        if "transfer-encoding" in headers:
            raise _BadRequestError(411)
        length_text = headers.get("content-length", "0")
        if not length_text.isdigit():
            raise _BadRequestError(400)
        length = int(length_text)
        if length > _LONGEST_BODY:
            raise _BadRequestError(413)
        if headers.get("expect", "").lower() == "100-continue":
            self._connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        start = head_end + 4
        while len(self._buffer) < start + length:
            if not self._receive():
                return None
        body = bytes(self._buffer[start : start + length])
        del self._buffer[: start + length]
        return Request(method, path, headers, body)

    def _receive(self) -> bool:
        received = self._connection.recv(65536)
        self._buffer += received
        return bool(received)


def _parse_head(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise _BadRequestError(400)
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise _BadRequestError(400)
        headers[name.strip().lower()] = value.strip()
    target = words[1]
    if target.startswith("http://"):  # the absolute form, which a server has to accept too
        target = "/" + target[len("http://") :].partition("/")[2]
    return words[0], target, headers


def _head(answer: Answer, *, keep: bool) -> bytes:
    lines = [
        f"HTTP/1.1 {answer.status} {http.HTTPStatus(answer.status).phrase}",
        f"Content-Type: {answer.content_type}",
        f"Content-Length: {answer.length}",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    if not keep:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _listening_socket(port: int) -> socket.socket:
    listener = socket.create_server((HOST, port), backlog=_BACKLOG)
    listener.setblocking(False)
    return listener


def _reset(connection: socket.socket) -> None:
    """Close with a TCP reset in place of the usual farewell."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
