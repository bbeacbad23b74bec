from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.validity import is_email, is_phone, is_tax_number

BATCH = 5000


class ResPartner(models.Model):
    """Whether what stands on a card can be right, not only whether something stands there.

    The names of the wrong fields are kept in one text, so that standards judge a million cards by SQL.
    """

    _inherit = "res.partner"

    # Empty: not checked yet (cards from before the addon) or nothing wrong; the job tells them apart by NULL.
    client_invalid = fields.Char(
        string="Wrong Data",
        compute="_compute_client_invalid",
        compute_sudo=True,
        store=True,
        help="Fields whose content cannot be right, with commas between.",
        prefetch="client",
        groups="base.group_user",
    )
    _client_unchecked_index = models.Index("(id) WHERE client_invalid IS NULL AND client_open IS NOT TRUE")

    @api.depends("phone", "email", "vat", "country_id", "message_bounce")
    def _compute_client_invalid(self):
        for partner in self:
            partner.client_invalid = ",".join(partner._get_invalid_fields())

    def _get_invalid_fields(self):
        """Return the names of the fields whose content cannot be right."""
        country = (self.country_id or self.commercial_partner_id.country_id).code
        wrong = {
            "phone": self.phone and not is_phone(self.phone, country or self.env.company.country_id.code),
            "email": self.email and (self.message_bounce or not is_email(self.email)),
            # A stroke says in Odoo that there is no number.
            "vat": self.vat and self.vat != "/" and is_tax_number(self.vat, country) is False,
        }
        return [name for name, is_wrong in wrong.items() if is_wrong]

    @api.model
    def _cron_check_validity(self):
        """Check the cards that never were, batch by batch: what is on them from before the addon."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM res_partner WHERE client_invalid IS NULL AND client_open IS NOT TRUE"
                " ORDER BY id LIMIT %s",
                BATCH,
            )
        )
        partners = self.sudo().browse(row[0] for row in rows)  # sudo: the job checks every card
        partners.fetch(["phone", "email", "vat", "country_id", "commercial_partner_id", "message_bounce"])
        checked = [(partner.id, ",".join(partner._get_invalid_fields())) for partner in partners]
        if checked:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE res_partner SET client_invalid = checked.wrong
                      FROM unnest(%s::int[], %s::varchar[]) AS checked (id, wrong) WHERE checked.id = res_partner.id
                    """,
                    *(list(column) for column in zip(*checked, strict=True)),
                )
            )
            partners.invalidate_recordset(["client_invalid"], flush=False)
            wrong = [partner_id for partner_id, names in checked if names]
            self.env["client.standard"]._refresh_clients(wrong)
        self.env["ir.cron"]._commit_progress(len(checked), remaining=len(checked) == BATCH)
