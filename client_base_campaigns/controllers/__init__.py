from . import receipt, unsubscribe
