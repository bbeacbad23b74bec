"""A letter as it goes over the wire, made by the standard library alone.

The newer ``EmailMessage`` parses each header again as it is set and written, which for many letters takes
longer than sending them; here what is put in is made safe once, and nothing is parsed.
"""

from contextlib import suppress
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import Compat32
from email.utils import formataddr, formatdate, parseaddr
from uuid import uuid4


class LetterPolicy(Compat32):
    """As ever, and ``smtplib`` may ask for UTF-8 where the server takes addresses in all scripts."""

    utf8 = False

    def fold_binary(self, name, value):
        """Return the line of a header; one that needs no folding is not parsed for it."""
        line = f"{name}: {value}"
        if isinstance(value, str) and line.isascii() and line.isprintable() and len(line) <= self.max_line_length:
            return f"{line}{self.linesep}".encode()
        return super().fold_binary(name, value)


# Keys and Message-IDs are long words, which would begin on the next line: some programs read them with the break.
UNFOLDED = LetterPolicy(max_line_length=998)


def make_letter(headers, plain, html, attachments=()):
    """Return a message with the text in both forms and the attachments.

    :param dict headers: names and values; addresses under From, To and Reply-To
    :param attachments: ``(name, bytes, MIME type)`` each

    >>> letter = make_letter({"Subject": "Новини", "From": "Мія <mia@ours.example>"}, "Вітаємо", "<p>Вітаємо</p>")
    >>> letter["Subject"].encode(), letter["From"]
    ('=?utf-8?b?0J3QvtCy0LjQvdC4?=', '=?utf-8?b?0JzRltGP?= <mia@ours.example>')
    >>> [part.get_content_type() for part in letter.walk()]
    ['multipart/alternative', 'text/plain', 'text/html']

    What somebody entered cannot begin a header of its own.

    >>> str(make_letter({"Subject": "News for X\\r\\nBcc: all@x.example"}, "", "")["Subject"])
    'News for X Bcc: all@x.example'
    >>> letter = make_letter({}, "", "", [("Прайс.txt", b"1 EUR", "text/plain")])
    >>> [part.get_filename() for part in letter.walk()][-1]
    'Прайс.txt'

    Names of domains are written as the net knows them; whether it takes the rest the server says.

    >>> letter = make_letter({"From": "Mia <mia@büro.example>", "To": "jürgen@büro.example"}, "", "")
    >>> letter["From"], letter["To"]
    ('Mia <mia@xn--bro-hoa.example>', 'jürgen@xn--bro-hoa.example')
    >>> bool(letter.as_bytes(policy=letter.policy.clone(utf8=True)))
    True

    What needs no folding is written as it is, and read again as what it was.

    >>> from email import message_from_bytes
    >>> written = make_letter({"Subject": "News", "X-Key": "x" * 500, "To": "Мія <mia@x.example>"}, "a", "<p>a</p>")
    >>> read = message_from_bytes(written.as_bytes())
    >>> read["Subject"], len(read["X-Key"]), read["To"] == written["To"]
    ('News', 500, True)
    >>> [part.get_payload() for part in read.walk()][1:]
    ['YQ==\\n', 'PHA+YTwvcD4=\\n']
    """
    letter = _make_multipart("alternative", [MIMEText(plain, "plain", "utf-8"), MIMEText(html, "html", "utf-8")])
    if attachments:
        letter = _make_multipart("mixed", [letter, *(_make_attachment(*file) for file in attachments)])
    for name, value in headers.items():
        letter[name] = _make_value(name, " ".join(str(value).split()))
    letter["Date"] = formatdate()
    letter.policy = UNFOLDED
    return letter


def _make_multipart(kind, parts):
    # A boundary of our own: the library would search all parts for the one it makes. Ours stands in none, as "_" is
    # no sign of base64, which they are written in.
    return MIMEMultipart(kind, boundary=f"=_{uuid4().hex}", _subparts=parts)


def _make_value(name, value):
    if name in ("From", "To", "Reply-To"):
        return _format_address(*parseaddr(value))
    return value if value.isascii() else Header(value, "utf-8")


def _format_address(name, address):
    local, at, domain = address.rpartition("@")
    with suppress(UnicodeError):  # there can be no such domain, which is found out when it is sent
        address = f"{local}{at}{domain.encode('idna').decode()}"
    if address.isascii():
        return formataddr((name, address))
    return f"{Header(name, 'utf-8').encode()} <{address}>" if name else address


def _make_attachment(name, content, mimetype):
    maintype, _slash, subtype = (mimetype or "application/octet-stream").partition("/")
    part = MIMEBase(maintype, subtype or "octet-stream")
    part.set_payload(content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=name if name.isascii() else ("utf-8", "", name))
    return part
