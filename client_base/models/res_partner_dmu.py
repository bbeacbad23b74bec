from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..search import search_flag
from ..tools.dmu import GAPS, Member, get_gaps
from ..tools.influence_map import Person, draw_map, shorten

# Who is a private person decides for himself.
GAPS_OF_COMPANIES = ("no_decision_maker", "single_thread")


class ResPartner(models.Model):
    """Who decides at a client."""

    _inherit = "res.partner"

    client_member_ids = fields.One2many("client.dmu.member", "partner_id", string="Who Decides")
    client_membership_ids = fields.One2many("client.dmu.member", "person_id", string="Decides at")
    client_no_decision_maker = fields.Boolean(
        string="No Decision Maker Known",
        compute="_compute_client_dmu_gaps",
        search=lambda self, operator, value: self._search_dmu_gap("no_decision_maker", operator, value),
        groups="base.group_user",
    )
    client_unconfirmed = fields.Boolean(
        string="Decision Maker Not Confirmed",
        compute="_compute_client_dmu_gaps",
        search=lambda self, operator, value: self._search_dmu_gap("unconfirmed", operator, value),
        groups="base.group_user",
    )
    client_hostile = fields.Boolean(
        string="All Are Against Us",
        compute="_compute_client_dmu_gaps",
        search=lambda self, operator, value: self._search_dmu_gap("hostile", operator, value),
        groups="base.group_user",
    )
    client_single_thread = fields.Boolean(
        string="Only One Person Known",
        compute="_compute_client_dmu_gaps",
        search=lambda self, operator, value: self._search_dmu_gap("single_thread", operator, value),
        groups="base.group_user",
    )

    @api.depends(
        "is_company",
        *(
            f"client_member_ids.{name}"
            for name in ("current", "confirmed_on", "interest", "person_id", "role_id.decides")
        ),
    )
    def _compute_client_dmu_gaps(self):
        for partner in self:
            gaps = partner._get_dmu_gaps()
            for gap in GAPS:
                partner[f"client_{gap}"] = gap in gaps

    def _get_dmu_gaps(self):
        """Return what is not right with what is known of who decides: of ``tools.dmu.GAPS``."""
        self.ensure_one()
        gaps = get_gaps(
            [
                Member(
                    person=member.person_id or member,
                    decides=member.role_id.decides,
                    confirmed=bool(member.confirmed_on),
                    interest=member.interest,
                )
                for member in self.client_member_ids.filtered("current")
            ]
        )
        return gaps if self.is_company else [gap for gap in gaps if gap not in GAPS_OF_COMPANIES]

    def _get_dmu_gap_names(self):
        """Return the gaps in the user's words."""
        return [
            self._fields[f"client_{gap}"].get_description(self.env, ["string"])["string"]
            for gap in self._get_dmu_gaps()
        ]

    def _get_panel_people(self):
        members = self.client_member_ids.filtered("current")
        influences = members.influence_ids.filtered("current")
        drawn = draw_map(
            [Person(member.id, member.authority, member.role_id.shape) for member in members],
            [(influence.influencer_id.id, influence.influenced_id.id) for influence in influences],
        )
        return {
            "members": members,
            "former": self.client_member_ids - members,
            "influences": influences,
            "drawn": drawn,
            "shorten": shorten,
            "gaps": self._get_dmu_gap_names(),
            "roles": members.role_id,
        }

    def action_open_members(self):
        """Open the people of this client as a list, former ones too."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base.client_dmu_member_action")
        return {**action, "domain": [("partner_id", "=", self.id)], "context": {"default_partner_id": self.id}}

    @api.model
    def _search_dmu_gap(self, gap, operator, value):
        return search_flag(self._get_dmu_gap_domain(gap), operator, value)

    @api.model
    def _get_dmu_gap_domain(self, gap):
        """Return the domain of the clients with a gap: the same rules as ``tools.dmu.get_gaps``."""
        current = self.env["client.dmu.member"]._get_current_domain()
        deciding = current & Domain("role_id.decides", "=", True)
        if gap == "no_decision_maker":
            return Domain("is_company", "=", True) & ~Domain("client_member_ids", "any", deciding)
        if gap == "unconfirmed":
            confirmed = deciding & Domain("confirmed_on", "!=", False)
            return Domain("client_member_ids", "any", deciding) & ~Domain("client_member_ids", "any", confirmed)
        if gap == "hostile":
            friendly = current & Domain("interest", ">=", 0)
            return Domain("client_member_ids", "any", current) & ~Domain("client_member_ids", "any", friendly)
        return Domain("is_company", "=", True) & Domain("id", "in", self._get_single_threaded())

    @api.model
    def _get_single_threaded(self):
        """Return the query of the clients of which one person only is known."""
        members = self.env["client.dmu.member"]._search(self.env["client.dmu.member"]._get_current_domain())
        return SQL(
            """(SELECT partner_id FROM client_dmu_member WHERE id IN %s
              GROUP BY partner_id HAVING count(DISTINCT COALESCE(person_id, -id)) = 1)""",
            members.subselect(),
        )

    def write(self, vals):
        before = self._get_clients_of_persons() if {"is_company", "parent_id"} & vals.keys() else {}
        result = super().write(vals)
        if vals.get("active") is False:
            self._end_memberships()
        left = self.browse().union(*(person for person, client in before.items() if person._has_left(client)))
        # Only at the client that was left: elsewhere the person goes on as an adviser.
        left._end_memberships(lambda member: member.partner_id == before[member.person_id])
        return result

    def _get_clients_of_persons(self):
        """Return of which clients these partners and all below them are parts: ``{partner: client}``."""
        # sudo: as in _end_memberships
        persons = self.sudo().with_context(active_test=False).search([("id", "child_of", self.ids)])
        return {person: person.commercial_partner_id for person in persons}

    def _has_left(self, client):
        """Tell whether this is no part of ``client`` any more, nor came along where that became a part of another."""
        if self == client:
            # A private person, who decided for himself.
            return self.commercial_partner_id != client
        return self.commercial_partner_id not in (client, client.commercial_partner_id)

    def unlink(self):
        # What is left of an erased person is that there was one.
        self._end_memberships()
        return super().unlink()

    def _end_memberships(self, condition=None):
        """End the open rows of these persons, or those of them that meet ``condition``."""
        # sudo: where else a person decides is not this user's business, but it ends all the same
        members = self.sudo().client_membership_ids
        members.filtered(condition or (lambda member: True))._end()
