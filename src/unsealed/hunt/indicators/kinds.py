"""The words that lists use for a kind of indicator, brought to ours; and the kinds that leave no trace in mail.

Words are those of MISP attribute types (https://www.misp-project.org/datamodels/), AlienVault OTX, abuse.ch exports,
Microsoft's and CISA's CSV, and what people write by hand.
"""

KINDS = (
    "ip",
    "network",
    "domain",
    "email",
    "url",
    "sha256",
    "sha1",
    "md5",
    "filename",
    "subject",
    "user_agent",
    "app_id",
    "session_id",
    "guid",
)
"""What an indicator can be of; `guid` is one that a list does not say more of."""

_WORDS = {
    "ip": (
        "ip ipv4 ipv6 ips ip-src ip-dst ip_src ip_dst src_ip dst_ip source_ip destination_ip ipaddress ip_address ip_addresses ipv4-addr "
        "ipv6-addr ipv4_addr ipv6_addr address addresses client_ip clientip ip-dst|port ip-src|port ip:port ip_port cidr network "
        "networks netblock subnet ip_range ipv4_address ipv6_address ipv4_addresses ipv6_addresses ip-range domain-ip c2_ip ip_addr"
    ),
    "domain": "domain domains hostname hostnames fqdn host hosts domain-name domain_name domainname domain_names domain|ip hostname|port",
    "email": (
        "email emails mail email-src email-dst email-addr email_addr email-address mail_address mail_addresses email_address "
        "email_addresses emailaddress sender senders from email-reply-to email_src email_dst sender_address whois-registrant-email "
        "target-email e-mail"
    ),
    "user_agent": "user_agent user-agent user_agents useragent ua client clients client_info http-user-agent",
    "app_id": "app_id appid application_id application clientappid client_app_id app_ids application_ids oauth_app_id",
    "session_id": "session_id sessionid session sessions session_ids",
    "sha256": "sha256 sha-256 sha_256 sha256_hash filesha256 filehash-sha256 file_sha256 filename|sha256 hash_sha256",
    "sha1": "sha1 sha-1 sha_1 sha1_hash filesha1 filehash-sha1 file_sha1 filename|sha1 hash_sha1",
    "md5": "md5 md5_hash filemd5 filehash-md5 file_md5 filename|md5 hash_md5 malware-sample",
    "hash": "hash hashes file_hash file_hashes filehash file file_hash_value",
    "url": "url urls uri uris link links urlhaus phishing_url",
    "filename": "filename file_name filenames file_names attachment attachments email-attachment attachment_name file-name",
    "subject": "subject subjects email-subject email_subject mail_subject email_subjects",
}
TYPES = {word: kind for kind, words in _WORDS.items() for word in words.split()}
"""A list's word, in lower case, to our kind; `hash` is any of three."""

_HOST = "a trace on a computer, which mail and its logs do not show"
_UNSEEN = {
    "regkey regkey|value mutex named_pipe windows-service-name windows-service-displayname windows-scheduled-task process-state": _HOST,
    "filepath file_path directory process mutant service": _HOST,
    "pdb imphash impfuzzy pehash filehash-pehash filename|imphash authentihash cdhash vhash telfhash": (
        "a property of programs, which is not worked out for attachments"
    ),
    "ssdeep tlsh filename|ssdeep filename|tlsh": "a similarity hash: attachments are compared by SHA-256, SHA-1 and MD5",
    "sha224 sha384 sha512 sha3-256 sha512/256 sha512/224 sha3-512 filename|sha512": (
        "attachments are hashed by SHA-256, SHA-1 and MD5 alone"
    ),
    "x509-fingerprint-sha1 x509-fingerprint-sha256 x509-fingerprint-md5 ja3-fingerprint-md5 ja3 ja3s jarm-fingerprint hassh-md5 "
    "hasshserver-md5 sha1_hash_of_certificate": "a property of encrypted connections, which mail and its logs do not show",
    "yara sigma snort suricata bro zeek stix2-pattern pattern-in-file pattern-in-memory pattern-in-traffic pgp-public-key": (
        "a rule of its own: Sigma rules are given with --rules"
    ),
    "as asn autonomous-system": "a whole provider; give its networks",
    "cve vulnerability weakness": "a weakness, not a trace",
    "btc xmr dash cryptocurrency-address bank-account-nr iban bic cc-number phone-number": "not seen in logs",
    "mac-address mac-eui-64 port size-in-bytes": "too little to tell an intruder by",
    "text comment other link-to-report hex anonymised campaign-name campaign-id threat-actor attachment-image": "words, not a trace",
    "uri-path pattern http-method": "a part of an address on the web alone; give the URL",
    "email-body email-header email-mime-boundary email-thread-index email-message-id email-x-mailer email-src-display-name "
    "email-dst-display-name message-id": "a part of a letter that is not compared",
    "target-user target-machine target-org target-location target-external first-name last-name full-name github-username "
    "whois-registrant-name whois-registrant-phone whois-registrar whois-creation-date": "names a person or a victim, not a trace",
}
UNSEEN = {word: reason for words, reason in _UNSEEN.items() for word in words.split()}
"""A list's word to the reason why an indicator of that kind can't be found here."""


def word(text: str) -> str:
    """Bring a list's word for a kind to the form that the tables above have."""
    plain = " ".join(text.lower().replace("\ufeff", "").split()).strip("#:\"' *_")
    for form in (plain, plain.replace(" ", "_"), plain.replace(" ", "-"), plain.replace("_", "-")):
        if form in TYPES or form in UNSEEN:
            return form
    return plain.replace(" ", "_")
