"""Who should answer what next: assignments, overlap, routing, queue."""
