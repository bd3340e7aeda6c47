"""Kinds of personal data, how sensitive they are, roles and tiers, in the reader's words."""

from unsealed.report.words import Translate


def sensitivity_names(_: Translate) -> dict[str, str]:
    """Give each sensitivity of `identify/harm.toml` in words, the most sensitive first."""
    return {
        "special": _("health data"),
        "secret": _("passwords and keys"),
        "payment": _("payment cards"),
        "official": _("official numbers"),
        "financial": _("bank accounts and pay"),
        "private": _("birth dates and postal addresses"),
        "technical": _("network addresses"),
        "contact": _("names and contact details"),
        "internal": _("confidentiality markings"),
    }


def tier_names(_: Translate) -> dict[str, str]:
    """Give the tiers of harm in words, the worst first."""
    return {"high": _("high"), "medium": _("medium"), "low": _("low")}


def role_names(_: Translate) -> dict[str, str]:
    """Say how a person stands in a letter."""
    return {
        "from": _("sender"),
        "to": _("To"),
        "cc": _("Cc"),
        "bcc": _("Bcc"),
        "reply_to": _("Reply-To"),
        "named": _("named in the text"),
        "data": _("data in the text"),
    }


def basis_names(_: Translate) -> dict[str, str]:
    """Say why data is taken for a person's."""
    return {
        "own_address": _("it is their address"),
        "own_phone": _("it is their number"),
        "own_name": _("it is their name"),
        "same_row": _("same row of a table"),
        "same_fields": _("same block of fields"),
        "signature": _("in their signature"),
        "near_name": _("next to their name"),
        "only_person": _("nobody else is named there"),
    }


def kind_names(_: Translate) -> dict[str, str]:
    """Give each kind of `mentions` in words; official numbers by what they are called at home."""
    return {
        "api_key": _("API key or token"),
        "classification_marking": _("confidentiality marking"),
        "connection_string": _("connection string with a password"),
        "date_of_birth": _("date of birth"),
        "email_address": _("mail address"),
        "health_term": _("words about health"),
        "iban": _("IBAN"),
        "ip_address": _("IP address"),
        "jp_bank_account": _("bank account (Japan)"),
        "mac_address": _("MAC address"),
        "passport_mrz": _("passport (machine-readable lines)"),
        "password": _("password"),
        "password_hash": _("password as a hash"),
        "payment_card": _("payment card"),
        "person_name": _("name of a person"),
        "phone_number": _("phone number"),
        "postal_address": _("postal address"),
        "private_key": _("private key"),
        "salary_term": _("pay or appraisal"),
        "session_cookie": _("session cookie"),
        "us_bank_routing": _("bank routing number (US)"),
        **_official_names(_),
    }


def _official_names(_: Translate) -> dict[str, str]:
    return {
        "at_svnr": _("insurance number (Austria)"),
        "au_tfn": _("tax file number (Australia)"),
        "be_national_number": _("national number (Belgium)"),
        "bg_egn": _("EGN (Bulgaria)"),
        "br_cpf": _("CPF (Brazil)"),
        "ca_sin": _("SIN (Canada)"),
        "ch_ahv": _("AHV number (Switzerland)"),
        "cn_id": _("identity number (China)"),
        "cz_rodne_cislo": _("birth number (Czechia, Slovakia)"),
        "de_tax_id": _("tax number (Germany)"),
        "dk_cpr": _("CPR number (Denmark)"),
        "ee_isikukood": _("personal code (Estonia, Lithuania)"),
        "es_dni": _("DNI or NIE (Spain)"),
        "fi_hetu": _("personal identity code (Finland)"),
        "fr_nir": _("NIR (France)"),
        "gr_amka": _("AMKA (Greece)"),
        "hr_oib": _("OIB (Croatia)"),
        "hu_taj": _("TAJ number (Hungary)"),
        "ie_pps": _("PPS number (Ireland)"),
        "in_aadhaar": _("Aadhaar (India)"),
        "in_pan": _("PAN (India)"),
        "it_codice_fiscale": _("codice fiscale (Italy)"),
        "jp_drivers_licence": _("driver's licence (Japan)"),
        "jp_health_insurance": _("health insurance (Japan)"),
        "jp_health_insurer": _("health insurer (Japan)"),
        "jp_my_number": _("My Number (Japan)"),
        "jp_passport": _("passport (Japan)"),
        "jp_pension_number": _("basic pension number (Japan)"),
        "jp_residence_card": _("residence card (Japan)"),
        "kr_rrn": _("resident registration number (Korea)"),
        "nl_bsn": _("BSN (Netherlands)"),
        "no_fodselsnummer": _("birth number (Norway)"),
        "pl_pesel": _("PESEL (Poland)"),
        "pt_nif": _("NIF (Portugal)"),
        "ro_cnp": _("CNP (Romania)"),
        "se_personnummer": _("personal number (Sweden)"),
        "si_emso": _("EMSO (Slovenia)"),
        "tw_id": _("identity number (Taiwan)"),
        "uk_nhs_number": _("NHS number (UK)"),
        "uk_nino": _("National Insurance number (UK)"),
        "us_drivers_licence": _("driver's licence (US)"),
        "us_ein": _("EIN (US)"),
        "us_itin": _("ITIN (US)"),
        "us_passport": _("passport (US)"),
        "us_ssn": _("Social Security number (US)"),
    }
