from django.apps import AppConfig
from django.conf import settings


class ApiConfig(AppConfig):
    name = "api"
    label = settings.APP_LABEL

    def ready(self):
        from . import signals  # noqa: F401
