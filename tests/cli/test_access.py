"""`flexauth key`, `flexauth role` and `flexauth provider`: keys are made, shown once, listed and revoked, and so on."""

import json
from pathlib import Path

import pytest

from flexauth.serving import Service
from tests.cli.conftest import Run


def test_a_key_is_printed_alone_and_calls_with_what_it_may(run: Run, studio: Service) -> None:
    made = run("key", "create", "farm", "--team", "studio", "--scope", "act_as:studio")
    assert (made.status, made.err) == (0, "")
    text = made.out.strip()
    assert text.startswith("flx_live_")
    quoted = run("session", "checkout", "ACD", "--user", "ann", FLEXAUTH_KEY=text)
    assert quoted.status == 0, quoted.err
    refused = run("team", "create", "other", FLEXAUTH_KEY=text)
    assert refused.status != 0
    assert "service" in refused.err


def test_keys_are_listed_without_their_texts_and_revoked(run: Run, studio: Service) -> None:
    text = run("key", "create", "audit", "--scope", "auditor:studio", "--expires", "2026-04-01").out.strip()
    listed = run("key", "list", "--json").json["api_keys"]
    (mine,) = [key for key in listed if key["name"] == "audit"]
    assert mine["expires_at"] == "2026-04-01T00:00:00Z"
    assert text not in json.dumps(listed)
    assert "auditor:studio" in run("key", "list").out
    assert run("ledger", "studio", FLEXAUTH_KEY=text).status == 0
    assert run("key", "revoke", mine["id"]).status == 0
    assert run("ledger", "studio", FLEXAUTH_KEY=text).status != 0
    assert run("key", "list", "--team", "studio", "--json").json["api_keys"] == []  # it was the vendor's own


def test_a_key_for_a_person_acts_for_that_person(run: Run, studio: Service) -> None:
    text = run("key", "create", "ann-laptop", "--scope", "user", "--user", "ann").out.strip()
    assert run("session", "checkout", "ACD", "--user", "ann", FLEXAUTH_KEY=text).status == 0
    other = run("session", "checkout", "ACD", "--user", "bob", FLEXAUTH_KEY=text)
    assert "no user 'bob'" in other.err


@pytest.mark.parametrize("scope", ["king", "act_as:", "service:studio", "auditor:ghost"])
def test_a_scope_that_is_none_is_named(run: Run, studio: Service, scope: str) -> None:
    said = run("key", "create", "x", "--scope", scope)
    assert said.status != 0
    assert scope.partition(":")[2] in said.err or scope in said.err
    assert said.out == ""


def test_a_code_that_is_not_right_gives_nothing(run: Run, studio: Service) -> None:
    said = run("key", "claim", "flx_claim_0")
    assert said.status != 0
    assert said.out == ""


def test_roles_are_granted_listed_and_revoked(run: Run, studio: Service) -> None:
    certificate = "certificate:uri:spiffe://studio/ws-17"
    assert run("role", "grant", "user:ann", "team_admin:studio").status == 0
    assert run("role", "grant", certificate, "device:studio", "--device", "ws-17").status == 0
    listed = run("role", "list", "--team", "studio", "--json").json["roles"]
    assert [role["identity"] for role in listed] == ["user:ann", certificate]
    assert "ws-17" in run("role", "list").out
    assert run("role", "revoke", certificate, "device:studio", "--device", "ws-17").status == 0
    assert run("role", "revoke", "user:ann", "team_admin:studio").status == 0
    assert "Nobody has a role yet" in run("role", "list").out
    said = run("role", "grant", "ann", "auditor:studio")
    assert "user:SUBJECT or certificate:NAME" in said.err


def test_providers_are_put_listed_and_deleted(run: Run, studio: Service, tmp_path: Path) -> None:
    words = ["--issuer", "https://idp.example", "--keys", f"file://{tmp_path}/jwks.json", "--audience", "flexauth"]
    assert run("provider", "put", "corp", *words, "--email-domain", "studio.example").status == 0
    (listed,) = run("provider", "list", "--json").json["providers"]
    assert (listed["issuer"], listed["email_domains"]) == ("https://idp.example", ["studio.example"])
    assert "corp" in run("provider", "list").out
    said = run("provider", "put", "corp", "--issuer", "i", "--keys", "http://idp.example/keys", "--audience", "a")
    assert "it must be https" in said.err
    assert run("provider", "delete", "corp").status == 0
    assert "No identity provider yet" in run("provider", "list").out
    assert "'corp'" in run("provider", "delete", "corp").err
