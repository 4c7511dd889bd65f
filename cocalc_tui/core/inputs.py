"""The digest of everything that an installation is made from, kept as a label of the release."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from cocalc_tui.core import chart_view, values_view
from cocalc_tui.core.release import NO_SECRETS, release_name
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Need
from cocalc_tui.core.values import parse
from cocalc_tui.core.view import View
from cocalc_tui.core.yaml_text import canonical

SECRET_FIELDS = ("admin.password", "admin.registration_token", "mail.password")


def needs(view: View) -> Iterable[Need]:
    """The chart, the file, the second file, and the hashes of the secrets in it."""
    secrets = (ref.probe() for ref in references(view))
    return (*values_view.needs(view), values_view.secret_file(view), *secrets)


def references(view: View) -> tuple[SecretRef, ...]:
    """Every secret that was given for the second file, readable or not."""
    given = [view.secret(name) for name in SECRET_FIELDS]
    placed = [ref for _, ref in values_view.entries(view)]
    return tuple(dict.fromkeys(ref for ref in (*given, *placed) if ref))


def values_files(view: View) -> tuple[str, ...]:
    """What helm gets: the file, then the second one if it is or will be there."""
    second = view.result(values_view.secret_file(view)).get("exists") or values_view.entries(view)
    return (values_view.path(view), *((values_view.secret_path(view),) if second else ()))


def digest(view: View) -> str | None:
    """Sixteen hex digits, eight of chart and values, eight of secrets; None where they cannot be known.

    Comments in the file do not count. Secrets that are no longer at hand are eight zeros: they count as
    unchanged, so that a later start asks for none again.
    """
    result = values_view.wanted(view)
    chart = chart_view.document(view).get("digest")
    if result is None or not chart or chart_view.keys(view) is None:
        return None
    plain = canonical([chart, parse(result.text), release_name(view), view.namespace])
    return _short(plain) + _secrets(view)


def _secrets(view: View) -> str:
    hashes = {ref: view.result(ref.probe()).get("sha256") for ref in references(view)}
    if not hashes or not all(hashes.values()):
        return NO_SECRETS
    return _short(canonical([[path, hashes[ref]] for path, ref in values_view.entries(view)]))


def _short(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
