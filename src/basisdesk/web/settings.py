"""Django settings of the web process.

The page is a handful of static files and one live socket, so there is no database, no session and no template here.
The headers are strict: only our own files load, nothing inline runs, nobody may frame the page, and only loopback names
are answered, which also keeps a foreign name that resolves to this machine (DNS rebinding) outside.
"""

from __future__ import annotations

from django.utils.functional import lazy

from basisdesk.web.secret import install_key

SECRET_KEY = lazy(install_key, str)()  # read when first needed, so that importing settings writes no file
DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
INSTALLED_APPS = ["channels", "csp"]
ROOT_URLCONF = "basisdesk.web.urls"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "basisdesk.web.gate.loopback_names_only",
    "basisdesk.web.files.terminal_files",
]

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The chart library adds one style element for its attribution logo: that exact text is allowed, by its hash.
_CHART_LOGO_STYLE = "'sha256-3pRED1tOXas1FXFoPb9TGCjmYe9XQsmO9OV23khV2nY='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "style-src": ["'self'", _CHART_LOGO_STYLE],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "web %(levelname)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "level": "WARNING", "propagate": True}},
}
