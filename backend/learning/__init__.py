"""How suggesters get better: training runs, off-policy evaluation, the promotion gate."""
