"""A plain client for the simulator's tests; it shares nothing with the program's own."""

import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from m360desk.simulator.host import SimulatorProcess


def accepted_connection(port: int) -> socket.socket:
    """A connection that the simulator has accepted for certain: one request has been answered on it."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sendall(b"POST /control/settings HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
    head, _, body = connection.recv(65536).partition(b"\r\n\r\n")
    assert len(body) == int(head.rpartition(b"Content-Length: ")[2])
    return connection


@dataclass
class Reply:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        assert self.status == 200, self.body[:300]
        return self.json["data"]

    @property
    def error(self) -> Any:
        return self.json["meta"]["errors"]


class Api:
    """Calls the simulator by the standard library's HTTP client."""

    def __init__(self, simulator: SimulatorProcess) -> None:
        self.simulator = simulator
        self.bearer = f"Bearer {simulator.auth_code}-{simulator.auth_token}"

    def call(self, endpoint: str = "getHistory", **body: Any) -> Reply:
        return self.send(endpoint, json.dumps(body).encode(), {"Authorization": self.bearer})

    def send(self, endpoint: str, body: bytes, headers: dict[str, str], method: str = "POST") -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.simulator.port, timeout=60)
        headers = {"Content-Type": "application/json"} | headers
        try:
            connection.request(method, f"/api/customer/v2/{endpoint}", body, headers)
            response = connection.getresponse()
            return Reply(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def get(self, url: str) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.simulator.port, timeout=60)
        try:
            connection.request("GET", urlsplit(url).path)
            response = connection.getresponse()
            return Reply(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def raw_request(self) -> socket.socket:
        """A connection with a getHistory request on its way."""
        connection = socket.create_connection(("127.0.0.1", self.simulator.port), timeout=60)
        connection.sendall(
            b"POST /api/customer/v2/getHistory HTTP/1.1\r\n"
            b"Host: 127.0.0.1\r\nContent-Type: application/json\r\n"
            + f"Authorization: {self.bearer}\r\nContent-Length: 2\r\n\r\n{{}}".encode()
        )
        return connection

    def walk(self, cursor: str = "startingAfter", **body: Any) -> Iterator[list[Any]]:
        """The pages that follow each other, until hasMore is false."""
        edge = -1 if cursor == "startingAfter" else 0
        while True:
            data = self.call(**body).data
            yield data["records"]
            if not data["hasMore"]:
                return
            body[cursor] = data["records"][edge]["sessionId"]

    def wait_for_fault(self, name: str) -> None:
        """Come back when the simulator has decided to answer a request with that fault."""
        while not self.control("counters")["faults"].get(name):
            pass

    def control(self, action: str, **values: object) -> dict[str, Any]:
        return self.simulator.control(action, **values)
