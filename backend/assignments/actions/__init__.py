"""What is done with assignments: take the next, leave it, answer it."""
