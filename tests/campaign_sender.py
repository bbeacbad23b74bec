"""Send what is queued, as the job does; run by ``odoo shell``, which may be killed at any time."""

print("SENDING", flush=True)
env["client.campaign.mailer"]._cron_send()  # noqa: F821
env.cr.commit()  # noqa: F821
print("SENT", flush=True)
