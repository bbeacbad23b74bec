from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

DAYS = 7


class ClientGapTask(models.Model):
    """A manager is asked to find out what is missing: one activity, however many clients it is about.

    It is done by itself as soon as nothing of it is missing any more.
    """

    _name = "client.gap.task"
    _description = "Data to Find Out"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state DESC, id DESC"
    _rec_name = "owner_id"
    # Leads ask, managers answer: neither changes the task itself.
    _mail_post_access = "read"

    owner_id = fields.Many2one("res.users", string="Manager", required=True, readonly=True, ondelete="cascade")
    requirement_id = fields.Many2one(
        "client.requirement",
        string="Required Data",
        readonly=True,
        ondelete="cascade",
        help="Empty: all that is missing.",
    )
    what = fields.Char(compute="_compute_what")
    asked_by_id = fields.Many2one("res.users", string="Asked by", readonly=True, default=lambda self: self.env.user)
    client_count = fields.Integer(string="Clients at First", readonly=True)
    missing_count = fields.Integer(string="Clients Left", compute="_compute_missing_count")
    percent = fields.Float(string="Done, %", compute="_compute_missing_count")
    state = fields.Selection(
        [("open", "In work"), ("done", "Done")], string="Status", required=True, default="open", readonly=True
    )

    _open_unique = models.UniqueIndex(
        "(owner_id, COALESCE(requirement_id, 0)) WHERE state = 'open'", "The manager is asked for this already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if "state" in vals:
            self.env.registry.clear_cache()
        return super().write(vals)

    @api.model
    @ormcache()
    def _get_asked_owners(self):
        """Return the ids of the managers who are asked for anything: whoever writes a card looks here."""
        return frozenset(self.sudo().search([("state", "=", "open")]).owner_id.ids)  # sudo: asked for any card

    @api.depends("owner_id", "requirement_id")
    def _compute_missing_count(self):
        # sudo: how far the task is, whoever looks
        partners = self.env["res.partner"].sudo()
        for task in self:
            task.missing_count = partners.search_count(task._get_client_domain())
            done = task.client_count - task.missing_count
            task.percent = 100 * max(done, 0) / task.client_count if task.client_count else 100

    @api.depends("requirement_id")
    @api.depends_context("lang")
    def _compute_what(self):
        for task in self:
            task.what = task.requirement_id.name or self.env._("all that is missing")

    @api.depends("owner_id", "what")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for task in self:
            task.display_name = f"{task.owner_id.sudo().name}: {task.what}"  # sudo: a colleague's name

    def _get_client_domain(self):
        missing = Domain("client_missing_ids", "in", self.requirement_id.ids)
        if not self.requirement_id:
            missing = Domain("client_missing_ids", "!=", False)
        return Domain("client_owner_id", "=", self.owner_id.id) & Domain("active", "=", True) & missing

    @api.model
    def ask(self, owner_id=None, requirement_id=None):
        """Ask a manager, or each in sight, for what is missing; who is asked for it already is not asked again.

        Who ticked the activity off although something of it is missing still is asked anew, by the same task.

        :return: the number of managers who are asked anew
        """
        if not self.env.user.has_group("client_base.group_client_team"):
            raise AccessError(self.env._("Only a lead asks others to find out what is missing."))
        # Odoo works a relation that is computed out before it reads it, but not before it searches by it.
        self.env["res.partner"].flush_model(["client_missing_ids"])
        requirement = self.env["client.requirement"].browse(requirement_id or [])
        asked = self.browse()
        for owner in self._get_owners_to_ask(owner_id):
            asked |= self._ask_one(owner, requirement)
        return len(asked)

    @api.model
    def _get_owners_to_ask(self, owner_id=None):
        """Return the managers whom the user leads, or of them that one; who stands in for somebody leads nobody."""
        led = self.env["client.department"]._get_managers()
        return led.filtered(lambda owner: owner.id == owner_id) if owner_id else led

    @api.model
    def _ask_one(self, owner, requirement):
        # sudo: one task a manager, also where another lead asked
        known = self.sudo().search(
            [("owner_id", "=", owner.id), ("requirement_id", "=", requirement.id), ("state", "=", "open")]
        )
        # sudo: a task that is only asked for its domain
        task = self.sudo().new({"owner_id": owner.id, "requirement_id": requirement.id})
        count = self.env["res.partner"].sudo().search_count(task._get_client_domain())  # sudo: as counted on the page
        if known.activity_ids or not count:
            return self.browse()
        task = known or self.create({"owner_id": owner.id, "requirement_id": requirement.id, "client_count": count})
        task._tell_owner(count)
        return task

    def _tell_owner(self, count):
        """Give the manager the activity to find out what is missing on so many cards."""
        # sudo: a task is changed by nobody, and an activity counts as a change; in the words of who is asked
        told = self.sudo()._in_language_of(self.owner_id)
        told.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=fields.Date.add(fields.Date.context_today(self), days=DAYS),
            summary=told.env._("Find out on %(count)s cards: %(what)s", count=count, what=told.what),
            user_id=told.owner_id.id,
        )

    @api.model
    def _close_filled(self, owner_ids=None):
        """Close the open tasks of which nothing is missing any more."""
        self.env["res.partner"].flush_model(["active", "client_owner_id", "client_missing_ids"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT task.id FROM client_gap_task task
                 WHERE task.state = 'open' AND (%(all)s OR task.owner_id = ANY(%(owners)s)) AND NOT EXISTS (
                       SELECT FROM res_partner client JOIN client_missing_rel missing ON missing.partner_id = client.id
                        WHERE client.client_owner_id = task.owner_id AND client.active
                          AND (task.requirement_id IS NULL OR missing.requirement_id = task.requirement_id))
                """,
                all=owner_ids is None,
                owners=list(owner_ids or ()),
            )
        )
        # sudo: a task ends by itself, whoever filled the last card
        tasks = self.sudo().browse(row[0] for row in rows)
        tasks.write({"state": "done"})
        tasks.activity_feedback(
            ["mail.mail_activity_data_todo"], feedback=self.env._("Nothing of it is missing any more.")
        )

    def action_open_clients(self):
        """Open the clients that the task is still about."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base.client_action")
        return {**action, "name": self.display_name, "domain": list(self._get_client_domain()), "context": {}}
