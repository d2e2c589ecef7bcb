"""The way of a class: take, reuse, grade, record, write. See `grader.grading.way`."""
