from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import split_every

from ..search import check_domains, read_domain

BATCH = 500
# More clients than these are changed in the background.
AT_ONCE = 2000
NAMED = 20
# The field of the client that each change writes, and the wizard's field that it is taken from.
CHANGES = {
    "channel": ("client_channel_id", "channel_id"),
    "region": ("client_region_id", "region_id"),
    "industry": ("industry_id", "industry_id"),
    "country": ("country_id", "country_id"),
    "lang": ("lang", "lang"),
}
# What leads alone may do: the rights of a handover and of a task are theirs.
FOR_LEADS = {"owner", "task"}


class ClientMassChange(models.TransientModel):
    """One change over a selection of clients, of whatever length: first who would be changed, then the change.

    Clients that the user may not change are left out and told; another owner is a handover, a task a task.
    A short change is made at once, all or nothing; a long one goes on in the background, see
    ``client_mass_change_work.py``.
    """

    _name = "client.mass.change"
    _inherit = ["client.background.mixin"]
    _description = "Change of Many Clients"

    domain = fields.Char(required=True, readonly=True)
    change = fields.Selection(
        [
            ("tag_add", "Add a tag"),
            ("tag_remove", "Take a tag off"),
            ("channel", "Set the channel format"),
            ("region", "Set the region"),
            ("industry", "Set the industry"),
            ("country", "Set the country"),
            ("lang", "Set the language"),
            ("owner", "Hand over to other managers…"),
            ("task", "Give a task…"),
        ],
        string="What to Do",
        required=True,
        default="tag_add",
    )
    only_empty = fields.Boolean(string="Only Where Nothing Is Entered")
    tag_ids = fields.Many2many("res.partner.category", string="Tags")
    channel_id = fields.Many2one("client.channel")
    region_id = fields.Many2one("client.region")
    industry_id = fields.Many2one("res.partner.industry")
    country_id = fields.Many2one("res.country")
    lang = fields.Selection(lambda self: self.env["res.lang"].get_installed(), string="Language")
    client_count = fields.Integer(string="Chosen", compute="_compute_preview")
    change_count = fields.Integer(string="To Be Changed", compute="_compute_preview")
    same_count = fields.Integer(string="Unchanged", compute="_compute_preview")
    refused_count = fields.Integer(string="Left Out", compute="_compute_preview")
    refused_names = fields.Text(string="For Example", compute="_compute_preview")
    state = fields.Selection([("choose", "Choose"), ("done", "Done")], string="Status", default="choose", readonly=True)
    changed_count = fields.Integer(string="Changed", readonly=True)

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Offer to each user what that user may do."""
        fields = super().fields_get(allfields, attributes)
        changes = fields.get("change", {})
        if "selection" in changes and not self.env.user.has_group("client_base.group_client_team"):
            changes["selection"] = [(name, label) for name, label in changes["selection"] if name not in FOR_LEADS]
        return fields

    @api.constrains("domain")
    def _check_domain(self):
        check_domains(self, self.env._("The filter of the clients cannot be used. Choose it again. (%s)"))

    @api.model
    def _open_for_selection(self, ids, domain=None):
        """Open the wizard over the clients ticked in a list, on this page or on all pages."""
        chosen = self.env["res.partner"]._get_chosen_domain(ids, domain)
        return self.create({"domain": str(list(chosen))})._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change These Clients"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _get_clients(self):
        clients = self.env["res.partner"]
        chosen = read_domain(self.domain, clients)
        return clients.search(chosen & Domain(clients._get_client_domain()), order="id")

    def _sort(self, clients):
        """Return which of ``clients`` are to be changed, are as they should be already, and may not be changed."""
        writable = clients._filtered_access("write")
        same = writable.filtered(self._is_same) if self._is_complete() else clients.browse()
        return writable - same, same, clients - writable

    def _is_complete(self):
        """Tell whether it is said what to write."""
        if self.change in ("tag_add", "tag_remove"):
            return bool(self.tag_ids)
        return self.change in CHANGES and bool(self[CHANGES[self.change][1]])

    def _is_same(self, client):
        # In an open form the tags are copies of those on the clients.
        tags = self.tag_ids._origin
        if self.change == "tag_add":
            return tags <= client.category_id
        if self.change == "tag_remove":
            return not tags & client.category_id
        field, source = CHANGES[self.change]
        return client[field] == self[source] or bool(self.only_empty and client[field])

    @api.depends("domain", "change", "job", "only_empty", "tag_ids", *(source for _field, source in CHANGES.values()))
    def _compute_preview(self):
        for wizard in self:
            # Nobody counts them anew every time when the window asks how far the job is.
            clients = wizard._get_clients() if not wizard.job else self.env["res.partner"]
            changed, same, refused = wizard._sort(clients)
            wizard.client_count, wizard.same_count = len(clients), len(same)
            wizard.change_count, wizard.refused_count = len(changed), len(refused)
            wizard.refused_names = "\n".join(refused[:NAMED].mapped("display_name"))

    def action_apply(self):
        """Write the change, all or nothing, and say how many clients it was; begin it where they are many."""
        self.ensure_one()
        clients = self._get_clients()
        if self.change == "owner":
            return self.env["client.handover"]._open_for_selection(clients.ids)
        if self.change == "task":
            return self._open_task(clients)
        if not self._is_complete():
            raise UserError(self.env._("Choose first what is to be written."))
        changed, _same, _refused = self._sort(clients)
        if len(changed) > AT_ONCE:
            self._begin(changed)
            return self._reopen()
        try:
            for ids in split_every(BATCH, changed.ids, list):
                self._write_on(clients.browse(ids))
        except (AccessError, ValidationError) as error:
            raise UserError(self.env._("Nothing was changed: %s", error)) from error
        self.write({"state": "done", "changed_count": len(changed), "job_error": False})
        return self._reopen()

    def _write_on(self, clients):
        clients.write(self._get_values())
        if self.change == "country":
            # A state of another country says nothing any more.
            elsewhere = clients.filtered(
                lambda client: client.state_id and client.state_id.country_id != self.country_id
            )
            elsewhere.state_id = False

    def _get_values(self):
        if self.change == "tag_add":
            return {"category_id": [Command.link(tag.id) for tag in self.tag_ids]}
        if self.change == "tag_remove":
            return {"category_id": [Command.unlink(tag.id) for tag in self.tag_ids]}
        field, source = CHANGES[self.change]
        return {field: self._fields[source].convert_to_write(self[source], self)}

    def _open_task(self, clients):
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base.action_give_task")
        return {**action, "context": {"client_ids": clients.ids}}
