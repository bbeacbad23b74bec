from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_round
from odoo.tools.misc import format_date, formatLang

from .client_requirement import SEVERITIES

# The panels of the card: each has its template ``client_base.panel_<name>`` and its values from
# ``_get_panel_<name>``. The printed card is made of the same templates.
PANELS = ("glance", "people", "profile", "market", "region", "history")

NAMES_ON_TILE = 2


class ResPartner(models.Model):
    """The client card: panels that are read from the server when they are looked at.

    So the form opens as fast as Odoo's own, however much is known of a client.
    """

    _inherit = "res.partner"

    @api.readonly
    def get_client_panel(self, name):
        """Return the HTML of one panel of this client's card.

        :raise AccessError: when the client is not the user's to see
        """
        self.ensure_one()
        self.check_access("read")
        if name not in PANELS:
            raise UserError(self.env._("The card has no panel “%s”.", name))
        return self.env["ir.qweb"]._render(f"client_base.panel_{name}", self._get_panel_values(name, interactive=True))

    def _get_printed_panels(self):
        """Return the panels of the printed card: ``[{"title", "html"}]``."""
        titles = {
            "glance": "",
            "people": "",  # the panel keeps its title together with the map
            "profile": self.env._("Fit"),
            "market": self.env._("Market"),
            "region": "",
            "history": self.env._("History"),
        }
        return [
            {
                "title": titles[name],
                "html": self.env["ir.qweb"]._render(f"client_base.panel_{name}", self._get_panel_values(name)),
            }
            for name in PANELS
        ]

    def _get_panel_values(self, name, *, interactive=False):
        """Return what the template of a panel shows.

        :param interactive: on the screen, with buttons; otherwise for print
        """
        self.ensure_one()
        values = getattr(self, f"_get_panel_{name}")()
        can_edit = interactive and self.has_access("write")
        named = {"client": self, "interactive": interactive, "can_edit": can_edit, "env": self.env}
        return {**named, **self._get_formats(), **values}

    # What one should know within ten seconds.

    def _get_panel_glance(self):
        return {"tiles": [tile for tile in self._get_card_tiles() if tile]}

    def _get_card_tiles(self):
        """Return the tiles at the top of the card, from left to right.

        A tile is ``{"title", "text", "detail", "tone", "tab" | "call"}``: ``tone`` is one of good,
        warning, bad or empty, ``tab`` the page that tells more, ``call`` the method behind it.
        """
        # Who enters cards only has no pages to open from these.
        manages = self.env.user.has_group("client_base.group_client_own")
        return [
            self._get_tile_owner(),
            self._get_tile_next_step(),
            manages and self._get_tile_people(),
            manages and self._get_tile_profile(),
            manages and self._get_tile_market(),
            self._get_tile_region(),
            self._get_tile_data(),
        ]

    def _get_tile_owner(self):
        owner = self.client_owner_id.sudo()  # sudo: everybody may know a colleague's name
        changes = self.client_handover_count
        history = self.env._("Handed over: %s", changes) if changes else ""
        return {
            "title": self.env._("Manager"),
            "text": owner.name or self.env._("Nobody's client"),
            "detail": self.client_absence or history,
            "tone": "warning" if self.client_absence or not owner else "",
            **({"call": "action_open_client_handovers"} if changes else {}),
        }

    def _get_tile_next_step(self):
        # sudo: who sees a client sees its next step, too, where Odoo asks for the right to change the client
        activities = self.env["mail.activity"].sudo()
        planned = [("client_partner_id", "=", self.id), ("activity_type_id", "!=", self._get_request_type_id())]
        activity = activities.search(planned, order="date_deadline, id", limit=1)
        title = self.env._("Next Step")
        if not activity:
            text = self.env._("Nothing planned")
            return {"title": title, "text": text, "tone": "warning", "call": "action_plan_next_step"}
        late = activity.date_deadline < fields.Date.context_today(self)
        who = activity.user_id.sudo().name  # sudo: a colleague's name
        return {
            "title": title,
            "text": activity.summary or activity.activity_type_id.name,
            "detail": f"{format_date(self.env, activity.date_deadline)}, {who}",
            "tone": "bad" if late else "",
            "call": "action_plan_next_step",
        }

    def action_plan_next_step(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan the Next Step"),
            "res_model": "mail.activity",
            "views": [(self.env.ref("mail.mail_activity_view_form_popup").id, "form")],
            "target": "new",
            "context": {"default_res_model": "res.partner", "default_res_id": self.id},
        }

    def _get_tile_people(self):
        members = self.client_member_ids.filtered("current")
        deciding = members.filtered("role_id.decides").sorted("authority", reverse=True)
        gaps = self._get_dmu_gap_names()
        through = deciding[:1].influenced_ids.filtered("current").sorted("strength", reverse=True)[:1].influencer_id
        names = ", ".join(deciding[:NAMES_ON_TILE].mapped("person_name"))
        if len(deciding) > NAMES_ON_TILE:
            names += f" +{len(deciding) - NAMES_ON_TILE}"
        through_text = through and self.env._("through %s", through.person_name)
        return {
            "title": self.env._("Who Decides"),
            # A private person decides for himself.
            "text": names or (self.env._("Not known yet") if self.is_company else self.name),
            "detail": ". ".join(filter(None, [through_text, gaps[0] if names and gaps else ""])),
            "tone": "warning" if gaps else "good",
            "tab": "client_people",
        }

    def _get_tile_profile(self):
        scored = self.client_coverage > 0
        return {
            "title": self.env._("Fit"),
            "text": f"{self.client_score:.0f} %" if scored else self.env._("Not scored yet"),
            "detail": self.env._("%s %% of the profile scored", round(self.client_coverage)) if scored else "",
            "tone": "bad" if self.client_below_minimum else "" if scored else "warning",
            "tab": "client_profile",
        }

    def _get_tile_market(self):
        capacity, own = self._get_latest_demand()
        return {
            "title": self.env._("Our Share of the Demand"),
            "text": f"{100 * own / capacity:.0f} %" if capacity else self.env._("Demand not known"),
            "detail": self._format_amount(max(capacity - own, 0)) + " " + self.env._("still to win")
            if capacity
            else "",
            "tone": "" if capacity else "warning",
            "tab": "client_market",
        }

    def _get_tile_region(self):
        how = self._get_selection_words("client_region_by").get(self.client_region_by)
        return {
            "title": self.env._("Region"),
            "text": self.client_region_id.display_name or self.env._("Not found by the address"),
            "detail": how or "",
            "tone": "" if self.client_region_id else "warning",
            "tab": "client_market",
        }

    def _get_tile_data(self):
        missing = self.client_missing_ids.sorted(lambda one: (SEVERITIES.index(one.severity), one.sequence))
        return {
            "title": self.env._("Card Filled"),
            "text": f"{self.client_completeness:.0f} %",
            "hints": [{"name": one.name, "severity": one.severity, **one._get_place()} for one in missing],
            "tone": "good" if self.client_completeness >= 100 else "warning",
        }

    def _get_turnovers(self):
        """Return what each of these clients bought, ``{id: amount}``; none where nobody keeps it."""
        return {}

    # How numbers are written for the reader, on every page that the server draws.

    @api.model
    def _get_formats(self):
        return {"amount": self._format_amount, "number": self._format_number}

    @api.model
    def _format_amount(self, amount):
        """Return an amount in the currency of the current company, without cents."""
        return formatLang(self.env, float(amount), currency_obj=self.env.company.currency_id, rounding_unit="units")

    @api.model
    def _format_number(self, number, digits=None, *, signed=False):
        """Return a number with so many ``digits`` after the point, by default without those that say nothing."""
        if digits is None:
            digits = next(few for few in range(3) if round(number, few) == round(number, 2))
        # Nothing is added to what is nearly nothing, so that it is not negative.
        rounded = float_round(number, precision_digits=digits, rounding_method="HALF-UP") + 0.0
        return ("+" if signed and rounded > 0 else "") + formatLang(self.env, rounded, digits=digits)
