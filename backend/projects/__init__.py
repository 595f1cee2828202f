"""Who uses Earmark: projects, keys, web origins, webhooks and the job table."""
