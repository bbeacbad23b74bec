from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class ResPartner(models.Model):
    """Whose client a partner is.

    A *client* is a commercial partner that is not of our own house; its contacts and addresses
    are parts of it.  Its manager is the standard salesperson of the commercial partner.

    What the card alone shows is fetched as a group of its own (``prefetch="client"``): whoever reads
    a partner's address for an order does not read its whole card with it.  And it is for colleagues
    (``groups="base.group_user"``): a client with access to the portal may read the rest of its own card.
    """

    _inherit = "res.partner"

    # On every row, contacts and addresses included, so that a record rule is one comparison on
    # one indexed column.  Odoo's own user_id of a contact does not follow its company.
    client_owner_id = fields.Many2one(
        related="commercial_partner_id.user_id",
        string="Client's Manager",
        store=True,
        help="The salesperson of the company. Contacts and addresses follow it.",
    )
    client_open = fields.Boolean(
        string="Open to All",
        compute="_compute_client_open",
        compute_sudo=True,
        store=True,
        help="Colleagues and our own companies: everybody works with them, so everybody sees them.",
    )
    client_released = fields.Boolean(
        string="Put Back into the Pool",
        readonly=True,
        copy=False,
        prefetch="client",
        help="It had a manager once: whoever entered it does not see it any more than others do.",
        groups="base.group_user",
    )
    parent_name = fields.Char(compute="_compute_parent_name", related=None)
    client_employees = fields.Integer(
        string="Number of Employees",
        help="How many people work at the client.",
        prefetch="client",
        groups="base.group_user",
    )

    # One for each branch of the rule on partners (res_partner_branches.py).  The first gives an owner's
    # clients in the order of the list, and holds what counts and the rule of companies ask for, so that
    # it alone answers them.
    _client_owner_index = models.Index(
        "(client_owner_id, complete_name, id DESC)"
        " INCLUDE (active, client_open, company_id, is_company, parent_id, partner_share)"
    )
    _client_open_index = models.Index("(id) WHERE client_open IS TRUE")
    _client_entered_index = models.Index("(create_uid) WHERE client_owner_id IS NULL")

    @api.depends(lambda self: self._get_openings())
    def _compute_client_open(self):
        public = self.env.ref("base.group_public")
        companies = (
            self.env["res.company"]
            .with_context(active_test=False)
            .search([("partner_id", "in", self.commercial_partner_id.ids)])
            .partner_id
        )
        for partner in self:
            # Archived colleagues too: what they wrote must stay readable.  Not searched for: that would write
            # the users' shares to the database before Odoo has computed what must fit them.
            person = partner.with_context(active_test=False)
            partner.client_open = (
                partner.commercial_partner_id in companies
                or any(not user.share or public in user.all_group_ids for user in person.user_ids)
                or ("employee_ids" in self._fields and bool(person.employee_ids))
            )

    @api.model
    def _get_openings(self):
        """Return the names of the fields that make a partner open to all; employees are of the addon ``hr``."""
        names = ["user_ids.share", "user_ids.partner_id", "commercial_partner_id.ref_company_ids.partner_id"]
        return [*names, "employee_ids"] if "employee_ids" in self._fields else names

    # Also what Odoo reads for it without saying so: it is then fetched at once with the rest.
    @api.depends(
        *("name", "parent_id", "company_name", "type", "is_company"),
        *("client_open", "client_owner_id", "client_released", "create_uid"),
    )
    @api.depends_context("uid")
    def _compute_display_name(self):
        """Withhold the names of foreign clients.

        Names of partners are read by the superuser wherever a row points to one, with e-mail and
        address where the context asks for them; the user is still the one who asked.
        """
        super()._compute_display_name()
        if self.env.context.get("formatted_display_name"):
            # It begins with the name of the company above.  sudo: which the user may not see
            hidden = self.sudo().parent_id._get_hidden_clients()
            for partner in self.filtered(lambda partner: partner.sudo().parent_id in hidden):
                partner.display_name = partner.with_context(formatted_display_name=False).display_name
        for partner in self._get_hidden_clients():
            partner.display_name = self.env._("Another manager's client")

    @api.depends("parent_id.name")
    @api.depends_context("uid", "lang")
    def _compute_parent_name(self):
        # sudo: a name is shown, or withheld
        hidden = self.sudo().parent_id._get_hidden_clients()
        for partner in self:
            parent = partner.sudo().parent_id
            partner.parent_name = parent.display_name if parent in hidden else parent.name

    def _get_hidden_clients(self):
        """Return those of the partners that the current user may not see."""
        scope = self.env.user._client_scope()
        if scope is None or self.env.uid == api.SUPERUSER_ID:
            return self.browse()
        # sudo: the answer is which of them to hide
        others = self.filtered(
            lambda partner: (
                partner._origin and not partner.sudo().client_open and partner.sudo().client_owner_id.id not in scope
            )
        )
        return others - others.sudo().filtered_domain(self._get_entered_domain())

    @api.model
    def _get_entered_domain(self):
        """Return the domain of the clients that the current user entered and that are still nobody's."""
        entered = Domain("create_uid", "=", self.env.uid) & Domain("client_released", "=", False)
        return Domain("client_owner_id", "=", False) & entered

    def _fields_sync(self, values):
        """Leave the address of a company above as it is where that is another manager's client."""
        if self.env.su or not self.parent_id._get_hidden_clients():
            super()._fields_sync(values)
            return
        super()._fields_sync({name: value for name, value in values.items() if name not in self._address_fields()})
        self._children_sync(values)

    @api.model_create_multi
    def create(self, vals_list):
        owner = self._client_default_owner()
        if owner:
            vals_list = [{"user_id": self._get_owner_of_new(vals, owner).id, **vals} for vals in vals_list]
        return super().create(vals_list)

    @api.model
    def default_get(self, fields):
        # A form sends its empty Salesperson too, so the manager must stand there from the start.
        values = super().default_get(fields)
        if "user_id" in fields and not values.get("user_id") and not self.env.context.get("default_parent_id"):
            values["user_id"] = self._client_default_owner().id
        return values

    @api.model
    def _get_owner_of_new(self, vals, owner):
        """Return the salesperson of a new partner: a person has the company's, others have ``owner``."""
        return self.browse(vals["parent_id"]).user_id if vals.get("parent_id") and not vals.get("is_company") else owner

    def _get_salesperson(self, wanted):
        """Return whose the documents of this client are: ``wanted`` who sees it for good, otherwise its manager.

        Nobody's where the manager has left.
        """
        # sudo: whose client it is decides this, whoever makes the document
        client = self.sudo()
        scope = wanted._client_standing_scope() if wanted else None
        fits = scope is None or not client or client.client_open or client.client_owner_id.id in scope
        return wanted if fits else client.client_owner_id.filtered("active").with_env(wanted.env)

    def _is_seen_by(self, user):
        """Tell whether ``user`` sees this client at this moment."""
        # sudo: whose client it is decides this, whoever asks
        client, scope = self.sudo(), user._client_scope()
        return scope is None or client.client_open or client.client_owner_id.id in scope

    def _get_vcard_file(self):
        self.env["client.export"]._record("card", self, "vCard")
        return super()._get_vcard_file()

    def signup_get_auth_param(self):
        # It hands out the key to a partner's portal account, to any colleague who asks.
        self.check_access("read")
        return super().signup_get_auth_param()

    @api.model
    def _client_default_owner(self):
        """Return the user who owns the clients that the current user enters, or an empty record.

        A manager's new clients are the manager's.  Others, and code that acts for nobody in
        particular (superuser), enter clients without an owner.
        """
        user = self.env.user
        manages = user.has_group("client_base.group_client_own") and not user.has_group("client_base.group_client_all")
        return user if manages and not self.env.su else user.browse()

    @api.model
    def _get_client_domain(self):
        """Return the domain of clients: commercial partners that are not of our own house."""
        # A company within a company is a client of its own; everybody else with a parent is a part of one.
        return [("client_open", "=", False), "|", ("parent_id", "=", False), ("is_company", "=", True)]

    def _check_are_clients(self):
        """Raise ValidationError where one of these is a contact of a client, or of our own house."""
        # sudo: whether somebody is a client is no secret to whoever names it
        others = self.sudo() - self.sudo().filtered_domain(self._get_client_domain())
        if others:
            raise ValidationError(
                self.env._("%s is no client: choose the client itself, not one of its contacts.", others[0].name)
            )
