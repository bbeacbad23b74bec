import re

from lxml import etree

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestViews(TransactionCase):
    """What our views promise, whichever of our addons are installed."""

    def test_every_measure_can_be_summed_up(self):
        """A graph does not open with a measure that has no aggregator, as an amount in a computed currency."""
        views = self.env["ir.ui.view"].search([("model", "!=", False), ("type", "in", ("graph", "pivot", "list"))])
        for view in views.filtered(lambda view: (view.xml_id or "").startswith("client_base")):
            known = self.env[view.model].fields_get(attributes=["aggregator"])
            for node in etree.fromstring(view.arch).iter("field"):
                if node.get("type") == "measure" or node.get("sum") or node.get("avg"):
                    with self.subTest(view=view.xml_id, field=node.get("name")):
                        self.assertTrue(known[node.get("name")].get("aggregator"))

    def test_filters_narrow_what_is_filtered_already(self):
        """Odoo joins the filters of a group by "or": a period, or another matter, beside the default adds rows."""
        contexts = self.env["ir.actions.act_window"].search([("context", "like", "search_default_filter")])
        defaults = {
            (action.res_model, name)
            for action in contexts
            for name in re.findall(r"search_default_(filter_\w+)", action.context)
        }
        views = self.env["ir.ui.view"].search([("type", "=", "search"), ("mode", "=", "primary")])
        for view in views.filtered(lambda view: (view.xml_id or "").startswith("client_base")):
            for filters in self.get_groups(etree.fromstring(view.get_combined_arch())):
                for node in filters:
                    with self.subTest(view=view.xml_id, filter=node.get("name")):
                        if node.get("date"):
                            self.assertEqual(len(filters), 1)
                        elif (view.model, node.get("name")) in defaults:
                            self.assertTrue(set.intersection(*map(self.get_filtered_fields, filters)))

    def get_groups(self, search):
        """Return the filters of a search view as Odoo joins them."""
        groups = [[]]
        for node in search.xpath("/search/*[self::filter or self::separator]"):
            if node.tag == "separator":
                groups.append([])
            else:
                groups[-1].append(node)
        return groups

    def get_filtered_fields(self, node):
        return set(re.findall(r"\('(\w+)", node.get("domain", "")))

    def test_what_keeps_its_name_is_found_when_archived(self):
        """A copy of it would have the same name."""
        for name in ("client.dmu.role", "client.channel", "client.region.indicator"):
            views = self.env[name].get_views([(False, "list"), (False, "search")])["views"]
            with self.subTest(model=name):
                self.assertTrue(etree.fromstring(views["search"]["arch"]).xpath("//filter[@name='filter_archived']"))
                self.assertEqual(etree.fromstring(views["list"]["arch"]).get("duplicate"), "0")

    def test_settings_show_the_units_of_their_numbers(self):
        """The web client drops text that stands in a setting itself."""
        form = etree.fromstring(self.env["res.config.settings"].get_view(view_type="form")["arch"])
        [app] = form.xpath("//app[@name='client_base']")
        self.assertTrue(app.xpath(".//setting"))
        for setting in app.xpath(".//setting[text()[normalize-space()]]"):
            self.fail(f"{setting.get('string')}: put the field and its unit into a div")

    def test_the_birthday_of_a_person_is_entered_wherever_the_person_is(self):
        """By it persons are greeted: on a form of their own, and on the one that opens within their client's."""
        form = etree.fromstring(self.env["res.partner"].get_view(view_type="form")["arch"])
        for place in ("not(ancestor::field)", "ancestor::field[@name='child_ids']"):
            with self.subTest(place=place):
                [field] = form.xpath(f"//field[@name='client_birthday'][{place}]")
                self.assertIn("is_company", field.get("invisible"))
