from markupsafe import Markup

from odoo import api, fields, models

# What stands side by side; all else that the two have is joined by Odoo's merge.
CHOSEN = (
    *("name", "vat", "ref", "company_registry", "user_id", "phone", "email", "website"),
    *(
        "street",
        "city",
        "zip",
        "state_id",
        "country_id",
        "lang",
        "industry_id",
        "client_channel_id",
        "client_employees",
    ),
)
# The second line of an address goes with the first.
LINES = ("street", "street2")


class ClientDuplicateMerge(models.TransientModel):
    """Two cards side by side: what each says, and what the one card that is left is to say.

    Orders, invoices, contacts, people, scores and whatever else hangs on either go to that one.
    """

    _name = "client.duplicate.merge"
    _description = "Merge of Two Clients"

    one_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="cascade")
    other_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="cascade")
    keep = fields.Selection(
        [("one", "The left card"), ("other", "The right card")],
        string="Card That Stays",
        required=True,
        default="one",
        help="Its number and its owner's rights stay; the other card is gone afterwards.",
    )
    line_ids = fields.One2many("client.duplicate.merge.line", "merge_id", string="What the two cards say")

    @api.model_create_multi
    def create(self, vals_list):
        merges = super().create(vals_list)
        for merge in merges:
            merge._fill()
        return merges

    def _fill(self):
        """Put what differs side by side, and choose the better of each: filled before empty, right before wrong."""
        if self.other_id.client_completeness > self.one_id.client_completeness:
            self.keep = "other"
        kept, gone = self._get_kept_and_gone()
        for name in CHOSEN:
            left, right = self._show(self.one_id, name), self._show(self.other_id, name)
            if left != right:
                better = gone if self._is_better(gone, kept, name) else kept
                self.line_ids.create(
                    {
                        "merge_id": self.id,
                        "name": name,
                        "one": left,
                        "other": right,
                        "take": "one" if better == self.one_id else "other",
                    }
                )

    def _get_kept_and_gone(self):
        return (self.one_id, self.other_id) if self.keep == "one" else (self.other_id, self.one_id)

    def _show(self, partner, name):
        if name == LINES[0]:
            return ", ".join(partner[line] for line in LINES if partner[line])
        value = partner[name]
        return value.display_name if partner._fields[name].relational else str(value or "")

    def _is_better(self, partner, than, name):
        def get_worth(card):
            # A manager who has left is nobody's.
            told = card.user_id.active if name == "user_id" else bool(card[name])
            return told, name not in (card.client_invalid or "").split(",")

        return get_worth(partner) > get_worth(than)

    def action_merge(self):
        """Write what was chosen on the card that stays, and join the other to it."""
        self.ensure_one()
        kept, gone = self._get_kept_and_gone()
        (kept | gone).check_access("write")
        owner = gone.user_id if "user_id" in self._get_names_taken_from(gone) else kept.user_id
        kept.write(self._prepare_values(kept, gone))
        gone.write(self._prepare_emptied_values(kept))
        # What differs was decided above, line by line; Odoo would ask for equal addresses.
        merges = self.env["base.partner.merge.automatic.wizard"]
        merges._merge((kept | gone).ids, dst_partner=kept, extra_checks=False)
        self._give(kept, owner)
        return kept.get_formview_action()

    def _get_names_taken_from(self, partner):
        side = "one" if partner == self.one_id else "other"
        names = set(self.line_ids.filtered(lambda line: line.take == side).mapped("name"))
        return names.union(LINES) if LINES[0] in names else names

    def _prepare_values(self, kept, gone):
        """Return what is written on the card that stays: what was chosen of the other, and the notes of both."""
        names = self._get_names_taken_from(gone) - {"user_id"}
        values = {name: kept._fields[name].convert_to_write(gone[name], gone) for name in names}
        if kept.comment and gone.comment and gone.comment not in kept.comment:
            values["comment"] = kept.comment + Markup("<br/>") + gone.comment
        return values

    def _prepare_emptied_values(self, kept):
        """Return what the other card is to say no more: by it Odoo would complete what was chosen to be empty."""
        names = self._get_names_taken_from(kept) - {"name", "user_id"}
        return {name: False for name in names if not kept[name]}

    def _give(self, client, owner):
        """Have the client that two cards became go to the manager chosen, with all that is open."""
        if client.user_id == owner or (owner and not owner.active):
            return  # who has left gets nothing: the merge gave the client to who is there
        if not owner:
            client.user_id = False
            return
        # sudo: the user may change both cards; the journal says who did it
        handover = self.env["client.handover"].sudo()
        handover = handover.create(
            {
                "source": "domain",
                "domain": str([("id", "=", client.id)]),
                "receiver_id": owner.id,
                "reason": "other",
                "note": self.env._("Merged with %s", client.display_name),
            }
        )
        handover.action_preview()
        handover.action_apply()
