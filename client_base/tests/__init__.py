from . import (
    test_completeness,
    test_export,
    test_handover,
    test_import,
    test_isolation,
    test_owner,
    test_pool,
    test_region,
    test_rules,
    test_set_based,
    test_substitution,
    test_tools,
)
