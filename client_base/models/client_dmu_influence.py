from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ClientDmuInfluence(models.Model):
    """Through whom a decision is reached: one person of a client influences another."""

    _name = "client.dmu.influence"
    _description = "Influence"
    _order = "strength DESC, id"

    influencer_id = fields.Many2one("client.dmu.member", string="Who", required=True, index=True, ondelete="cascade")
    influenced_id = fields.Many2one(
        "client.dmu.member",
        string="Influences Whom",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('partner_id', '=', partner_id), ('id', '!=', influencer_id)]",
    )
    partner_id = fields.Many2one(
        related="influencer_id.partner_id", string="Client", store=True, index=True, ondelete="cascade"
    )
    strength = fields.Integer(default=3, required=True, help="1: is listened to, 5: always gets it.")
    how = fields.Char(help="By what: as the superior, as an expert, as a friend, through the budget…")
    why = fields.Char(string="Aim", help="What this person wants from it.")
    current = fields.Boolean(compute="_compute_current")

    _strength_range = models.Constraint("CHECK (strength BETWEEN 1 AND 5)", "Strength goes from 1 to 5.")

    @api.depends("influencer_id", "influenced_id")
    @api.depends_context("uid", "lang")
    def _compute_display_name(self):
        for influence in self:
            influence.display_name = f"{influence.influencer_id.display_name} → {influence.influenced_id.display_name}"

    @api.depends("influencer_id.current", "influenced_id.current")
    def _compute_current(self):
        for influence in self:
            influence.current = influence.influencer_id.current and influence.influenced_id.current

    @api.constrains("influencer_id", "influenced_id")
    def _check_members(self):
        for influence in self:
            who, whom = influence.influencer_id, influence.influenced_id
            if who == whom or (who.person_id and who.person_id == whom.person_id):
                raise ValidationError(self.env._("Nobody influences himself: choose two persons."))
            if who.partner_id != whom.partner_id:
                raise ValidationError(
                    self.env._(
                        "These two decide at different clients. Add the outsider to this client's people first, "
                        "then draw the influence."
                    )
                )
            if self.search_count(
                [("id", "!=", influence.id), ("influencer_id", "=", who.id), ("influenced_id", "=", whom.id)], limit=1
            ):
                raise ValidationError(
                    self.env._("This influence is entered already: change its strength instead of adding another.")
                )
