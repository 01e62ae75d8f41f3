"""Commands about runs that were: decided again, compared, gone on from, audited."""
