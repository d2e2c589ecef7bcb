"""Report writers: each turns finished records into one format and never runs or judges anything."""
