"""Reads people as they are written, `Full Name <email>`, and the products they are given; checked alike everywhere."""

from __future__ import annotations

import re
from typing import NamedTuple

import email_validator

from flexauth import limits
from flexauth.requests import check

__all__ = ["Person", "email", "person", "products"]

_PERSON = re.compile(r'(?:"(?P<quoted>[^"]*)"|(?P<plain>[^<>"]*))\s*<(?P<email>[^<>]+)>\Z')
# The library's list of domains that no mail reaches is there to be changed: many a company's own network is .local.
if "local" in email_validator.SPECIAL_USE_DOMAIN_NAMES:
    email_validator.SPECIAL_USE_DOMAIN_NAMES.remove("local")


class Person(NamedTuple):
    """A full name and an e-mail address in its normal form."""

    name: str
    email: str


def email(field: str, value: str) -> str:
    """An e-mail address in its normal form, in lower case; `InvalidArgument` for anything else."""
    check.text(field, value, limits.EMAIL_CHARACTERS)
    try:
        # Whether mail gets there is for the company's own servers to say: nothing is looked up.
        found = email_validator.validate_email(value, check_deliverability=False, globally_deliverable=False)
    except email_validator.EmailNotValidError as error:
        check.fail(field, value, f"write it as name@example.com ({error})")
    return found.normalized.lower()


def person(field: str, value: str) -> Person:
    """A person of `Full Name <email>` (A4), or of an e-mail address alone."""
    check.text(field, value, limits.DISPLAY_NAME_CHARACTERS + limits.EMAIL_CHARACTERS + 5)
    match = _PERSON.match(value.strip())
    if match is None:
        if "<" in value or ">" in value or " " in value.strip():
            check.fail(field, value, "write it as Full Name <name@example.com>")
        return Person("", email(field, value.strip()))
    name = (match["quoted"] or match["plain"] or "").strip()
    check.text(field, name, limits.DISPLAY_NAME_CHARACTERS, needed=False)
    return Person(name, email(field, match["email"].strip()))


def products(everything: bool, codes: tuple[str, ...], *, needed: bool = False) -> None:
    """ALL products or a list of codes (A1)."""
    check.count("products", len(codes), 0, limits.PRODUCTS_PER_ASSIGNMENT)
    for code in codes:
        check.name("products", code)
    if everything and codes:
        check.fail("products", ", ".join(codes), "ALL products leave no list to name (A1)")
    if needed and not everything and not codes:
        check.fail("products", "", "name products, or ALL")
