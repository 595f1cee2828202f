"""What we believe: consensus labels and clusters."""
