from . import (
    base_partner_merge,
    base_partner_merge_duplicates,
    client_duplicate_merge,
    client_duplicate_merge_line,
    client_handover_report,
    client_mass_change,
    client_mass_change_work,
    client_quick_contact,
)
