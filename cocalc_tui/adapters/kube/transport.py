"""What failed below HTTP, in words."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import urllib3.exceptions as known

from cocalc_tui.errors import Unreached

REMEDY = "Check the server's address and the network."


def unreached(asked: str, error: Exception, host: str) -> Unreached:
    """What a failure of urllib3 means."""
    match error:
        case known.NameResolutionError():
            what = f"the name of {host} is not known here"
        case known.NewConnectionError() if "refused" in str(error):
            what = f"{host} refused the connection"
        case known.NewConnectionError():
            what = f"{host} cannot be reached ({str(error).rpartition('] ')[2]})"
        case known.TimeoutError():
            what = f"{host} did not answer in time"
        case known.ProxyError():
            what = f"the proxy to {host} cannot be reached"
        case known.ProtocolError():
            what = f"{host} cut the connection"
        case _:
            what = f"{host} cannot be reached ({type(error).__name__})"
    return Unreached(f"{asked}: {what}", REMEDY)


def tls_trouble(asked: str, reason: str, server: str) -> Unreached:
    """What a failure of TLS means; `reason` is OpenSSL's sentence."""
    host = urlsplit(server).netloc
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        why = re.search(r"certificate verify failed: ([^(]+)", reason)
        words = why[1].strip() if why else "not trusted"
        return Unreached(
            f"{asked}: the certificate of {host} is not accepted ({words})",
            "Renew the kubeconfig, or correct its certificate-authority.",
        )
    why = re.search(r"\[SSL: (\w+)\]", reason)
    return Unreached(f"{asked}: no TLS with {host}{f' ({why[1]})' if why else ''}", REMEDY)
