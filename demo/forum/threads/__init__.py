"""Threads, and which of them are answered elsewhere."""
