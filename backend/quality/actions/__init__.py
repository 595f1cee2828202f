"""What is done with beliefs: settle, cluster, vet."""
