"""Members of teams: who belongs, what they may run, groups, suspension, and what is held about a person.

Acts through the sequencer, look-ups of what is stored. Knows no transport and decides no charge.
"""

from flexauth.members.members import Members

__all__ = ["Members"]
