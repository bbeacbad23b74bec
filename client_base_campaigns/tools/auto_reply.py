"""Which letters no person wrote: those that confirm nothing."""

import re

# RFC 3834; whatever is there but "no" was not sent by a person.
AUTO_SUBMITTED = "Auto-Submitted"
MARKS = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-From", "X-Mail-Autoreply", "X-Vacation", "X-AutoReply-From")
PRECEDENCES = {"auto_reply", "auto-reply", "bulk", "junk", "list"}
SENDERS = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply)\b", re.IGNORECASE)


def is_automatic(message):
    """Tell whether an ``email.message.EmailMessage`` was sent by a machine.

    >>> from email.message import EmailMessage
    >>> def letter(**headers):
    ...     message = EmailMessage()
    ...     for name, value in headers.items():
    ...         message[name.replace("_", "-")] = value
    ...     return message
    >>> is_automatic(letter(From="anna@client.example", Subject="Re: Offer"))
    False
    >>> is_automatic(letter(Auto_Submitted="auto-replied"))
    True
    >>> is_automatic(letter(Auto_Submitted="no"))
    False
    >>> is_automatic(letter(Precedence="bulk")), is_automatic(letter(X_Autoreply="yes"))
    (True, True)
    >>> is_automatic(letter(From="MAILER-DAEMON@client.example"))
    True
    """
    submitted = str(message.get(AUTO_SUBMITTED, "no")).split(";")[0].strip().lower()
    sender = str(message.get("From", "")).rpartition("<")[2]
    suppressed = str(message.get("X-Auto-Response-Suppress", "")).strip().lower() == "all"
    return (
        submitted not in ("no", "")
        or any(message.get(mark) for mark in MARKS)
        or str(message.get("Precedence", "")).strip().lower() in PRECEDENCES
        or message.get("Return-Path", "").strip() == "<>"
        or message.get_content_type() == "multipart/report"
        or suppressed
        or bool(SENDERS.match(sender))
    )
