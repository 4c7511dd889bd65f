"""Tries a login at a container registry, as a node would (OCI distribution, Basic or Bearer)."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cocalc_tui.adapters import credentials
from cocalc_tui.adapters.kube.threads import in_thread
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.facts import Object
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Unreached, UsageError

if TYPE_CHECKING:
    import httpx

PARAMETER = re.compile(r'([a-zA-Z_]+)="([^"]*)"')
LONGEST = 200  # characters of what a server says


class Refusal(Exception):
    """The registry answered, and did not let us in."""


async def probe_registry(probe: Probe, timeout: float, vault: Vault) -> Object:
    """Probe `registry`. Raises `Unreached` where nothing of use answers."""
    ref, server = probe.get("ref"), probe.text("server")
    user, password = probe.text("username"), ""
    try:
        if isinstance(ref, SecretRef):
            text = (await in_thread(lambda stop: vault.reveal(ref), timeout, "secret")).reveal()
            user, password = credentials.docker_login(text, user)
        return {"ok": True, "detail": await _login(server, user, password, timeout), "error": None}
    except (Refusal, UsageError) as refused:
        return {"ok": False, "detail": "", "error": vault.redact(str(refused))}


async def _login(server: str, user: str, password: str, timeout: float) -> str:
    """What let us in. Raises `Refusal` or `Unreached`."""
    import httpx

    base = address(server)
    try:
        async with httpx.AsyncClient(timeout=timeout, follow_redirects=False) as client:
            answer = await client.get(f"{base}/v2/")
            if answer.status_code == httpx.codes.OK:
                return f"{server} lets everybody in"
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                raise _refusal(server, answer)
            scheme, parameters = challenge(answer.headers.get("www-authenticate", ""))
            if scheme == "basic":
                return await _basic(client, base, user, password)
            if scheme == "bearer":
                return await _bearer(client, base, parameters, user, password)
            raise Refusal(f"{server} asks for a login of the kind {scheme or 'nothing'}, which is not known")
    except httpx.TimeoutException:
        raise TimeoutError from None
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise Unreached(f"{server} cannot be reached: {_why(error)}, from this machine") from None


def address(server: str) -> str:
    """The base address: https, but http for a registry on this machine's loopback."""
    host = server.removeprefix("https://").removeprefix("http://").partition("/")[0]
    if not host or re.search(r"[\s@?#\\]", host):
        raise Refusal(f"{server or 'an empty text'} is no registry: give a host, as in europe-docker.pkg.dev")
    return f"{'http' if _loopback(host) and not server.startswith('https://') else 'https'}://{host}"


def challenge(header: str) -> tuple[str, dict[str, str]]:
    """Scheme and parameters of `WWW-Authenticate`."""
    scheme, _, rest = header.strip().partition(" ")
    return scheme.lower(), dict(PARAMETER.findall(rest))


async def _basic(client: httpx.AsyncClient, base: str, user: str, password: str) -> str:
    answer = await client.get(f"{base}/v2/", auth=(user, password))
    if answer.status_code != 200:
        raise _refusal(urlsplit(base).netloc, answer)
    return f"login as {user} accepted"


async def _bearer(
    client: httpx.AsyncClient, base: str, parameters: dict[str, str], user: str, password: str
) -> str:
    realm = parameters.get("realm", "")
    host = urlsplit(realm).netloc
    if not realm.startswith("https://") and not (realm.startswith("http://") and _loopback(host)):
        raise Refusal(f"the registry wants the password sent to {realm or 'nowhere'}, which has no TLS")
    query = {"service": parameters["service"]} if "service" in parameters else {}
    answer = await client.get(realm, params=query, auth=(user, password))
    if answer.status_code != 200:
        raise _refusal(host, answer)
    token = _token(answer)
    answer = await client.get(f"{base}/v2/", headers={"Authorization": f"Bearer {token}"})
    if answer.status_code != 200:
        raise _refusal(urlsplit(base).netloc, answer)
    return f"login as {user} accepted"


def _token(answer: httpx.Response) -> str:
    try:
        document: Any = answer.json()
        token = str(document.get("token") or document.get("access_token") or "")
    except (ValueError, AttributeError):
        token = ""
    if not token:
        raise Unreached(f"{answer.url.host} gave no token for the login")
    return token


def _refusal(server: str, answer: httpx.Response) -> Exception:
    """401 and 403 are a refused login; the rest is no answer of a registry."""
    code, said = answer.status_code, _said(answer)
    more = f": {said}" if said else ""
    if code == 401:
        return Refusal(f"{server} does not accept the login (401){more}")
    if code == 403:
        return Refusal(f"{server} knows the login and denies it access (403){more}")
    if code == 404 or 300 <= code < 400:
        return Refusal(f"{server} is no container registry: /v2/ answers {code}")
    return Unreached(f"{server} answered {code}{more}")


def _said(answer: httpx.Response) -> str:
    try:
        document: Any = answer.json()
        text = document.get("details") or document["errors"][0]["message"]
    except (ValueError, AttributeError, LookupError, TypeError):
        return ""
    return str(text)[:LONGEST]


def _loopback(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _why(error: Exception) -> str:
    text = str(error)
    known = {
        "Name or service not known": "its name is not known",
        "nodename nor servname": "its name is not known",
        "Temporary failure in name resolution": "no name server answers",
        "All connection attempts failed": "it refuses the connection",
        "CERTIFICATE_VERIFY_FAILED": "its certificate is not trusted",
        "WRONG_VERSION_NUMBER": "it speaks no TLS",
    }
    return next((words for part, words in known.items() if part in text), text or type(error).__name__)
