"""What is done with projects: keys, jobs, webhooks."""
