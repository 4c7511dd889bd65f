"""The site settings that matter at install time, each with the rule by which the hub refuses to start.

Facts: `cocalc-chart.md`, sections 1.2 to 1.5. A value that breaks its rule stops every hub process.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

Rule = Literal["text", "yesno", "email", "json", "number", "host", "domain", "words"]

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
YES_NO = """theming ssh_gateway datastore email_enabled email_smtp_secure password_reset_smtp_secure
verify_emails email_signup anonymous_signup share_server strict_collaborator_management insecure_test_mode
user_tracking analytics_cookie cookie_banner_enabled sign_in_banner_enabled prometheus_metrics
openai_enabled google_vertexai_enabled mistral_enabled anthropic_enabled xai_enabled zai_enabled
ollama_enabled custom_openai_enabled jupyter_api_enabled compute_servers_enabled"""
TEXTS = """site_name site_description organization_name organization_url terms_of_service_url terms_of_service
logo_square logo_rectangular splash_image index_info_html index_tagline imprint policies support
account_creation_email_instructions ssh_gateway_fingerprint iframe_comm_hosts email_smtp_server
email_smtp_login email_smtp_password sendgrid_key password_reset_smtp_server password_reset_smtp_login
password_reset_smtp_password"""
EMAILS = "organization_email help_email email_smtp_from password_reset_smtp_from"
NUMBERS = "email_smtp_port password_reset_smtp_port new_project_pool"
JSONS = "default_quotas max_upgrades ollama_configuration custom_openai_configuration"
WORDS: Mapping[str, tuple[str, ...]] = {
    "kucalc": ("yes", "onprem", "no"),
    "email_backend": ("", "none", "sendgrid", "smtp"),
    "password_reset_override": ("default", "smtp"),
    "pii_retention": (
        *("never", "30 days", "3 month", "6 month", "1 year", "2 years", "5 years", "10 years"),
    ),
    "samesite_remember_me": ("strict", "lax", "none"),
}
RULES: Mapping[str, Rule] = {
    **dict.fromkeys(YES_NO.split(), "yesno"),
    **dict.fromkeys(TEXTS.split(), "text"),
    **dict.fromkeys(EMAILS.split(), "email"),
    **dict.fromkeys(NUMBERS.split(), "number"),
    **dict.fromkeys(JSONS.split(), "json"),
    **dict.fromkeys(WORDS, "words"),
    "ssh_gateway_dns": "host",
    "dns": "domain",
}
QUOTAS: Mapping[str, Mapping[str, type]] = {
    "default_quotas": {
        "internet": bool,
        **dict.fromkeys(("idle_timeout", "cpu", "cpu_oc", "mem", "mem_oc", "disk_quota"), float),
    },
    "max_upgrades": dict.fromkeys(
        (
            "memory",
            "memory_request",
            "cores",
            "cpu_shares",
            "mintime",
            "always_running",
            "network",
            "disk_quota",
        ),
        float,
    ),
}
SSO_TYPES = (
    *("activedirectory", "apple", "azuread", "facebook", "github", "gitlab2", "google", "oauth1", "oauth2"),
    *("oauth2next", "oidc", "orcid", "saml", "saml-v3", "saml-v4", "twitter"),
)
SSO_TAKEN = ("sign-in", "sign-up", "try", "verify", "password-reset")


def problem(key: str, value: Any) -> str | None:
    """Why the hub would refuse a setting, None if it takes it; keys that are not listed are not judged."""
    rule = RULES.get(key)
    if rule is None:
        return None
    if not isinstance(value, str):
        if rule == "json" and isinstance(value, Mapping):
            return _quota_problem(key, value)
        return f"must be a quoted text, {'yes or no' if isinstance(value, bool) else 'in double quotes'}"
    match rule:
        case "yesno":
            return None if value in ("yes", "no") else "must be exactly yes or no"
        case "email":
            return (
                None if EMAIL.fullmatch(value) else "must be an e-mail address; leave it out if there is none"
            )
        case "number":
            return None if re.fullmatch(r"[0-9]+", value) else "must be a whole number, 0 or more"
        case "words":
            return None if value in WORDS[key] else "must be one of " + ", ".join(w for w in WORDS[key] if w)
        case "host":
            return None if re.fullmatch(r"[a-zA-Z0-9.-]+", value) else "must be a host name"
        case "domain":
            return _domain_problem(value.strip())
        case "json":
            return _json_problem(key, value)
        case _:
            return None


def _domain_problem(value: str) -> str | None:
    if re.fullmatch(r"((http://)?[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:[0-9]+)?)?", value):
        return None
    return "must be a bare host such as cocalc.example.edu, without https:// and without a path"


def _json_problem(key: str, text: str) -> str | None:
    try:
        value = json.loads(text)
    except ValueError as error:
        return f"must be JSON text: {error}"
    if not isinstance(value, dict):
        return 'must be a JSON object such as {"cpu": 1}'
    return _quota_problem(key, value)


def _quota_problem(key: str, value: Mapping[str, Any]) -> str | None:
    fields = QUOTAS.get(key)
    if fields is None:
        return None
    for name, amount in value.items():
        if name not in fields:
            return f"has no part {name}; it takes " + ", ".join(fields)
        good = isinstance(amount, bool) if fields[name] is bool else _is_amount(amount)
        if not good:
            return f"{name} must be " + ("true or false" if fields[name] is bool else "a number, 0 or more")
    return None


def _is_amount(amount: Any) -> bool:
    return isinstance(amount, int | float) and amount >= 0


def sso_problems(providers: Any) -> tuple[str, ...]:
    """What is wrong with `global.sso`: provider name to {conf, info}; null deletes one."""
    if not isinstance(providers, Mapping):
        return ("the file must be a mapping of provider names to conf and info",)
    problems = []
    for name, provider in providers.items():
        if not re.fullmatch(r"[a-z0-9]+", str(name)):
            problems.append(f"{name}: a provider's name is part of a URL; use lower-case letters and digits")
        if name in SSO_TAKEN:
            problems.append(f"{name}: this name is taken by a page of CoCalc")
        if provider is None:
            continue
        conf = provider.get("conf") if isinstance(provider, Mapping) else None
        if not isinstance(conf, Mapping):
            problems.append(f"{name}: the part conf is missing")
        elif conf.get("type") not in SSO_TYPES and name not in SSO_TYPES:
            problems.append(f"{name}: conf.type must be one of " + ", ".join(SSO_TYPES))
        if isinstance(provider, Mapping) and "doNotHide" in (provider.get("info") or {}):
            problems.append(f"{name}: info.doNotHide is called do_not_hide")
    return tuple(problems)


def software_problems(software: Any) -> tuple[str, ...]:
    """What is wrong with `global.software`: {default, groups, environments}."""
    if not isinstance(software, Mapping):
        return ("the file must be a mapping with default, groups and environments",)
    environments = software.get("environments")
    if not isinstance(environments, Mapping) or not environments:
        return ("there are no environments, so CoCalc would ignore it",)
    problems = [
        f"{name}: has no tag, so CoCalc would drop it"
        for name, found in environments.items()
        if not isinstance(found, Mapping) or not found.get("tag")
    ]
    default = software.get("default")
    if default not in environments:
        problems.append(f"the default {default or '(none)'} is not one of the environments")
    return tuple(problems)
