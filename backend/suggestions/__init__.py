"""What software guesses: suggesters, suggestions and retrieval."""
