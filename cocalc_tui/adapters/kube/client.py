"""Sends requests through the `kubernetes` package, in a thread: raw JSON in, raw JSON out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any
from urllib.parse import urlsplit

import urllib3.exceptions
from kubernetes.client.exceptions import ApiException
from urllib3 import BaseHTTPResponse

from cocalc_tui.adapters.kube.login import Login
from cocalc_tui.adapters.kube.request import Reply, Request
from cocalc_tui.adapters.kube.threads import Stop, Stopping
from cocalc_tui.adapters.kube.transport import tls_trouble, unreached
from cocalc_tui.adapters.kube.trouble import Idle, not_json, refusal

CONNECT = 2.0  # seconds for TCP and TLS
SILENT = 3.0  # seconds in which a server that did not even greet is not asked again
PIECE = 1 << 16  # bytes


class Client:
    """Sends requests with the login of one context, from any thread; `count` is told of each."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self.count: Callable[[Request], None] = lambda request: None
        self._silent_at = self._heard_at = -SILENT

    def json(self, request: Request, stop: Stop) -> dict[str, Any]:
        """The decoded answer. Raises `Refused`, `Unreached`, or `Expired` for a version that is too old."""
        return self.reply(request, stop).body

    def reply(self, request: Request, stop: Stop) -> Reply:
        """As `json`, with the times of the question and the answer."""
        sent = time.time()
        response = self._open(request, stop)
        data = self._read(request, response, stop)
        received = time.time()
        try:
            body = json.loads(data)
        except ValueError:
            raise not_json(request.asked) from None
        if not isinstance(body, dict) or not body.keys() & {"kind", "gitVersion"}:
            raise not_json(request.asked)
        return Reply(body, response.headers.get("Date", ""), sent, received)

    def text(self, request: Request, stop: Stop) -> str:
        """The answer as text."""
        return self._read(request, self._open(request, stop), stop).decode(errors="replace")

    def lines(self, request: Request, stop: Stop) -> Generator[list[bytes]]:
        """The complete lines of each piece that arrives; ends with the answer.

        Raises `Idle` after the silence, `Unreached` where the connection is cut, `Stopping` when told to.
        """
        response = self._open(request, stop)
        rest = b""
        try:
            for piece in _pieces(response):
                *lines, rest = (rest + piece).split(b"\n")
                yield [line for line in lines if line.strip()]
        except urllib3.exceptions.ReadTimeoutError:
            raise Idle(f"{request.asked}: nothing came for {request.silence:g} s") from None
        except urllib3.exceptions.HTTPError as error:
            if stop:
                raise Stopping from None
            raise self._unreached(request, error) from None
        except (OSError, ValueError, AttributeError):
            # reading a response that another thread ends shows as any of these
            if stop:
                raise Stopping from None
            raise
        finally:
            stop.hold(None)
            response.close()
        if stop:
            raise Stopping

    def close(self) -> None:
        """Drops idle connections."""
        self.login.close()

    def _open(self, request: Request, stop: Stop) -> BaseHTTPResponse:
        """The answer's head; the caller reads the rest."""
        api = self.login.client()
        response = self._send(api, request, stop)
        if response.status == 401:
            self._read(request, response, stop)
            renewed = self.login.client(refused=api)
            if renewed is api:
                raise refusal(request.asked, 401, b"")
            response = self._send(renewed, request, stop)
        if response.status >= 300:
            raise refusal(request.asked, response.status, self._read(request, response, stop))
        return response

    def _send(self, api: Any, request: Request, stop: Stop, again: bool = True) -> BaseHTTPResponse:
        if stop:
            raise Stopping
        if time.monotonic() - self._silent_at < SILENT:
            raise self._unreached(request, urllib3.exceptions.TimeoutError())
        self.count(request)
        headers = {"Accept": request.accept}
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        if request.gzip:
            headers["Accept-Encoding"] = "gzip"
        try:
            call = api.param_serialize(
                request.method,
                request.path,
                query_params=list(request.query.items()),
                header_params=headers,
                body=request.body,
                auth_settings=["BearerToken"],
            )
            response: BaseHTTPResponse = api.call_api(
                *call, _request_timeout=(CONNECT, request.silence)
            ).response
        except ApiException as error:  # how the package tells of TLS
            raise tls_trouble(request.asked, str(error.reason), api.configuration.host) from None
        except urllib3.exceptions.ProtocolError as error:
            if again and request.method == "GET":  # the server closed an idle connection just now
                return self._send(api, request, stop, again=False)
            raise self._unreached(request, error) from None
        except urllib3.exceptions.HTTPError as error:
            now = time.monotonic()
            if type(error) is urllib3.exceptions.ConnectTimeoutError and now - self._heard_at > CONNECT:
                self._silent_at = now  # a kind of its own is a server that refuses, and may soon be there
            raise self._unreached(request, error) from None
        self._heard_at = time.monotonic()
        try:
            stop.hold(response)
        except Stopping:
            response.close()
            raise
        return response

    def _read(self, request: Request, response: BaseHTTPResponse, stop: Stop) -> bytes:
        whole = False
        try:
            data = response.data
            whole = True
            return data
        except urllib3.exceptions.HTTPError as error:
            raise self._unreached(request, error) from None
        except (OSError, ValueError, AttributeError):
            # reading a response that another thread ends shows as any of these
            if stop:
                raise Stopping from None
            raise
        finally:
            stop.hold(None)
            if not whole:
                response.close()  # its connection is of no further use

    def _unreached(self, request: Request, error: Exception) -> Exception:
        host = urlsplit(self.login.context.server).netloc or "the API server"
        return unreached(request.asked, error, host)


def _pieces(response: BaseHTTPResponse) -> Iterator[bytes]:
    """What arrives, as it arrives."""
    if getattr(response, "chunked", False):
        return response.stream(PIECE)
    return iter(lambda: response.read1(PIECE), b"")
