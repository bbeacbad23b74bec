"""What a button tells when it is done, as the action that shows it."""


def make_notification(message, kind="success", **params):
    """Return the action that shows ``message``.

    :param str kind: "success", "warning", "danger" or "info"
    :param params: further ones of the client action: ``title``, ``sticky``, ``next``

    >>> make_notification("It is on its way")["params"]
    {'type': 'success', 'message': 'It is on its way'}
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {"type": kind, "message": message, **params},
    }


def make_closing_notification(message, kind="success", **params):
    """Return the same, which also closes the dialog and loads anew what the button changed.

    >>> make_closing_notification("One is left out", "warning", sticky=True)["params"]["next"]
    {'type': 'ir.actions.act_window_close'}
    """
    return make_notification(message, kind, next={"type": "ir.actions.act_window_close"}, **params)


def make_warning(message, **params):
    """Return the same for what is not to be missed: it stays until somebody closes it.

    >>> make_warning("One is left out", title="Added: 2")["params"]["sticky"]
    True
    """
    return make_closing_notification(message, "warning", sticky=True, **params)
