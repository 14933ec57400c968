"""All settings of the site, read from the environment; defaults suit one machine.

A text setting may be in a file instead, which ``NAME_FILE`` names; this keeps secrets
out of the environment.

| variable | meaning | default |
| --- | --- | --- |
| ``SECRET_KEY`` (or ``SECRET_KEY_FILE``) | signing key | made once, in ``var/`` |
| ``DEBUG`` | development pages | no |
| ``ALLOWED_HOSTS`` | comma-separated host names | localhost |
| ``DATABASE_URL`` | PostgreSQL or SQLite | SQLite in ``var/`` |
| ``REDIS_URL`` | queue broker and cache | the database |
| ``BIOGAIT_VAR`` | where data live | ``var/`` beside ``manage.py`` |
| ``SITE_BANNER`` | one sentence above every page | none |
| ``MEDIA_ACCEL_PREFIX`` | nginx location of the clip store | none |
| ``HTTPS`` | behind TLS: secure cookies, HSTS, redirect | no |
| ``LEADS_NEED_MFA`` | leads need a second factor | yes; no on the demo's site |
| ``SESSION_IDLE_MINUTES`` | sign-off without a person | 15, at most 30 |
| ``MEDIA_STORAGE`` | where clips are kept: ``local`` or ``s3`` | local |
| ``S3_BUCKET``, ``S3_ENDPOINT_URL``, ``S3_REGION`` | the bucket | none; Amazon's; none |
| ``S3_ACCESS_KEY``, ``S3_SECRET_KEY`` | its keys | boto3's defaults |
| ``EMAIL_HOST``, ``EMAIL_PORT``, ``EMAIL_FROM`` | mail server and sender | the console |
| ``EMAIL_HOST_USER``, ``EMAIL_HOST_PASSWORD`` | its account | none |
| ``EMAIL_TLS`` | ``starttls``, ``tls`` or ``none`` | starttls |
| ``LOG_FORMAT`` | ``text``, or ``json``: one line of JSON each | text |
| ``METRICS_TOKEN``, ``METRICS_FROM`` | who may read ``/metrics`` | nobody |
| ``TRUSTED_PROXIES`` | whose X-Forwarded-For is trusted | this machine |
| ``RUN_LEASE_SECONDS`` | how long a silent worker keeps its Run | 45 |
| ``RUN_MAX_ATTEMPTS`` | attempts after which a Run is given up | 10 |
| ``RUN_PROCESSES`` | devices that one Run may use on this worker | 1 |
| ``TLS_CERTIFICATE`` | the proxy's certificate, watched for expiry | none |
"""

from pathlib import Path

from django.core.management.utils import get_random_secret_key

from evalsite import backing, browsers
from evalsite.environment import (
    env_choice,
    env_flag,
    env_list,
    env_networks,
    env_number,
    env_text,
    file_made,
    folder_made,
)
from evalsite.watching import logs

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = folder_made(Path(env_text("BIOGAIT_VAR", str(BASE_DIR / "var"))).resolve())


def _secret_key() -> str:
    if key := env_text("SECRET_KEY"):
        return key
    path = VAR_DIR / "secret_key"
    if not path.exists():
        file_made(path, get_random_secret_key())
    return path.read_text().strip()


def _banner() -> str:
    """One sentence above every page, left by the demo in the data folder."""
    path = VAR_DIR / "banner.txt"
    return path.read_text().strip() if path.exists() else ""


SECRET_KEY = _secret_key()
DEBUG = env_flag("DEBUG", default=False)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

# One sentence above every page, the same for every arm of every study.
SITE_BANNER = env_text("SITE_BANNER") or _banner()
# Where nginx finds the clip store (``internal``); empty: Django sends films itself.
MEDIA_ACCEL_PREFIX = env_text("MEDIA_ACCEL_PREFIX")
# The PEM file that the proxy serves: a warning precedes its expiry.
TLS_CERTIFICATE = env_text("TLS_CERTIFICATE")

# The folders of the data.
CLIP_STORE = VAR_DIR / "clips"
CHECKPOINT_DIR = VAR_DIR / "checkpoints"
FEATURE_CACHE = VAR_DIR / "features"
BACKBONE_DIR = VAR_DIR / "backbones"

INSTALLED_APPS = [
    "evalsite.admin_site.SiteAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "django_htmx",
    "gaitmodel",  # before django_q, whose command qcluster it extends
    "django_q",
    "annotations",
    "evalsite",
]

MIDDLEWARE = [
    "evalsite.proxied.ClientAddress",
    "evalsite.watching.request_log.RequestLog",
    "evalsite.watching.probes.Probes",
    "evalsite.watching.clock_and_certificate.Watch",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "evalsite.browsers.NothingKept",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "evalsite.signing_in.session_limits.SessionLimits",
    "evalsite.signing_in.session_limits.LeadsNeedSecondFactor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "annotations.middleware.BlindingMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "evalsite.urls"
WSGI_APPLICATION = "evalsite.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "annotations.context.site",
            ],
        },
    },
]

REDIS_URL = env_text("REDIS_URL")
DATABASES = {"default": backing.database(env_text("DATABASE_URL"), VAR_DIR)}
CACHES = {"default": backing.cache(REDIS_URL)}
Q_CLUSTER = backing.queue(REDIS_URL)

# A worker silent for this long is taken for dead; its Run continues elsewhere.
RUN_LEASE_S = env_number("RUN_LEASE_SECONDS", 45, range(10, 3601))
RUN_MAX_ATTEMPTS = env_number("RUN_MAX_ATTEMPTS", 10, range(1, 1001))
# Devices of this worker: a Run that needs more waits for another worker.
RUN_PROCESSES = env_number("RUN_PROCESSES", 1, range(1, 65))
RUN_LOG_DIR = VAR_DIR / "runs"

LOG_FORMAT = env_choice("LOG_FORMAT", logs.FORMATS)
LOGGING = logs.logging_config(LOG_FORMAT)
METRICS_TOKEN = env_text("METRICS_TOKEN")
METRICS_FROM = env_networks("METRICS_FROM")
TRUSTED_PROXIES = env_networks("TRUSTED_PROXIES", "127.0.0.1,::1")

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"

# A session ends after this long without activity, and at its full length anyway.
SESSION_IDLE_S = 60 * env_number("SESSION_IDLE_MINUTES", 15, range(1, 31))
SESSION_COOKIE_AGE = 12 * 3600

ACCOUNT_ADAPTER = "evalsite.signing_in.accounts.AccountAdapter"
ACCOUNT_FORMS = {"login": "evalsite.signing_in.accounts.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SESSION_COOKIE_AGE = SESSION_COOKIE_AGE
# A clinic's raters share one address: axes counts failures by name and address.
ACCOUNT_RATE_LIMITS = {"login": "600/m/ip", "login_failed": "60/m/ip"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300

MFA_ADAPTER = "evalsite.signing_in.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Gait rationales"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not env_flag("HTTPS", default=False)
# Only the demo, which says so in its banner, lets leads in without a second factor.
LEADS_NEED_MFA = env_flag("LEADS_NEED_MFA", default=not _banner())

AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
AXES_ENABLE_ADMIN = False

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    # An error may echo input with a lone surrogate, which UTF-8 cannot encode.
    "UNICODE_JSON": False,
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "30/min", "user": "1200/min"},
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Gait rationales",
    "DESCRIPTION": "Leads import, watch and export; raters read and answer their cases.",
    "VERSION": "1",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SERVE_INCLUDE_SCHEMA": False,
}

CONTENT_SECURITY_POLICY = browsers.CONTENT_SECURITY_POLICY
PERMISSIONS_POLICY = browsers.PERMISSIONS_POLICY
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env_flag("HTTPS", default=False):
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * backing.DAY_S
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

STATIC_URL = "static/"
STATIC_ROOT = folder_made(VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_STORAGE = env_choice("MEDIA_STORAGE", ("local", "s3"))
S3_BUCKET, S3_ENDPOINT_URL = env_text("S3_BUCKET"), env_text("S3_ENDPOINT_URL")
S3_KEYS = (env_text("S3_ACCESS_KEY"), env_text("S3_SECRET_KEY"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "clips": backing.clips(
        MEDIA_STORAGE,
        CLIP_STORE,
        S3_BUCKET,
        S3_ENDPOINT_URL,
        env_text("S3_REGION"),
        S3_KEYS,
    ),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = env_text("TIME_ZONE", "UTC")
USE_TZ = True
# Without a mail server, mail goes to the console, where a demo's lead reads it.
EMAIL_HOST = env_text("EMAIL_HOST")
EMAIL_BACKEND = env_text("EMAIL_BACKEND") or backing.mail_backend(EMAIL_HOST)
EMAIL_PORT = env_number("EMAIL_PORT", 587, range(1, 65536))
EMAIL_HOST_USER = env_text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_text("EMAIL_HOST_PASSWORD")
EMAIL_TLS = env_choice("EMAIL_TLS", ("starttls", "tls", "none"))
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_TLS == "starttls", EMAIL_TLS == "tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env_text("EMAIL_FROM", "webmaster@localhost")
