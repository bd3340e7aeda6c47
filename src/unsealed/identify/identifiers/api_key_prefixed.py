"""Keys and tokens that begin with a prefix of their provider, so that scanners find them.

Each prefix is the provider's own, in its documentation: Anthropic (https://docs.anthropic.com), OpenAI
(https://platform.openai.com/docs), GitLab (https://docs.gitlab.com/security/tokens/), npm (https://docs.npmjs.com), PyPI
(https://pypi.org/help/#apitoken), Docker (https://docs.docker.com/security/access-tokens/), DigitalOcean
(https://docs.digitalocean.com/reference/api/create-personal-access-token/), HashiCorp Vault
(https://developer.hashicorp.com/vault/docs/concepts/tokens), SendGrid (https://www.twilio.com/docs/sendgrid), Shopify
(https://shopify.dev/docs/apps/build/authentication-authorization), Atlassian
(https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/), Telegram
(https://core.telegram.org/bots/api), Hugging Face (https://huggingface.co/docs/hub/security-tokens), Grafana
(https://grafana.com/docs/grafana/latest/administration/service-accounts/), New Relic
(https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/), Databricks (https://docs.databricks.com), Square
(https://developer.squareup.com/docs/build-basics/access-tokens), age (https://age-encryption.org) and others alike.
"""

import re

from unsealed.identify.identifier import Identifier
from unsealed.identify.identifiers.api_key_generic import random

_AFTER = {
    "[0-9A-Za-z_-]{16,250}": (
        "sk-ant-", "sk-proj-", "sk-svcacct-", "sk-admin-", "sk-or-v1-", "sk-lf-", "glpat-", "glptt-", "gldt-", "glrt-", "glcbt-",
        "glft-", "glsoat-", "glimt-", "glagent-", "gloas-", "glffct-", "GR1348941", "pypi-", "dckr_pat_", "dckr_oat_", "pplx-",
        "xai-", "gsk_", "r8_", "HRKU-", "ATATT3", "ATCTT3", "ATBB", "glsa_", "glc_", "PMAK-", "figd_", "figu_", "sl.u.", "sl.B",
        "sntrys_", "sntryu_", "ntn_", "lin_api_", "lin_oauth_", "xkeysib-", "tvly-", "jina_", "hvs.", "hvb.", "hvr.", "duffel_live_",
        "duffel_test_", "pscale_tkn_", "pscale_oauth_", "pscale_pw_", "tfp_", "aio_", "odt_", "fio-u-", "rdme_", "zpka_",
        "sq0atp-", "sq0csp-", "sq0idp-", "FLWSECK-", "FLWSECK_TEST-", "PMAT-", "nfp_", "vcp_", "fo1_", "nvapi-",
        "NRII-", "NRIQ-", "ops_eyJ", "v1.0-", "oauth2v2_", "phx_", "phc_", "sbp_", "syt_",
        "apify_api_", "sk_prod_", "pk_prod_", "e2b_",
    ),
    "[0-9A-Za-z]{16,100}": (
        "npm_", "rubygems_", "hf_", "shpat_", "shpca_", "shppa_", "shpss_", "dop_v1_", "doo_v1_", "dor_v1_", "LTAI", "AKID", "EZAK",
        "EZTK", "NRAK-", "NRAA-", "NRAL-", "pnu_", "pul-", "sgp_", "shippo_live_", "shippo_test_", "dp.pt.", "dp.ct.", "dp.sa.",
        "dp.scim.", "dp.audit.", "bkua_", "CFPAT-", "dnkey-",
        "AGE-SECRET-KEY-1", "sgamp_user_token_", "r_live_", "xoxe-", "dapi", "ghv_", "MLSN", "mlsn.", "tskey-",
    ),
    "[0-9A-Za-z]{30,200}": ("key-", "tk-us-", "sk-", "secret_", "EAACEdEose0cBA", "api_org_"),
}  # fmt: skip
_SHAPES = (
    r"SG\.[0-9A-Za-z_-]{20,24}\.[0-9A-Za-z_-]{39,50}",
    r"[0-9]{8,10}:AA[0-9A-Za-z_-]{32,34}",
    r"[0-9a-f]{32}-us[0-9]{1,2}",
    r"(?:AC|SK)[0-9a-f]{32}",
    r"dt0[a-z][0-9]{2}\.[0-9A-Z]{24}\.[0-9A-Z]{64}",
    r"pat[0-9A-Za-z]{14}\.[0-9a-f]{64}",
    r"dp\.st\.[a-z0-9_-]{1,35}\.[0-9A-Za-z]{40,44}",
    r"00D[0-9A-Za-z]{12,15}![0-9A-Za-z._]{80,260}",
    r"live_[0-9]{6,12}_[0-9A-Za-z]{28,32}",
    r"[0-9A-Za-z]{76}AZDO[0-9A-Za-z]{4}",
    r"[0-9a-f]{36}NRAL",
    r"tskey-[a-z]{3,8}-[0-9A-Za-z_]{4,40}-[0-9A-Za-z]{16,60}",
    r"[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_=-]{60,70}",
    r"xoxe\.xox[bp]-[0-9]-[0-9A-Za-z]{100,200}",
)
PREFIXES = tuple(sorted((one for some in _AFTER.values() for one in some), key=len, reverse=True))
_ALL = (
    *(rf"(?:{'|'.join(map(re.escape, sorted(some, key=len, reverse=True)))}){rest}" for rest, some in _AFTER.items()),
    *_SHAPES,
)


def _mask(value: str) -> str:
    """Leave the prefix that all of its kind share."""
    return next((one for one in PREFIXES if value.startswith(one)), "") + "***"


def _can_be(value: str) -> bool:
    start = len(_mask(value)) - 3
    return random(value[start:]) and len(set(value[start:])) >= 8


IDENTIFIER = Identifier(
    kind="api_key",
    what="key or token with a provider's prefix",
    pattern=rf"(?<![0-9A-Za-z_+/.-])(?P<v>{'|'.join(_ALL)})(?![0-9A-Za-z_+/-])",
    anchors=(
        *(rf"\b{re.escape(one)}[0-9A-Za-z_-]{{2}}" for one in PREFIXES),
        r"\bSG\.[0-9A-Za-z_-]{2}",
        "[0-9]:AA[0-9A-Za-z_-]{2}",
        r"-us[0-9]{1,2}\b",
        r"\b(?:AC|SK)[0-9a-f]{8}",
        r"\bdt0[a-z][0-9]{2}\.",
        r"\bpat[0-9A-Za-z]{14}\.",
        r"\bdp\.st\.",
        r"\b00D[0-9A-Za-z]{12,15}!",
        r"\blive_[0-9]{6}",
        "AZDO[0-9A-Za-z]{4}",
        "NRAL",
        r"\btskey-",
        r"\.atlasv1\.",
        r"\bxoxe\.xox[bp]-",
    ),
    before=90,
    after=320,
    check=_can_be,
    weight=74,
    mask=_mask,
    law="credentials: GDPR art. 32",
    hits=(
        "token ⟦glpat-tFrjFXD7soVU2fqxuDMh⟧",
        "npm login ⟦npm_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8⟧",
        "bot ⟦4839574812:AAFD39kkdpWt3ywyRZergyOLMaJhac60qcA⟧",
        "export HF=⟦hf_jYCNNYmxu3tgRinmPTv4meHMXzbXxYAdwF⟧",
    ),
    misses=("glpat-short", "npm_package_name_of_something_long", "hf_", "secret_santa_party_at_noon"),
)
