"""Accounts in the admin: setting somebody's password ends their tokens, and they may be allowed more clients."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User

from clients.admin.users import ClientRights
from tokens.account_forms import AdminPasswordChangeForm

admin.site.unregister(User)


@admin.register(User)
class Accounts(ClientRights, UserAdmin):  # type: ignore[type-arg]  # Django gives it no argument at run time
    """Django's own, with these two differences."""

    change_password_form = AdminPasswordChangeForm
