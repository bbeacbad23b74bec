from odoo import fields, models


class ClientImportProgress(models.Model):
    """How many rows of a running import are made clients; written beside its transaction."""

    _name = "client.import.progress"
    _description = "Progress of a Client Import"
    _log_access = False

    import_id = fields.Integer(required=True, index=True)
    done = fields.Integer()
