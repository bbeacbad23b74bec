from pathlib import Path

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.modules.migration import load_script
from odoo.tests import Form
from odoo.tools import SQL, mute_logger

from ..parameters import CONTACT_DAYS, MOST_DAYS, REGION_NOTE_DAYS, get_days
from .common import ClientBaseCommon

UPGRADE = Path(__file__).parents[1] / "migrations" / "19.0.1.9.0" / "post-limit_days.py"
LIMITED = {
    "client_channel": "client_channel_contact_days_limited",
    "client_interaction_result": "client_interaction_result_next_days_limited",
}


class TestTerms(ClientBaseCommon):
    """Terms in days are such as calendars reach: a typing error stops nobody's work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.retail = cls.env.ref("client_base.channel_retail")
        cls.agreed = cls.env.ref("client_base.result_agreed")

    def test_a_term_that_no_calendar_reaches_is_refused(self):
        for name in ("client_contact_days", "client_region_note_days"):
            for days in (0, -1, MOST_DAYS + 1, 999999):
                with self.subTest(name=name, days=days), self.assertRaisesRegex(ValidationError, "from 1 to 36500"):
                    self.env["res.config.settings"].create({name: days})
            self.env["res.config.settings"].create({name: MOST_DAYS}).execute()
        for row, name in ((self.retail, "contact_days"), (self.agreed, "next_days")):
            for days in (-1, MOST_DAYS + 1, 999999):
                with (
                    self.subTest(name=name, days=days),
                    self.assertRaisesRegex(Exception, f"{name}_limited"),
                    mute_logger("odoo.sql_db"),
                    self.cr.savepoint(),
                ):
                    row[name] = days
                    row.flush_recordset()
            for days in (0, MOST_DAYS):
                row[name] = days
                row.flush_recordset()

    def store_nonsense(self):
        self.env.flush_all()
        for table, constraint in LIMITED.items():
            drop = SQL("ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(constraint))
            self.env.cr.execute(drop)
        self.env.cr.execute("UPDATE client_channel SET contact_days = 999999 WHERE id = %s", [self.retail.id])
        self.env.cr.execute("UPDATE client_interaction_result SET next_days = 9999999 WHERE id = %s", [self.agreed.id])
        for name in (CONTACT_DAYS, REGION_NOTE_DAYS):
            self.env["ir.config_parameter"].set_param(name, 999999)
        self.env.invalidate_all()

    def test_a_setting_that_was_stored_before_stops_nobody(self):
        for days, counts_as in ((999999, MOST_DAYS), (-5, 1)):
            for name in (CONTACT_DAYS, REGION_NOTE_DAYS):
                self.env["ir.config_parameter"].set_param(name, days)
            with self.subTest(days=days):
                for name in (CONTACT_DAYS, REGION_NOTE_DAYS):
                    self.assertEqual(get_days(self.env, name, 30), counts_as)
                self.env["client.day"].with_user(self.manager).get_rest()
                self.env["client.department"].with_user(self.lead).get_page()
                self.env["client.region.note"].with_user(self.manager).search([("stale", "=", True)])

    def test_an_upgrade_mends_what_was_stored_before(self):
        self.store_nonsense()
        load_script(str(UPGRADE), UPGRADE.stem).migrate(self.env.cr, "19.0.1.8.0")
        self.env.invalidate_all()
        self.assertEqual((self.retail.contact_days, self.agreed.next_days), (MOST_DAYS, MOST_DAYS))
        settings = self.env["res.config.settings"].create({})
        self.assertEqual((settings.client_contact_days, settings.client_region_note_days), (MOST_DAYS, MOST_DAYS))
        self.env["client.day"].with_user(self.manager).get_rest()
        contacts = self.env["client.interaction"].with_user(self.manager)
        with Form(contacts.with_context(default_partner_id=self.alpha.id)) as form:
            form.result_id = self.agreed
        self.assertGreater(form.record.next_date, fields.Date.today())
