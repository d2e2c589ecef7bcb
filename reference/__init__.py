"""Right answers: canonical implementations, one topic a file."""
