"""SPEC 10: every reason has a sentence that a person can act on."""

import re

import pytest

from flexauth.commands import Reason
from flexauth.denials import denial_sentence

FACTS = {
    "user": "ann", "product": "ACD", "team": "acme", "in_team": " in team acme", "balance": 3, "rate": 7,
    "shortfall": 4, "tokens": 9, "cap": "june", "version": "2019", "platform": "linux", "count": 3,
    "devices": "desk, lap", "elsewhere": "desk",
}  # fmt: skip
TOLD = {
    Reason.INSUFFICIENT_TOKENS: ["acme", "3 tokens", "costs 7", "4 more", "order"],
    Reason.NO_LIVE_PACK: ["acme", "order"],
    Reason.NOT_ASSIGNED: ["ACD", "ann", "acme", "assign it"],
    Reason.OUT_OF_SCOPE: ["ACD", "acme", "contract"],
    Reason.UNSUPPORTED_VERSION: ["2019", "ACD", "linux", "Install"],
    Reason.DEVICE_LIMIT: ["ann", "ACD", "3 devices", "desk, lap", "Release"],
    Reason.IN_USE_ELSEWHERE: ["ACD", "desk", "take-over"],
    Reason.CONSENT_REQUIRED: ["ACD", "9 tokens", "acme", "Agree"],
    Reason.CAP_REACHED: ["june", "acme", "9 tokens", "raise"],
    Reason.INVITATION_PENDING: ["ann", "acme", "Sign in"],
    Reason.SUSPENDED: ["ann", "acme", "lift"],
}


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason])
def test_a_denial_says_what_is_wrong_and_what_a_person_can_do(reason: Reason) -> None:
    sentence = denial_sentence(reason, **FACTS)
    assert [word for word in TOLD[reason] if word not in sentence] == []
    assert re.fullmatch(r"[^{}]+\. [^{}]+\.", sentence)  # what is wrong; what to do


def test_a_denial_of_a_running_session_needs_no_facts_of_its_sign_in() -> None:
    sentence = denial_sentence(Reason.UNSUPPORTED_VERSION, user="ann", product="ACD")
    assert sentence == "This version of ACD is not supported on this platform. Install a version that is."
