"""Do what is due in the background, as Odoo does; run by ``odoo shell``, which may be killed at any time."""

from odoo.addons.base.models.ir_cron import IrCron
from odoo.addons.client_base.models import client_import, client_import_work

# Small portions, so that a kill comes between two of them or within one.
client_import.BATCH = client_import_work.BATCH = 200
print("WORKING", flush=True)
IrCron._process_jobs(env.cr.dbname)  # noqa: F821
print("WORKED", flush=True)
