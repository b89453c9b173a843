"""Django settings of the web process."""

SECRET_KEY = "placeholder"  # noqa: S105 (replaced when the web process is written)
INSTALLED_APPS: list[str] = []
USE_TZ = True
