"""The untrusted side (nursery, worker, procedures) and the judge's handle on it (client)."""
