"""What simulate prints: a line a file and a line a failure for people, one JSON object for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from flexauth.simulate.document import FormError
from flexauth.simulate.player import Outcome

__all__ = ["errors_json", "outcomes_json", "outcomes_text"]


def outcomes_text(outcomes: Sequence[Outcome]) -> str:
    """Failures as file, event number, key, expected, got."""
    lines: list[str] = []
    for outcome in outcomes:
        scenario = outcome.scenario
        events = f"{len(scenario.timeline)} events, {outcome.contacts} contacts"
        verdict = f"{len(outcome.failures)} failed" if outcome.failures else "held"
        lines.append(f"{scenario.file}: {verdict} ({events}): {scenario.name}")
        lines += [
            f"{scenario.file}: event {f.event} (line {f.line}): {f.key}: expected {f.expected}, got {f.got}"
            for f in outcome.failures
        ]
    held = sum(not outcome.failures for outcome in outcomes)
    lines.append(f"{held} of {len(outcomes)} scenarios held")
    return "\n".join(lines)


def outcomes_json(outcomes: Sequence[Outcome]) -> str:
    """`{"held": bool, "files": [{"file", "name", "about", "held", "events", "contacts", "failures": [...]}]}`."""
    files = [
        {
            "file": outcome.scenario.file,
            "name": outcome.scenario.name,
            "about": outcome.scenario.about,
            "held": not outcome.failures,
            "events": len(outcome.scenario.timeline),
            "contacts": outcome.contacts,
            "failures": [asdict(failure) for failure in outcome.failures],
        }
        for outcome in outcomes
    ]
    return json.dumps({"held": all(not o.failures for o in outcomes), "files": files}, indent=2)


def errors_json(errors: Sequence[FormError]) -> str:
    """`{"errors": [{"file", "line", "field", "what"}]}`."""
    shown = [{"file": e.file, "line": e.line, "field": e.field or "scenario", "what": e.what} for e in errors]
    return json.dumps({"errors": shown}, indent=2)
