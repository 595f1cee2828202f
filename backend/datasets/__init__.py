"""What we train on: datasets and their frozen versions."""
