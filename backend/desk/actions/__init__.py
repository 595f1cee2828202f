"""What is done at the desk: make and open links, fill the queue, ask the next unit."""
