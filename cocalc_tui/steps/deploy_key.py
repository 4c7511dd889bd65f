"""The key that opens the vendor's repository (setup guide, "Access to HELM Charts")."""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.core import checkout, ssh
from cocalc_tui.core.action import Action, MakeKey
from cocalc_tui.core.findings import Check, State, Verdict, absent, failed, passed, skipped, unknown, warned
from cocalc_tui.core.step import Field, Person, Step
from cocalc_tui.core.vendor_message import message
from cocalc_tui.core.view import View

NOT_NEEDED = "not needed: the chart is a folder"
ED25519 = "ssh-ed25519"
FIRST = "needs the key"


def key(view: View) -> Verdict:
    if not checkout.needed(view):
        return skipped(NOT_NEEDED)
    path = checkout.key_path(view)
    if not path:
        return unknown(
            "the key has no name, because the cluster was not seen",
            "Mend the connection to the cluster, or name the key's file in deploy-key.path.",
        )
    seen = view.result(checkout.key_probe(view))
    if not seen.get("exists"):
        return absent(f"{path} is absent", "Apply this step to make a key pair.")
    if error := seen.get("error"):
        return failed(
            str(error), "Name another file in deploy-key.path; what is there is left as it is.", detail=path
        )
    mode = int(seen.get("mode") or 0)
    if mode & 0o077:
        return failed(
            f"{path} may be read by others (mode {mode:04o}), so ssh refuses it",
            f"Keep it to yourself: chmod 600 {path}",
        )
    facts = f"{path}, {str(seen.get('type')).removeprefix('ssh-')}, {mode:04o}"
    if seen.get("encrypted"):
        return warned(
            f"{facts}, with a passphrase",
            f"Load it into your agent, because git cannot ask for the passphrase here: ssh-add {path}",
        )
    if seen.get("type") != ED25519:
        return warned(facts, "Make an ed25519 key, as the guide asks, under another deploy-key.path.")
    return passed(facts, str(seen.get("fingerprint") or ""))


def host_key(view: View) -> Verdict:
    if not checkout.needed(view):
        return skipped(NOT_NEEDED)
    if not checkout.key_good(view):
        return skipped(FIRST)
    host, seen = checkout.host(view), checkout.access(view).get("host_key")
    if seen is None:
        return skipped(f"{host} is not reached by SSH")
    shown = f"{seen.get('type') or 'key'} {seen.get('fingerprint') or ''}".strip()
    confirm = f"--set deploy-key.host_fingerprint={seen.get('fingerprint') or 'SHA256:…'}"
    if seen.get("state") == "unknown":
        return failed(
            f"{host} shows a host key that is not confirmed: {shown}",
            f"Compare it with what the host's owner publishes, then confirm it: {confirm}",
            detail="Only the keys of github.com are built in.",
            state=State.PARTIAL,
        )
    if seen.get("state") == "changed":
        where = ssh.pin_file(checkout.key_path(view))
        github = host in ("github.com", "ssh.github.com:443")
        return failed(
            f"{host} shows another host key than the pinned one: {shown}",
            "Do not go on before you know why: somebody may be reading along. "
            + (
                "GitHub publishes its keys at docs.github.com."
                if github
                else f"Ask the owner, then {confirm}"
            ),
            detail=f"Pinned are {'the published keys of GitHub' if github else where}.",
        )
    return passed(f"{host}, pinned", shown)


def access(view: View) -> Verdict:
    if not checkout.needed(view):
        return skipped(NOT_NEEDED)
    if not checkout.key_good(view):
        return skipped(FIRST)
    seen, where = checkout.access(view), checkout.repo(view)
    if seen.get("ok"):
        return passed(f"{checkout.branch(view)} of {where}", f"commit {str(seen.get('commit'))[:12]}")
    if (seen.get("host_key") or {}).get("state") in ("unknown", "changed"):
        return skipped("needs the host key")
    if seen.get("denied"):
        return failed(
            "SageMath has not granted it yet",
            "Send the message to your contact. Go on with the other steps, only Chart waits for this.",
            detail=str(seen.get("error") or ""),
            state=State.PARTIAL,
        )
    return failed(
        str(seen.get("error") or "the repository does not answer as one"),
        "Look at chart.repo and chart.branch; try by hand: git ls-remote " + where,
    )


def actions(view: View) -> Sequence[Action]:
    path = checkout.key_path(view)
    if not checkout.needed(view) or not path:
        return ()
    why = "The vendor admits a key of its own, which no other repository uses."
    return (MakeKey("deploy-key.key", "deploy-key", why, path, comment(view)),)


def comment(view: View) -> str:
    """What the public key ends with."""
    return " ".join(view.text("deploy-key.comment", "cocalc").split()) or "cocalc"


def people(view: View) -> Sequence[Person]:
    if not checkout.needed(view) or not checkout.access(view).get("denied"):
        return ()
    seen = view.result(checkout.key_probe(view))
    text = message(view, str(seen.get("public") or ""), str(seen.get("fingerprint") or ""))
    return (Person("SageMath", "access not granted", text),)


def fingerprint(value: str, view: View) -> str | None:
    if ssh.FINGERPRINT.fullmatch(value):
        return None
    return "a fingerprint is wanted, as SHA256: and 43 characters"


def plain_path(value: str, view: View) -> str | None:
    return "a path of a file is wanted" if value.endswith("/") or '"' in value or "\n" in value else None


def summary(view: View) -> str:
    return access(view).summary if checkout.needed(view) else NOT_NEEDED


STEP = Step(
    id="deploy-key",
    title="Deploy key",
    group="Chart",
    why="The chart lives in a private repository. SageMath adds your public key to it by hand.",
    guide=("Access to HELM Charts",),
    after=("tools",),
    fields=(
        Field(
            "path",
            "Path",
            "The file of the private key, one for each cluster. What is there already is used and never "
            "overwritten; the public half is beside it, ending in .pub.",
            kind="path",
            detect=checkout.detected_path,
            needs=checkout.folder_needs,
            check=plain_path,
            placeholder="~/.ssh/cocalc-deploy-CLUSTER",
        ),
        Field(
            "comment",
            "Comment",
            "The words at the end of the public key, by which the vendor tells it from others.",
            detect=lambda view: f"cocalc-{checkout.slug(view)}" if checkout.slug(view) else None,
            needs=checkout.folder_needs,
        ),
        Field(
            "host_fingerprint",
            "Host fingerprint",
            "The confirmed fingerprint of the repository's host, where that is not github.com. The keys of "
            "github.com are built in.",
            check=fingerprint,
            shown=lambda view: (
                checkout.host(view) != "github.com" or bool(view.text("deploy-key.host_fingerprint"))
            ),
            placeholder="SHA256:…",
        ),
    ),
    checks=(
        Check(
            "key",
            "Key",
            "An ed25519 key of its own must be there, readable by you alone. GitHub takes a deploy key for "
            "one repository only, so a key that is in use elsewhere cannot be registered.",
            key,
            checkout.key_needs,
            counts=True,
        ),
        Check(
            "host-key",
            "Host key",
            "The repository's host must show the key that is pinned: for github.com one of those that GitHub "
            "publishes, for any other host the one that you confirmed.",
            host_key,
            checkout.access_needs,
        ),
        Check(
            "access",
            "Access",
            "The key must open the repository. It is tried with git ls-remote and this key alone, again and "
            "again until the vendor has added it.",
            access,
            checkout.access_needs,
        ),
    ),
    actions=actions,
    people=people,
    summary=summary,
)
