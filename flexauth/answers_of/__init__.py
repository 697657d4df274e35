"""Answers by topic: frozen values as in `answers`. Times are int64 microseconds since the epoch, 0 where there is none."""
