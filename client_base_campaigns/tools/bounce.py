"""What a message says that came back to where undeliverable letters go."""

import re

SENDERS = re.compile(r"^(mailer-daemon|postmaster)\b", re.IGNORECASE)


def tells_failure(message):
    """Tell whether an ``email.message.EmailMessage`` says that a letter could not be delivered.

    Out-of-office replies, read receipts (RFC 8098) and notices of a delay (RFC 3464) come the same way.

    >>> from email import message_from_string, policy
    >>> def report(kind, action):
    ...     return message_from_string(
    ...         "From: MAILER-DAEMON@mail.example\\nMIME-Version: 1.0\\n"
    ...         f"Content-Type: multipart/report; report-type={kind}; boundary=x\\n\\n"
    ...         f"--x\\nContent-Type: message/{kind}\\n\\nReporting-MTA: dns; mail.example\\n\\n"
    ...         f"Final-Recipient: rfc822; anna@client.example\\nAction: {action}\\n\\n--x--\\n",
    ...         policy=policy.default,
    ...     )
    >>> tells_failure(report("delivery-status", "failed")), tells_failure(report("delivery-status", "delayed"))
    (True, False)
    >>> tells_failure(report("disposition-notification", "failed"))
    False

    Old servers send no report; a person's vacation program does not either.

    >>> tells_failure(message_from_string("From: MAILER-DAEMON@mail.example\\n\\nNo such user"))
    True
    >>> tells_failure(message_from_string("From: Anna <anna@client.example>\\n\\nI am on holiday"))
    False
    """
    reports = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    if reports:
        blocks = [block for report in reports if report.is_multipart() for block in report.get_payload()]
        return any(str(block.get("Action", "")).strip().lower() == "failed" for block in blocks)
    if str(message.get_param("report-type") or "").lower() == "disposition-notification":
        return False
    return bool(SENDERS.match(str(message.get("From", "")).rpartition("<")[2]))
