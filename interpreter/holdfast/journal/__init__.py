"""What is stored: journals, the effect ledger, reviews, pending operations; one port, two stores."""
