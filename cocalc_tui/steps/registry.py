"""The image pull Secret (setup guide, "Private docker registry")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cocalc_tui.core.action import Action, Apply, labelled
from cocalc_tui.core.facts import Object, Unreachable
from cocalc_tui.core.findings import Check, State, Verdict, absent, failed, passed, skipped, warned
from cocalc_tui.core.kinds import SECRET
from cocalc_tui.core.names import object_name, registry_host
from cocalc_tui.core.ownership import ours
from cocalc_tui.core.secret import DockerConfigSlot, SecretRef
from cocalc_tui.core.step import Field, Person, Step
from cocalc_tui.core.topics import Need, Probe, Topic
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Candidate, Wish

TYPE = "kubernetes.io/dockerconfigjson"
REGCRED = "regcred"


def secret_name(view: View) -> str:
    """The name of the Secret."""
    return view.text("registry.secret_name", REGCRED) or REGCRED


def topic(view: View) -> Topic:
    """The Secret, its values as hashes."""
    return Topic(SECRET, view.namespace, secret_name(view))


def reference(view: View) -> SecretRef | None:
    """Where the credentials are; None where no file was given."""
    path = view.text("registry.credentials")
    return view.secret("registry.credentials") or (SecretRef("file", path) if path else None)


def slot(view: View) -> DockerConfigSlot | None:
    """What the Secret is to hold; None where no credentials were given."""
    ref = reference(view)
    if ref is None:
        return None
    return DockerConfigSlot(
        ref,
        view.text("registry.server"),
        view.text("registry.username"),
        view.text("registry.email"),
    )


def login_probe(view: View) -> Probe | None:
    """The attempt to log in at the registry; None where no credentials were given."""
    ref = reference(view)
    server, username = view.text("registry.server"), view.text("registry.username")
    return Probe.of("registry", server=server, username=username, ref=ref) if ref else None


def needs_file(view: View) -> Iterable[Need]:
    """The credentials, if there are any."""
    given = slot(view)
    return (given.probe(),) if given else ()


def needs_secret(view: View) -> Iterable[Need]:
    """The Secret, and what it is to hold."""
    return (topic(view), *needs_file(view))


def needs_login(view: View) -> Iterable[Need]:
    """The attempt to log in; one that found no way is judged and not waited for."""
    probe = login_probe(view)
    if probe is None or isinstance(view.get(probe), Unreachable):
        return needs_file(view)
    return (*needs_file(view), probe)


def file(view: View) -> Object:
    """What is known of the credentials."""
    given = slot(view)
    return view.result(given.probe()) if given else {}


def where(view: View) -> str:
    """The credentials, as a person names them."""
    ref = reference(view)
    return ref.name if ref and ref.source == "file" else str(ref or "")


def credentials(view: View) -> Verdict:
    if slot(view) is None:
        return skipped("no credentials file is given")
    seen = file(view)
    if seen.get("error"):
        line = f" (line {seen['line']})" if seen.get("line") else ""
        told = f"{where(view)} cannot be used: {seen['error']}{line}"
        if usable(view):
            return warned(
                f"{told}; {secret_name(view)} stays as it is",
                "Mend registry.credentials, or take the answer back: the Secret is there without it.",
            )
        return failed(
            told,
            "Save the file from SageMath, Inc. again as it was sent, and give its path as "
            "registry.credentials.",
        )
    if seen.get("kind") == "service-account":
        project = f", project {seen['project']}" if seen.get("project") else ""
        return passed(f"key of {seen.get('account') or 'a service account'}{project}")
    return passed(f"password of {seen.get('account') or view.text('registry.username')}")


def secret(view: View) -> Verdict:
    live, name = view.object(topic(view)), secret_name(view)
    if live is None:
        todo = (
            "Apply this step to create it."
            if slot(view)
            else ("Give the path of the credentials file as registry.credentials, then apply this step.")
        )
        return absent(
            f"{name} is absent in {view.namespace}",
            todo,
            detail="A Secret is only seen in its own namespace, and the setup guide's command names none: "
            f"look for a stray one with kubectl get secret {name} -n default.",
        )
    if live.get("type") != TYPE:
        return failed(
            f"{name} is of type {live.get('type') or 'Opaque'}, not {TYPE}",
            f"Delete it and apply this step: kubectl -n {view.namespace} delete secret {name}; or give "
            "another registry.secret_name.",
            state=State.FOREIGN,
        )
    wanted = file(view).get("sha256")
    if not wanted:
        return passed(
            f"{name} is there", "Its content was not compared: no usable credentials file is given."
        )
    if live.get("data", {}).get(".dockerconfigjson") == f"sha256:{wanted}":
        return passed(f"{name}, same as the file")
    if ours(live):
        return failed(
            f"{name} differs from {where(view)}", "Apply this step to update it.", state=State.PARTIAL
        )
    return failed(
        f"{name} was made by someone else and differs from {where(view)}",
        "Choose: adopt it in the review, give another registry.secret_name, or take registry.credentials "
        "back.",
        state=State.FOREIGN,
    )


def usable(view: View) -> bool:
    """Whether the cluster has the Secret, so that this machine needs no file."""
    live = view.object(topic(view))
    return live is not None and live.get("type") == TYPE


def login(view: View) -> Verdict:
    probe, server = login_probe(view), view.text("registry.server")
    if probe is None:
        return skipped("no credentials file is given")
    if file(view).get("error"):
        return skipped("needs a usable credentials file")
    answer = view.get(probe)
    if isinstance(answer, Unreachable):
        return warned(
            f"{server} was not reached from this machine",
            f"Make sure that the nodes reach https://{server}: they pull the images, not this machine.",
            detail=answer.reason,
        )
    seen = view.result(probe)
    if seen.get("ok"):
        return passed(f"{server} accepts the login", str(seen.get("detail") or ""))
    return failed(
        f"{server} refuses the login: {seen.get('error') or 'no reason told'}",
        "Ask SageMath, Inc. for a valid credentials file, or mend registry.server and registry.username.",
        detail=str(seen.get("detail") or ""),
    )


def needed(view: View) -> bool:
    """Whether the file is needed: not if the Secret is in the cluster."""
    return view.seen(topic(view)) and view.object(topic(view)) is None


def actions(view: View) -> Sequence[Action]:
    """The Secret, unless there is nothing to make it from, or a good one of someone else."""
    given, live = slot(view), view.object(topic(view))
    if given is None or (live is not None and live.get("type") != TYPE):
        return ()
    if live is not None and (file(view).get("error") or (not ours(live) and secret(view).status == "pass")):
        return ()
    meta = {"name": secret_name(view), "namespace": view.namespace}
    manifest = labelled({"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": TYPE})
    why = "The nodes pull CoCalc's images with this login."
    return (Apply("registry.secret", "registry", why, manifest, (given,)),)


def values(view: View) -> Sequence[Wish]:
    """The name, where it is not the one that the chart expects."""
    if secret_name(view) == REGCRED:
        return ()
    paths = (Candidate("global.imagePullSecrets", "practice"), Candidate("imagePullSecrets", "guess"))
    return (Wish("registry", "secret_name", paths, [{"name": secret_name(view)}]),)


def people(view: View) -> Sequence[Person]:
    """The vendor, as long as nothing is there."""
    if not needed(view) or slot(view) is not None:
        return ()
    text = "We install CoCalc and need the credentials file (regcred.json) for your container registry."
    return (Person("SageMath", "send the credentials file of the registry", text),)


def needs_all(view: View) -> Iterable[Need]:
    """Everything, also what a check no longer waits for."""
    probe = login_probe(view)
    return (*needs_secret(view), *((probe,) if probe else ()))


STEP = Step(
    id="registry",
    title="Registry",
    group="Base",
    why="CoCalc's images lie in a private registry; the nodes pull them with a login from the vendor.",
    guide=("Private docker registry",),
    after=("namespace",),
    fields=(
        Field(
            "server",
            "Server",
            "Host name of the container registry, as the vendor names it.",
            default="europe-docker.pkg.dev",
            check=registry_host,
        ),
        Field(
            "username",
            "User name",
            "Login name at the registry. For a key file of Google Cloud it is always _json_key.",
            default="_json_key",
        ),
        Field(
            "credentials",
            "Credentials",
            "Path of the credentials file from SageMath, Inc. Its content goes into the Secret and "
            "nowhere else. Not needed if the Secret is in the cluster already.",
            kind="path",
            needed=needed,
            needs=lambda view: (topic(view),),
            placeholder="regcred.json",
        ),
        Field(
            "email",
            "E-mail",
            "An e-mail address for the registry; it is only noted in the Secret and may stay empty.",
        ),
        Field(
            "secret_name",
            "Secret",
            "Name of the image pull Secret. The chart expects regcred; another name is written to "
            "my-values.yaml.",
            default=REGCRED,
            check=object_name,
        ),
    ),
    checks=(
        Check(
            "credentials",
            "Credentials",
            "The file from SageMath, Inc. must be a whole, unchanged key. A key that was copied through a "
            "mail or a chat often lost characters.",
            credentials,
            needs_file,
        ),
        Check(
            "secret",
            "Secret",
            "The login must be in the cluster as a Secret of type kubernetes.io/dockerconfigjson, in "
            "CoCalc's own namespace: pods cannot use one of another namespace.",
            secret,
            needs_secret,
            counts=True,
        ),
        Check(
            "login",
            "Login",
            "The registry must accept the login. It is tried from this machine; the nodes, which pull the "
            "images, must reach the registry as well.",
            login,
            needs_login,
        ),
    ),
    actions=actions,
    values=values,
    people=people,
    needs=needs_all,
    summary=lambda view: secret(view).summary,
)
