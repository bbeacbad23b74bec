from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class ResPartner(models.Model):
    """What is known of a client that becomes a part of another, as a person does who gets a company, goes along."""

    _inherit = "res.partner"

    def write(self, vals):
        if not {"is_company", "parent_id"} & vals.keys():
            return super().write(vals)
        # sudo: what is known goes along whole, whoever may see which part of it
        partners = self.sudo()
        clients = {partner: partner.commercial_partner_id for partner in partners}
        owners = {partner: partner.client_owner_id for partner in partners}
        closed = partners.filtered(lambda partner: partner == clients[partner] and not partner.client_open)
        if "user_id" not in vals and (vals.get("is_company") or not vals.get("parent_id", True)):
            partners._take_owners_along(clients, owners)
        result = super().write(vals)
        closed._check_not_opened()
        moved = partners.filtered(lambda partner: partner.commercial_partner_id != clients[partner])
        moved._take_along_to_managers(clients, owners)
        moved._join_clients(partners.browse().union(*(clients[partner] for partner in moved)))
        nobodys = moved.filtered(lambda part: part.client_owner_id and not owners[part])
        if nobodys:
            # sudo: as above; with whom else a meeting is, say
            partners.env["client.handover"]._take_from_others(nobodys._get_parts_below())
        return result

    def unlink(self):
        """Have who was below these stay the same managers' clients: the database would leave them nobody's."""
        below = Domain("parent_id", "in", self.ids) & Domain("id", "not in", self.ids)
        # sudo: what stays goes on, whoever sees it; archived too
        parts = self.sudo().with_context(active_test=False).search(below)
        if parts:
            self.check_access("unlink")
            parts.write({"parent_id": False})
        return super().unlink()

    def _take_owners_along(self, clients, owners):
        """Have these parts of clients, which become clients of their own, be those of the same managers."""
        parts = self.filtered(lambda part: part != clients[part] and not clients[part].client_open)
        for owner, left in parts.grouped(owners.get).items():
            left.filtered(lambda part, owner=owner: part.user_id != owner).user_id = owner

    def _get_parts_below(self):
        """Return these partners with what is below them and a part of the same client."""
        return self.with_context(active_test=False).search(
            [("id", "child_of", self.ids), ("commercial_partner_id", "in", self.commercial_partner_id.ids)]
        )

    def _check_not_opened(self):
        """Raise ValidationError where somebody's client was made a part of our own house, which everybody sees."""
        for partner in self:
            if partner.client_open and partner.user_id:
                raise ValidationError(
                    self.env._(
                        "%(client)s is the client of %(owner)s and cannot become a part of %(company)s, which "
                        "everybody sees. Have a team lead empty its salesperson first.",
                        client=partner.name,
                        owner=partner.user_id.name,
                        company=partner.commercial_partner_id.name,
                    )
                )

    def _take_along_to_managers(self, clients, owners):
        """Have what is open with these partners, which are parts of other clients now, go to those clients' managers.

        :param clients: of which clients they were parts before: ``{partner: client}``
        :param owners: whose clients these were: ``{partner: user}``
        """
        handovers = self.env["client.handover"]
        were_clients = self.filtered(lambda part: clients[part] == part and part.user_id == owners[part])
        for (giver, receiver), joined in self.grouped(lambda part: (owners[part], part.client_owner_id)).items():
            if not giver or not receiver or giver == receiver:
                continue
            handovers._take_along(joined._get_parts_below(), joined & were_clients, giver, receiver)

    @api.model
    def _get_models_of_clients(self):
        """Return the models whose rows say in ``partner_id`` of which client they are; addons add theirs."""
        return ["client.dmu.member", "client.interaction", "client.market", "client.score"]

    def _join_clients(self, left=None):
        """Make what hangs on these partners, which are clients no more, hang on the clients that they are parts of.

        :param left: the clients of which they were parts before
        """
        parts = self.filtered(lambda partner: partner != partner.commercial_partner_id)
        left = left or parts
        if not left:
            return
        self.env.flush_all()
        parts._name_persons()
        for name in self._get_models_of_clients():
            parts._move_rows(self.env[name])
        activities = self.env["mail.activity"].with_context(active_test=False)
        activities = activities.search([("client_partner_id", "in", (left | parts).ids)])
        self.env.add_to_compute(activities._fields["client_partner_id"], activities)
        (left | self | self.commercial_partner_id)._refresh_figures()

    def _name_persons(self):
        """Have the contacts with these partners name them as who was spoken to, where nobody else is named."""
        self.env.execute_query(
            SQL(
                """
                UPDATE client_interaction SET person_id = partner_id
                 WHERE partner_id = ANY(%s) AND person_id IS NULL
             RETURNING id
                """,
                self.ids,
            )
        )
        self.env["client.interaction"].invalidate_model(["person_id"], flush=False)

    def _move_rows(self, model):
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE %(table)s known SET partner_id = part.commercial_partner_id
                  FROM res_partner part
                 WHERE part.id = ANY(%(parts)s) AND known.partner_id = part.id
             RETURNING known.id
                """,
                table=SQL.identifier(model._table),
                parts=self.ids,
            )
        )
        model.invalidate_model(["partner_id"], flush=False)
        model.browse(row_id for (row_id,) in rows).modified(["partner_id"])
