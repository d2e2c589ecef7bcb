"""What the runs of a course have found, in one SQLite file: records in, records out.

Knows neither engine nor writers. Written by one process, a transaction a submission.
"""

from grader.gradebook.book import Candidate, Entry, Gradebook, Problem, Result, Run

__all__ = ["Candidate", "Entry", "Gradebook", "Problem", "Result", "Run"]
