"""Site settings, single sign-on and software environments; each valid before the hub reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from cocalc_tui.core.findings import Check, Verdict, failed, passed, skipped, warned
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.settings import problem, software_problems, sso_problems
from cocalc_tui.core.step import Choice, Field, FieldKind, Step
from cocalc_tui.core.topics import Need, Probe
from cocalc_tui.core.values import ValuesError, parse
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Candidate, Wish

# Field, label, setting of the hub, kind, help
TABLE: tuple[tuple[str, str, str, FieldKind, str], ...] = (
    ("name", "Name", "site_name", "text", "The name of the site, shown in titles and mails."),
    ("description", "Description", "site_description", "text", "One line below the name on the first page."),
    (
        "organization",
        "Organization",
        "organization_name",
        "text",
        "Who runs this site, for example a school.",
    ),
    ("organization_url", "Its web page", "organization_url", "text", "The web page of the organization."),
    (
        "organization_email",
        "Its e-mail",
        "organization_email",
        "text",
        "An e-mail address of the organization.",
    ),
    ("help_email", "Help e-mail", "help_email", "text", "Where users ask for help; shown on error pages."),
    ("terms_url", "Terms of service", "terms_of_service_url", "text", "The web page with your terms."),
    (
        "anonymous_signup",
        "Use without account",
        "anonymous_signup",
        "flag",
        "Lets anybody try without signing up.",
    ),
    (
        "email_signup",
        "Sign-up by e-mail",
        "email_signup",
        "flag",
        "Sign-up with an e-mail address and a password.",
    ),
    ("verify_emails", "Verify e-mail", "verify_emails", "flag", "Asks new users to confirm their address."),
    ("share_server", "Publishing", "share_server", "flag", "Lets users publish files to everybody."),
)
QUOTAS = (
    (
        "default_quotas",
        "Default quotas",
        'What every project gets, as JSON text: {"cpu": 1, "mem": 1000, "cpu_oc": 10, "mem_oc": 5}.',
    ),
    (
        "max_upgrades",
        "Quota ceiling",
        'The most that a project can get, as JSON text: {"memory": 32000, "cores": 16}.',
    ),
)
SETTINGS: Mapping[str, str] = {row[0]: row[2] for row in TABLE} | {q[0]: q[0] for q in QUOTAS}
PATHS: Mapping[str, tuple[Candidate, ...]] = {
    **{field: (Candidate(f"global.settings.{key}"),) for field, key in SETTINGS.items()},
    "datastore": (Candidate("global.datastore.enabled"),),
}


def setting_value(field: str, view: View) -> Any:
    """The text of a setting as the hub takes it, None where it is not set."""
    value = view.value(f"site.{field}")
    if value is None or value == "":
        return None
    if _kind(field) == "flag":
        word = str(value).strip().lower()
        return {"true": "yes", "on": "yes", "1": "yes", "false": "no", "off": "no", "0": "no"}.get(word, word)
    return value if isinstance(value, Mapping) else str(value)


def _kind(field: str) -> str:
    return next((row[3] for row in TABLE if row[0] == field), "text")


def checker(field: str) -> Callable[[str, View], str | None]:
    """The rule of one field, for the screen."""
    return lambda value, view: problem(SETTINGS[field], setting_value(field, view))


def file(view: View, field: str) -> Probe:
    """The content of one of the two files; what could be a secret in it is masked."""
    return Probe.of("file", path=view.text(f"site.{field}"), masked=True)


def needs_file(field: str) -> Callable[[View], Iterable[Need]]:
    """That file, where one is named."""
    return lambda view: (file(view, field),) if view.text(f"site.{field}") else ()


def content(view: View, field: str) -> Mapping[str, Any] | None:
    """What the file holds; None where there is none or it is not readable."""
    text = view.result(file(view, field)).get("text") if view.text(f"site.{field}") else None
    try:
        return parse(str(text)) if text else None
    except ValuesError:
        return None


def settings(view: View) -> Verdict:
    given = {f: v for f in SETTINGS if (v := setting_value(f, view)) is not None}
    wrong = {f: why for f, value in given.items() if (why := problem(SETTINGS[f], value))}
    if wrong:
        return failed(
            "; ".join(f"{field} {why}" for field, why in wrong.items()),
            "Correct " + ", ".join(f"site.{field}" for field in wrong) + " or leave it empty.",
            detail="The hub refuses to start with a value that breaks its rule.",
        )
    if not given:
        return passed("nothing set, the chart's defaults hold")
    return passed(f"{len(given)} setting{'s' if len(given) > 1 else ''} valid")


def pitfalls(view: View) -> Verdict:
    if view.flag("site.anonymous_signup") and view.value("admin.registration_token") is not None:
        return warned(
            "use without an account does not work with a registration token",
            "Turn off site.anonymous_signup, or leave out admin.registration_token.",
        )
    if view.flag("site.verify_emails") and view.text("mail.backend", "none") in ("", "none"):
        return warned(
            "addresses are to be verified, but no mail is sent",
            "Turn off site.verify_emails, or choose mail.backend in the step Mail.",
        )
    return passed("the settings agree with each other")


def file_verdict(field: str, judge: Callable[[Any], tuple[str, ...]]) -> Callable[[View], Verdict]:
    """The judgement of one of the two files."""

    def verdict(view: View) -> Verdict:
        path = view.text(f"site.{field}")
        if not path:
            return skipped("no file is named")
        seen = view.result(file(view, field))
        if seen.get("error") or not seen.get("exists"):
            why = str(seen.get("error") or "does not exist")
            return failed(
                why if why.startswith(path) else f"{path} {why}",
                f"Correct the path site.{field}, or leave it empty.",
            )
        try:
            found = parse(str(seen.get("text") or ""))
        except ValuesError as error:
            return failed(f"{path}: {error}", "Correct the file; it is YAML or JSON.")
        if wrong := judge(found):
            return failed(f"{path}: {wrong[0]}", f"Correct {path}.", detail="; ".join(wrong[1:]))
        return passed(f"{path}, {len(found)} entries" if field == "sso" else path)

    return verdict


def values(view: View) -> Sequence[Wish]:
    wishes = [
        Wish("site", field, PATHS[field], value)
        for field in SETTINGS
        if (value := setting_value(field, view)) is not None
    ]
    if view.value("site.datastore") not in (None, ""):
        wishes.append(Wish("site", "datastore", PATHS["datastore"], view.flag("site.datastore")))
    if sso := view.text("site.sso"):
        wishes.append(Wish("site", "sso", (Candidate("global.sso"),), SecretRef("file", sso, document=True)))
    if software := content(view, "software"):
        secret = view.result(file(view, "software")).get("secrets")
        value = SecretRef("file", view.text("site.software"), document=True) if secret else software
        wishes.append(Wish("site", "software", (Candidate("global.software"),), value))
    return wishes


def summary(view: View) -> str:
    name = view.text("site.name")
    return (f"{name}, " if name else "") + settings(view).summary


FLAGS = (Choice("yes"), Choice("no"))
STEP = Step(
    id="site",
    title="Site settings",
    group="Site",
    why="Names, sign-up and quotas of the site. A value that breaks its rule keeps the hub from starting.",
    guide=("Prerequisites: Domain or Sub-Domain",),
    fields=(
        *(
            Field(
                name,
                label,
                text,
                kind=kind,
                check=checker(name),
                choices=(lambda view: FLAGS) if kind == "flag" else None,
                paths=PATHS[name],
            )
            for name, label, _, kind, text in TABLE
        ),
        Field(
            "datastore",
            "Cloud storage",
            "Offers S3, Google Cloud Storage and SSHFS in projects, by a privileged sidecar of each project.",
            kind="flag",
            choices=lambda view: FLAGS,
            paths=PATHS["datastore"],
        ),
        *(
            Field(name, label, text, check=checker(name), placeholder="{}", paths=PATHS[name])
            for name, label, text in QUOTAS
        ),
        Field(
            "sso",
            "Single sign-on",
            "A YAML or JSON file: provider name to conf and info. As it holds secrets, it goes into the "
            "second, private values file as a whole.",
            kind="path",
        ),
        Field(
            "software",
            "Software",
            "A YAML or JSON file with default, groups and environments, each environment with its image tag.",
            kind="path",
        ),
    ),
    checks=(
        Check(
            "settings",
            "Settings",
            "Each setting is judged by the rule that the hub applies at its start: exactly yes or no, an "
            "e-mail address, JSON with known parts. A value that breaks its rule stops every hub process.",
            settings,
        ),
        Check(
            "pitfalls",
            "Together",
            "Settings that are valid alone may not work together: use without an account with a registration "
            "token, verified addresses without mail.",
            pitfalls,
        ),
        Check(
            "sso",
            "Single sign-on",
            "The file must map provider names, which become part of a URL, to conf with a known type, and "
            "to info.",
            file_verdict("sso", sso_problems),
            needs_file("sso"),
        ),
        Check(
            "software",
            "Software",
            "The file must have environments, each with the tag of its image, and a default among them.",
            file_verdict("software", software_problems),
            needs_file("software"),
        ),
    ),
    values=values,
    summary=summary,
)
