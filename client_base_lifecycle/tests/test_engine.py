import random
from collections import defaultdict
from datetime import datetime, time, timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..tools.ladder import Decision, Facts, Terms, place
from ..tools.life import tell
from ..tools.rhythm import get_rhythm
from .common import LifecycleCommon

CLIENTS = 300


@tagged("post_install", "-at_install")
class TestEngine(LifecycleCommon):
    """The SQL of the engine says what the pure functions say, over histories that chance wrote."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chance = random.Random(20261122)
        cls.terms = Terms(regular_orders=3, partner_orders=6, partner_months=9, dead_months=7)
        cls.env.company.write({f"client_{name}": value for name, value in vars(cls.terms).items()})
        cls.utc_today = fields.Date.today()
        cls.clients = cls.env["res.partner"].create([{"name": f"Chance {n}"} for n in range(CLIENTS)])
        cls.histories = {client.id: cls.invent_history() for client in cls.clients}
        cls.invent_decisions()
        cls.store_orders([(client, moment) for client, moments in cls.histories.items() for moment in moments])

    @classmethod
    def invent_history(cls):
        """Return moments of orders: none, few or many, dense or sparse, some on one day, some on a threshold."""
        count = cls.chance.choice([0, 1, 2, 3, 5, 6, 7, 12, 30])
        pace = cls.chance.choice([0, 1, 10, 40, 90, cls.terms.dead_days])
        day = cls.utc_today - timedelta(
            days=cls.chance.choice([0, 1, cls.terms.dead_days - 1, cls.terms.dead_days, 250])
        )
        moments = []
        for _number in range(count):
            moments.append(datetime.combine(day, time(cls.chance.randrange(24))))
            day -= timedelta(days=cls.chance.randint(0, pace * 2))
        return sorted(moments)

    @classmethod
    def invent_decisions(cls):
        for client in cls.clients:
            agreed = cls.chance.choice([None, None, 0, 5, cls.terms.dead_days, 400])
            grade = cls.chance.choice([False] * 5 + ["vip", "key", "dead"])
            on = cls.day(cls.chance.choice([0, 1, 30, 200])) if grade else False
            client.write(
                {
                    "client_agreed_on": cls.utc_today - timedelta(days=agreed) if agreed is not None else False,
                    "client_grade": grade,
                    "client_grade_date": on,
                    "client_grade_at": datetime.combine(on, time(12)) if on and cls.chance.random() < 0.5 else False,
                    "client_grade_until": cls.day(cls.chance.choice([-40, 0, 1, 3]))
                    if grade in ("vip", "dead")
                    else False,
                }
            )

    def get_facts(self, client):
        moments = self.histories[client.id]
        decision = client.client_grade and Decision(
            client.client_grade,
            client.client_grade_date,
            client.client_grade_until or None,
            client.client_grade_at or None,
        )
        days = [moment.date() for moment in moments]
        return Facts(
            len(days),
            days[0] if days else None,
            days[-1] if days else None,
            client.client_agreed_on or None,
            decision or None,
            moments[-1] if moments else None,
        )

    def test_sql_places_as_python(self):
        self.run_nightly_job()
        self.assert_placed_as_by_python()

    def test_few_are_placed_as_many(self):
        lifecycle = self.env["client.lifecycle"]
        for client in self.clients:
            lifecycle._refresh(client)
        self.assert_placed_as_by_python()
        before = self.read_standings()
        lifecycle._rebuild()
        self.assertEqual(self.read_standings(), before)

    def assert_placed_as_by_python(self):
        seen = set()
        for client in self.clients:
            standing = client.client_standing_id
            verdict = place(self.get_facts(client), self.terms, self.utc_today)
            seen.add(verdict.rule)
            with self.subTest(client=client.name):
                self.assertEqual(
                    (standing.segment_id.code, standing.rule, standing.evidence or {}, standing.due or None),
                    (verdict.segment, verdict.rule, verdict.evidence, verdict.due),
                )
        self.assertGreaterEqual(len(seen), 11, "chance left a rule untried")

    def test_sql_finds_the_rhythm_as_python(self):
        self.run_nightly_job()
        for client in self.clients:
            standing = client.client_standing_id
            rhythm = get_rhythm(sorted({moment.date() for moment in self.histories[client.id]}))
            with self.subTest(client=client.name):
                self.assertEqual(
                    (
                        standing.turns,
                        standing.interval or None,
                        *(day or None for day in (standing.next_from, standing.next_on, standing.next_to)),
                    ),
                    (
                        rhythm.turns,
                        rhythm.interval or None,
                        rhythm.next_from,
                        rhythm.next_expected,
                        rhythm.next_to,
                    ),
                )

    def test_sql_tells_the_past_as_python(self):
        undecided = self.clients.filtered(lambda client: not client.client_grade)
        self.env["client.lifecycle"]._rewrite_history(undecided)
        moves = defaultdict(list)
        for move in undecided.client_segment_move_ids.sorted(lambda move: (move.date, move.id)):
            moves[move.partner_id].append((move.date.date(), move.to_id.code, move.rule))
        for client in undecided:
            days = [moment.date() for moment in self.histories[client.id]]
            told = tell(days, self.terms, self.utc_today, client.create_date.date(), client.client_agreed_on or None)
            with self.subTest(client=client.name, days=days, agreed=client.client_agreed_on):
                self.assertEqual(moves[client], told)
                self.assertEqual(client.client_segment_id.code, told[-1][1])
                self.assertEqual(client.client_segment_since, told[-1][0])

    def test_a_rewritten_history_is_rewritten_the_same(self):
        lifecycle = self.env["client.lifecycle"]
        undecided = self.clients.filtered(lambda client: not client.client_grade)
        lifecycle._rewrite_history(undecided)
        before = self.read_history()
        lifecycle._rewrite_history(undecided)
        self.assertEqual(self.read_history(), before)

    def test_the_history_stays_through_a_rebuild(self):
        self.run_nightly_job()
        before, standings = self.read_history(), self.read_standings()
        self.env["client.lifecycle"]._rebuild()
        self.assertEqual(self.read_history(), before)
        self.env.cr.execute("DELETE FROM client_standing")
        self.env["client.lifecycle"]._rebuild()
        self.assertEqual(self.read_history(), before)
        self.assertEqual(self.read_standings(), standings)

    def read_history(self):
        self.env.cr.execute(
            """
            SELECT id, partner_id, date, from_id, to_id, rule, evidence
              FROM client_segment_move WHERE partner_id = ANY(%s) ORDER BY id
            """,
            [self.clients.ids],
        )
        return self.env.cr.fetchall()

    def read_standings(self):
        self.env.cr.execute(
            """
            SELECT partner_id, segment_id, rule, evidence, since, due, orders, turnover, first_on, last_on, next_on
              FROM client_standing WHERE partner_id = ANY(%s) ORDER BY partner_id
            """,
            [self.clients.ids],
        )
        return self.env.cr.fetchall()

    def test_the_past_is_told_also_where_somebody_came_between(self):
        self.store_orders([(self.alpha.id, fields.Datetime.to_datetime(self.day(ago))) for ago in (900, 880, 860, 20)])
        for table in ("client_segment_move", "client_standing"):
            self.env.cr.execute(SQL("DELETE FROM %s WHERE partner_id = %s", SQL.identifier(table), self.alpha.id))
        engine = type(self.env["client.lifecycle"])
        conflicts, place_at_once = [SerializationFailure()], engine._place

        def place_later(lifecycle, ids):
            if conflicts:
                raise conflicts.pop()
            place_at_once(lifecycle, ids)

        with patch.object(engine, "_place", place_later):
            self.run_nightly_job()
        self.env.invalidate_all()
        self.assertIn(("regular", "dead"), self.get_moves(self.alpha))
        self.assert_segment(self.alpha, "regular")
