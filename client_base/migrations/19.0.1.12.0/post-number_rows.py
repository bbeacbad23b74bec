from contextlib import suppress

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError


def migrate(cr, version):
    """Number the rows that are still to be imported as they are in their files: empty ones were not counted."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for batch in env["client.import"].search([("row_ids", "any", [("partner_id", "=", False)])]):
        # The file of an old import may be gone, or damaged: nothing more is read from it then.
        with suppress(UserError):
            _rows, numbers = batch._read_rows()
            if numbers[-1] > len(numbers):
                cr.execute(
                    "UPDATE client_import_row SET number = (%s)[number] WHERE import_id = %s",
                    [list(numbers), batch.id],
                )
