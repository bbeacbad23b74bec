from . import (
    test_completeness,
    test_owner,
    test_region,
    test_rules,
    test_tools,
)
