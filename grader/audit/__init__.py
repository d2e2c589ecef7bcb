"""Is the rubric itself right? Grade what is known to be right, what is known to be wrong, and mutants of the right."""
