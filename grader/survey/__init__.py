"""What the stored reports of a class say together: pure functions over them, nothing is run."""
