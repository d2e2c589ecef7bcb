"""What the grader writes into a folder of reports, by name."""

GRADEBOOK = "gradebook.sqlite"
GRADEBOOK_FILES = tuple(f"{GRADEBOOK}{ending}" for ending in ("", "-journal", "-wal", "-shm"))
OF_SUBMISSION = ("report.json", "report.html")
