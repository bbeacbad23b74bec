from odoo import fields, models


class ClientKeyMark(models.Model):
    """A client whose keys are to be made anew, and then to be compared; rows are only ever added, and taken away."""

    _name = "client.key.mark"
    _description = "Client to Be Compared"
    _log_access = False

    # No foreign key: a client that is gone meanwhile has no keys, and is in nobody's way.
    partner_id = fields.Integer(required=True, index=True)
    keyed = fields.Boolean(help="The keys are made; to be compared with the others'.")

    _waiting_index = models.Index("(id) WHERE keyed IS NOT TRUE")
