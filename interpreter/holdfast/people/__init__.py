"""Queues, policies, statistics, notices: who decides what, and who is told."""
