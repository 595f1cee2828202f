from django.db import migrations

_PUT = """
update projects_job as job set lane = delivery.webhook_id::text from projects_webhookdelivery as delivery
where job.kind = 'projects.deliver_webhook' and job.lane = '' and job.done_at is null
  and delivery.id = (job.arguments->>'delivery_id')::uuid
"""


class Migration(migrations.Migration):
    """Messages that were not taken, given up or not, stand in the lane of their address; most were taken."""

    dependencies = [
        ("projects", "0006_lanes_that_rest"),
    ]

    operations = [
        migrations.RunSQL(_PUT, migrations.RunSQL.noop),
    ]
