from odoo import api, fields, models
from odoo.tools import SQL

# The day of the year, as tools.calendar_days counts: the index serves queries that say it in these words.
BORN_ON = "EXTRACT(MONTH FROM client_birthday) * 100 + EXTRACT(DAY FROM client_birthday)"


class ResPartner(models.Model):
    """When a client was last spoken to and when it will be next: kept by the register and the activities."""

    _inherit = "res.partner"

    client_interaction_ids = fields.One2many("client.interaction", "partner_id", string="Contacts")
    client_last_contact = fields.Date(
        string="Last Contact", readonly=True, copy=False, prefetch="client", groups="base.group_user"
    )
    client_next_contact = fields.Date(
        string="Next Contact", readonly=True, copy=False, prefetch="client", groups="base.group_user"
    )
    client_birthday = fields.Date(
        string="Birthday",
        help="Of a person: a greeting is proposed in “My Day”.",
        prefetch="client",
        groups="base.group_user",
    )

    _client_next_contact_index = models.Index(
        "(client_owner_id, client_next_contact) WHERE (parent_id IS NULL OR is_company IS TRUE)"
    )
    _client_last_contact_index = models.Index(
        "(client_owner_id, client_last_contact, id) INCLUDE (client_channel_id)"
        " WHERE (parent_id IS NULL OR is_company IS TRUE) AND active IS TRUE AND client_next_contact IS NULL"
    )
    _client_created_index = models.Index(
        "(client_owner_id, create_date) WHERE (parent_id IS NULL OR is_company IS TRUE) AND active IS TRUE"
    )
    _client_birthday_index = models.Index(f"(client_owner_id, ({BORN_ON})) WHERE client_birthday IS NOT NULL")

    @api.model
    def _get_birthday_number(self):
        """Return the SQL of the day of the year on which a person was born."""
        return SQL(BORN_ON)

    @api.model
    def _get_figure_fields(self):
        return super()._get_figure_fields() | {"client_last_contact", "client_next_contact"}

    def _refresh_figures(self):
        super()._refresh_figures()
        self._refresh_contact_dates()
        self.env["client.fact.mark"]._mark(SQL("contact.partner_id = ANY(%s)", self.ids))

    def unlink(self):
        # The database takes their contacts with them.
        self.env["client.interaction"].flush_model()
        self.env["client.fact.mark"]._mark(
            SQL("contact.partner_id = ANY(%(ids)s) OR contact.person_id = ANY(%(ids)s)", ids=self.ids)
        )
        return super().unlink()

    def _refresh_contact_dates(self):
        """Write the dates of these clients' last and next contact, where they changed."""
        if not self.ids:
            return
        self.env["client.interaction"].flush_model(["partner_id", "date", "state", "result_id"])
        self.env["mail.activity"].flush_model(["client_partner_id", "date_deadline", "active", "activity_type_id"])
        self.flush_model(["client_last_contact", "client_next_contact"])
        self.env.cr.execute(
            SQL(
                """
                WITH known AS (
                    SELECT client.id,
                           (SELECT contact.date::date
                              FROM client_interaction contact
                         LEFT JOIN client_interaction_result result ON result.id = contact.result_id
                             WHERE contact.partner_id = client.id AND result.missed IS NOT TRUE
                               AND contact.date <= clock_timestamp() AT TIME ZONE 'UTC'
                          ORDER BY contact.date DESC LIMIT 1) AS last,
                           (SELECT min(activity.date_deadline)
                              FROM mail_activity activity
                             WHERE activity.client_partner_id = client.id AND activity.active
                               AND activity.activity_type_id IS DISTINCT FROM %(request)s) AS next
                      FROM unnest(%(ids)s) AS client (id)
                )
                UPDATE res_partner partner
                   SET client_last_contact = known.last, client_next_contact = known.next
                  FROM known
                 WHERE partner.id = known.id
                   AND (partner.client_last_contact, partner.client_next_contact)
                       IS DISTINCT FROM (known.last, known.next)
             RETURNING partner.id
                """,
                ids=self.ids,
                # Who asks for a client has nothing planned with it.
                request=self._get_request_type_id() or None,
            )
        )
        written = self.browse([row[0] for row in self.env.cr.fetchall()])
        written.invalidate_recordset(["client_last_contact", "client_next_contact"], flush=False)
        written.modified(["client_last_contact", "client_next_contact"])

    def action_register_contact(self):
        """Open the form on which a contact with this client, or with this person, is entered."""
        self.ensure_one()
        client = self.commercial_partner_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Register a Contact"),
            "res_model": "client.interaction",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_partner_id": client.id,
                "default_person_id": self.id if self != client and not self.is_company else False,
            },
        }

    def action_open_interactions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base.client_interaction_action")
        client = self.commercial_partner_id
        return {**action, "domain": [("partner_id", "=", client.id)], "context": {"default_partner_id": client.id}}
