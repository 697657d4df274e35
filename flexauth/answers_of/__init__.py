"""Answers by topic: frozen values as in `answers`; times are int64 microseconds since the epoch, 0 for none."""
