from odoo import api, fields, models


class ClientImportHeader(models.Model):
    """How a column's header was understood the last time: the next file with it is read the same way."""

    _name = "client.import.header"
    _description = "Known Header of Client Lists"
    _order = "name"

    name = fields.Char(string="Header", required=True)
    field = fields.Char(string="Read into", help="Empty: into the notes.")

    _name_unique = models.Constraint("UNIQUE (name)", "Each header is remembered once.")

    @api.model
    def _recall(self, headers):
        """Return ``{header without case: field}`` of those that are remembered."""
        # sudo: what headers mean is no secret
        known = self.sudo().search([("name", "in", [header.casefold() for header in headers])])
        return {one.name: one.field or False for one in known}

    @api.model
    def _teach(self, fields_by_header):
        """Remember what each header was read into, in place of what was known before."""
        wanted = {header.casefold(): field or False for header, field in fields_by_header.items()}
        # sudo: whoever imports teaches
        known = self.sudo().search([("name", "in", list(wanted))])
        for one in known:
            if (one.field or False) != wanted[one.name]:
                one.field = wanted[one.name]
        # sudo: as above
        self.sudo().create(
            [{"name": name, "field": wanted[name]} for name in wanted.keys() - set(known.mapped("name"))]
        )
