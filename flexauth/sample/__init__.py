"""Data to start with: the published rate sheet and a small team."""

from flexauth.sample.packaged import SamplePack, SampleTeam, SampleUser, published_rates, sample_team

__all__ = ["SamplePack", "SampleTeam", "SampleUser", "published_rates", "sample_team"]
