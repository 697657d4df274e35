"""Answers by topic, as in `answers`: times are int64 microseconds since the epoch, 0 where there is none."""
