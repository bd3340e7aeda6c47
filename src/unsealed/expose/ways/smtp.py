"""Sending through a mail server with the account's password: it shows what was sent, and gives no letter to read.

Postfix names the account (`sasl_username`) and, in another line of the same queue id, the Message-ID
(https://www.postfix.org/SASL_README.html); Exim has both in one (https://www.exim.org/exim-html-current/doc/html/spec_html/ch-log_files.html).
"""

from unsealed.expose import unseen
from unsealed.expose.copies import bare
from unsealed.expose.ways.way import Way
from unsealed.query import Engine

SOURCES = ("postfix", "exim", "sendmail", "opensmtpd", "exchange_smtp_receive")


def sent(db: Engine) -> None:
    """Letters that the intruder sent as the account: its own copy of them, by Message-ID or queue id."""
    db.execute(f"""
        INSERT INTO grounds
        WITH mine AS (
                SELECT s.box, s.event_id, s.us, s.client_ip, s.source, e.queue_id, {bare("e.internet_message_id")} AS mid
                FROM seats s JOIN events e USING (event_id)
                WHERE s.way = 'smtp' AND s.inside AND s.box IS NOT NULL),
             named AS (
                SELECT m.*, coalesce(m.mid, {bare("q.internet_message_id")}) AS letter FROM mine m
                LEFT JOIN events q ON q.source = m.source AND q.queue_id = m.queue_id AND m.mid IS NULL
                     AND q.internet_message_id IS NOT NULL AND abs(epoch_us(q.time) - m.us) < 86400000000)
        SELECT DISTINCT c.n, 'accessed', 'sent_by_intruder', d.event_id,
               'sent through the mail server with the account''s password' || coalesce(' from ' || d.client_ip, ''), NULL, d.us
        FROM named d JOIN copies c ON c.mid = d.letter AND c.mailbox = d.box""")


def nothing(db: Engine) -> None:
    """Rule out what lay in the mailbox meanwhile: sending gives no letter."""
    unseen.begin(db)
    unseen.judge(db, "smtp", "SMTP")


WAY = Way(sources=SOURCES, took=(sent,), could=(nothing,))
