"""What is stored of the many people whom a roster names, read in a few statements whatever their number."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flexauth.assigned import NOTHING, Assigned
from flexauth.members.roll import Row
from flexauth.roster import Listed
from flexauth.store.port import Store

__all__ = ["Known"]

Person = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """People by e-mail address in lower case and by subject; memberships, assignments, and other teams by user."""

    by_email: dict[str, list[Person]]
    by_subject: dict[str, Person]
    members: dict[int, Row]
    assigned: dict[int, Assigned]
    other_teams: dict[int, int]

    @classmethod
    def of(cls, store: Store, team: int, listed: Collection[Listed]) -> Known:
        """What is known of those listed, in a team."""
        emails = json.dumps(sorted({one.email for one in listed if one.email}))
        subjects = json.dumps(sorted({one.subject for one in listed if one.subject}))
        by_email: defaultdict[str, list[Person]] = defaultdict(list)
        for person in store.select("people_of_emails", {"emails": emails}):
            by_email[person["email"].lower()].append(person)
        by_subject = {row["subject"]: row for row in store.select("people_of_subjects", {"subjects": subjects})}
        people = [*by_subject.values(), *(person for found in by_email.values() for person in found)]
        users = {"team": team, "users": json.dumps(sorted({person["user"] for person in people}))}
        members = {row["user"]: row for row in store.select("members_of_users", users)}
        return cls(
            dict(by_email),
            by_subject,
            members,
            _assigned(store, users, members),
            {row["user"]: row["teams"] for row in store.select("other_teams_of_users", users)},
        )

    def what_is_assigned(self, user: int) -> Assigned:
        """To a member of the team; nothing to others."""
        return self.assigned.get(user, NOTHING)


def _assigned(store: Store, users: dict[str, Any], members: dict[int, Row]) -> dict[int, Assigned]:
    products: dict[str, defaultdict[int, set[int]]] = {}
    for statement in ("products_of_users", "withdrawn_of_users"):
        products[statement] = defaultdict(set)
        for row in store.select(statement, users):
            products[statement][row["user"]].add(row["product"])
    named, withdrawn = products["products_of_users"], products["withdrawn_of_users"]
    return {
        user: Assigned(everything=True, withdrawn=frozenset(withdrawn[user]))
        if row["assigned_all"]
        else Assigned(products=frozenset(named[user]))
        for user, row in members.items()
    }
