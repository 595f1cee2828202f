"""What is done with annotators."""
