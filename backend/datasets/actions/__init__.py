"""What is done with datasets: register and freeze."""
