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
        value = partner[name]
        return value.display_name if partner._fields[name].relational else str(value or "")

    def _is_better(self, partner, than, name):
        def get_worth(card):
            return bool(card[name]), name not in (card.client_invalid or "").split(",")

        return get_worth(partner) > get_worth(than)

    def action_merge(self):
        """Write what was chosen on the card that stays, and join the other to it."""
        self.ensure_one()
        kept, gone = self._get_kept_and_gone()
        (kept | gone).check_access("write")
        chosen = self.one_id, self.other_id
        values = {}
        for line in self.line_ids:
            source = chosen[line.take == "other"]
            if source != kept:
                values[line.name] = kept._fields[line.name].convert_to_write(source[line.name], source)
        kept.write(values)
        # What differs was decided above, line by line; Odoo would ask for equal addresses.
        self.env["base.partner.merge.automatic.wizard"]._merge((kept | gone).ids, dst_partner=kept, extra_checks=False)
        return kept.get_formview_action()
