import logging
from contextlib import contextmanager

from psycopg2 import OperationalError
from psycopg2.errors import ReadOnlySqlTransaction

from odoo import api, models

_logger = logging.getLogger(__name__)


class IrCron(models.Model):
    """Jobs that do many things one after another, of which none may hold up the others."""

    _inherit = "ir.cron"

    @api.model
    @contextmanager
    def _apart(self, record):
        """Do what is within for ``record`` or, where that fails, nothing of it; the log has the reason.

        A ``with`` statement that ends without an error either way. Nothing within may commit.
        """
        try:
            with self.env.cr.savepoint():
                yield
        except (OperationalError, ReadOnlySqlTransaction):
            # Two writers in each other's way, or no database: the next run goes on.  Or a page that only
            # reads, which is asked for again by Odoo to write.
            raise
        except Exception:
            _logger.exception("%s %s", record._name, record.id)
