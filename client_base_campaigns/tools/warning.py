"""What a button tells when it is done."""

# More names than these nobody reads in a message.
NAMED = 20


def make_warning(message, title=None):
    """Return the action that shows ``message``, closes the dialog and loads anew what the button changed.

    >>> action = make_warning("One is left out")
    >>> action["tag"], action["params"]["message"], action["params"]["next"]["type"]
    ('display_notification', 'One is left out', 'ir.actions.act_window_close')
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": "warning",
            "sticky": True,
            "title": title,
            "message": message,
            "next": {"type": "ir.actions.act_window_close"},
        },
    }


def list_left_out(left_out):
    """Return the words of ``{client: why}``, of the first clients where there are many."""
    words = [f"{client.display_name}: {why}" for client, why in left_out.items()]
    more = len(words) - NAMED
    if more > 0:
        env = next(iter(left_out)).env
        words[NAMED:] = [env._("%s more", more)]
    return "; ".join(words)
