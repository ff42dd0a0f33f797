"""The demo: accounts who follow each other, and an API of them that tokens protect."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "oauthsite.demo"
    label = "oauth_demo"
    verbose_name = "Demo accounts"
    default_auto_field = "django.db.models.BigAutoField"
