from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Have the job that gives activities back give back contacts, too: jobs are not updated by themselves."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    if job := env.ref("client_base.ir_cron_return_activities", raise_if_not_found=False):
        job.write(
            {
                "name": "Client Base: return the work of ended substitutions",
                "model_id": env["ir.model"]._get_id("client.substitution"),
                "code": "model._return_work()",
            }
        )
