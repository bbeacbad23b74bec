from .common import ClientBaseCommon

ROLES = ("stranger", "operator", "manager", "lead", "accountant", "head")
# Who may r(ead), w(rite), c(reate) and u(nlink) at all; of which clients, the isolation probe tells.
RIGHTS = {
    "client.channel": ("r", "r", "r", "r", "r", "rwcu"),
    "client.criterion": ("r", "r", "r", "r", "r", "rwcu"),
    "client.dmu.influence": ("", "rwc", "rwcu", "rwcu", "rwcu", "rwcu"),
    "client.dmu.member": ("", "rwc", "rwc", "rwcu", "rwcu", "rwcu"),
    "client.dmu.role": ("r", "r", "r", "r", "r", "rwcu"),
    "client.market": ("", "", "rwcu", "rwcu", "rwcu", "rwcu"),
    "client.market.report": ("", "", "r", "r", "r", "r"),
    "client.profile.snapshot": ("", "", "r", "r", "r", "r"),
    "client.region": ("r", "r", "r", "r", "r", "rwcu"),
    "client.region.figure": ("r", "r", "rwc", "rwc", "rwc", "rwcu"),
    "client.region.indicator": ("r", "r", "r", "r", "r", "rwcu"),
    "client.region.note": ("r", "r", "rwc", "rwc", "rwc", "rwcu"),
    # That the head may write is for what a merge does; scores are added, not rewritten (test_profile).
    "client.score": ("", "", "rc", "rc", "rc", "rwcu"),
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}


class TestRights(ClientBaseCommon):
    """What each role may do with each model of the client card."""

    def test_each_role_may_do_what_the_table_says(self):
        for model, rights in RIGHTS.items():
            for role, expected in zip(ROLES, rights, strict=True):
                rows = self.env[model].with_user(getattr(self, role))
                found = [letter for letter, operation in OPERATIONS.items() if rows.has_access(operation)]
                with self.subTest(model=model, role=role):
                    self.assertEqual("".join(found), expected)
