from odoo import api, fields, models


class ClientRegionIndicator(models.Model):
    """What is measured of regions: population, volume of the market, growth."""

    _name = "client.region.indicator"
    _inherit = ["client.used.mixin"]
    _description = "Region Indicator"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    unit = fields.Char(required=True, translate=True, help="The unit of all its figures, e.g. million people.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _name_unique = models.UniqueIndex(
        "((name->>'en_US'))",
        "There is an indicator of this name already. If you do not see it, filter by “Archived” and unarchive it.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        words = self.env._("Regions have figures of “%s”: archive it instead of deleting it.")
        self._refuse_where_used("client.region.figure", "indicator_id", words)
