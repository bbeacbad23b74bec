from . import (
    test_completeness,
    test_import,
    test_isolation,
    test_owner,
    test_region,
    test_rules,
    test_substitution,
    test_tools,
)
