"""The first administrator and the first registration token, made at the hub's first start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cocalc_tui.core.findings import Check, Verdict, failed, passed, skipped
from cocalc_tui.core.release import newest, topic_of
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.settings import EMAIL
from cocalc_tui.core.step import Field, Step
from cocalc_tui.core.topics import Need
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Candidate, Wish

SHORTEST, LONGEST = 8, 64
NONE = "none wanted, the first to sign up is no administrator"


def candidates(path: str) -> tuple[Candidate, ...]:
    """Where charts are known to keep it; none of it is public."""
    return (
        Candidate(f"global.{path}", "practice"),
        Candidate(path, "guess"),
        Candidate(f"hub.{path}", "guess"),
    )


PATHS = {name: candidates(f"setup_admin.{name}") for name in ("email", "name")}


def email(view: View) -> str:
    """The address, without blanks at its ends."""
    return view.text("admin.email").strip()


def valid_email(value: str, view: View) -> str | None:
    """An address with one @ and a domain."""
    return None if EMAIL.fullmatch(value.strip()) else "must be an e-mail address"


def installed(view: View) -> bool:
    """Whether a release is there, whose hub made the account at its first start."""
    found = newest(view.objects(topic_of(view)))
    return found is not None and found.status == "deployed"


def both(view: View) -> Verdict:
    password = view.secret("admin.password")
    if not email(view) and not password:
        return passed(NONE)
    if not email(view):
        return failed(
            "a password is given, but no address",
            "Give admin.email, or leave out admin.password.",
            detail="The hub refuses to start with one of the two.",
        )
    if not password:
        if installed(view):
            return passed(f"{email(view)}, its account was made at the first start")
        return failed(
            f"no password for {email(view)}",
            "Give admin.password, or leave out admin.email.",
            detail="The hub refuses to start with one of the two.",
        )
    return passed(email(view))


def address(view: View) -> Verdict:
    if not email(view):
        return skipped("no address is given")
    if wrong := valid_email(email(view), view):
        return failed(f"{email(view)} {wrong}", "Correct admin.email, for example ada@example.edu.")
    return passed(email(view))


def length(field: str, name: str) -> Callable[[View], Verdict]:
    """The judgement of one secret's length and ends."""

    def judge(view: View) -> Verdict:
        ref = view.secret(field)
        if ref is None:
            return skipped(f"no {name} is given")
        seen = view.result(ref.probe())
        if error := seen.get("error"):
            if installed(view):
                return skipped(f"{error}; it is not needed again")
            return failed(f"the {name} cannot be read: {error}", f"Give {field} again, or leave it out.")
        count = int(seen.get("length") or 0)
        if field == "admin.password" and not SHORTEST <= count <= LONGEST:
            return failed(
                f"the {name} has {count} characters",
                f"Choose a {name} of {SHORTEST} to {LONGEST} characters.",
                detail="Sign-in refuses longer ones.",
            )
        if not count or seen.get("edges"):
            return failed(
                f"the {name} is empty" if not count else f"the {name} begins or ends with white space",
                f"Choose a {name} without white space at its ends.",
            )
        return passed(f"{count} characters" if field == "admin.password" else "set")

    return judge


def known(view: View, ref: SecretRef | None) -> bool:
    """Whether a secret is given and was not found to be missing."""
    return ref is not None and not view.result(ref.probe()).get("error")


def values(view: View) -> Sequence[Wish]:
    wishes = []
    password, token = view.secret("admin.password"), view.secret("admin.registration_token")
    for name, value in (("email", email(view)), ("name", view.text("admin.name").strip())):
        if value and email(view):
            wishes.append(Wish("admin", name, PATHS[name], value))
    if known(view, password):
        wishes.append(Wish("admin", "password", candidates("setup_admin.password"), password))
    if known(view, token):
        wishes.append(Wish("admin", "registration_token", candidates("setup_registration_token"), token))
    return wishes


def needs_both(view: View) -> Iterable[Need]:
    """The release, where only it can tell whether the password is still needed."""
    return (topic_of(view),) if email(view) and not view.secret("admin.password") else ()


def needs_length(field: str) -> Callable[[View], Iterable[Need]]:
    """A secret; and the release where the secret cannot be read."""

    def needs(view: View) -> Iterable[Need]:
        ref = view.secret(field)
        if ref is None:
            return ()
        return (ref.probe(), topic_of(view)) if view.result(ref.probe()).get("error") else (ref.probe(),)

    return needs


STEP = Step(
    id="admin",
    title="First admin",
    group="Site",
    why="The hub makes one administrator at its first start; without one nobody can reach the admin pages.",
    fields=(
        Field(
            "email",
            "E-mail",
            "The address that the first administrator signs in with. Leave both empty for none.",
            check=valid_email,
            placeholder="ada@example.edu",
            paths=PATHS["email"],
        ),
        Field(
            "password",
            "Password",
            "8 to 64 characters. It is used once, when the account is made; later changes do not reset it.",
            kind="secret",
        ),
        Field(
            "name",
            "Name",
            "First and last name of the administrator. Left empty, the hub makes one from the address.",
            paths=PATHS["name"],
        ),
        Field(
            "registration_token",
            "Sign-up token",
            "With a token only those who know it can sign up. It is used only if there is no token yet.",
            kind="secret",
        ),
    ),
    checks=(
        Check(
            "both",
            "Address and password",
            "Address and password must be given together, or neither: with one alone the hub does not start.",
            both,
            needs_both,
        ),
        Check(
            "address",
            "Address",
            "The address must be a valid e-mail address, because it is the login name.",
            address,
        ),
        Check(
            "password",
            "Password",
            "The password must have 8 to 64 characters: sign-in refuses longer ones, sign-up shorter ones.",
            length("admin.password", "password"),
            needs_length("admin.password"),
        ),
        Check(
            "token",
            "Sign-up token",
            "A registration token must not be empty and must not begin or end with white space.",
            length("admin.registration_token", "token"),
            needs_length("admin.registration_token"),
        ),
    ),
    values=values,
    summary=lambda view: both(view).summary,
)
