"""Verbs of learning: train, promote, step back."""
