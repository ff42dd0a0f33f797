"""Acts in the Django admin that are confirmed first: on the list, and on the object's own page.

The page says what will happen, in numbers, and takes the reason. What was selected travels as the list's
filter where all that match were meant, never as thousands of keys.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from clients.admin.acts import AdminAct
from clients.border.addresses import client_ip
from clients.errors import OAuthError
from clients.rules.administration import Decision

MOST_NAMED = 20  # of what is selected, by name
MOST_LOGGED = 100  # entries in the admin's history for one act; beyond that one for all


class ConfirmedActs(admin.ModelAdmin):  # type: ignore[type-arg]  # the class takes no parameter at run time
    """A model admin whose acts are confirmed first, each with a permission of its own."""

    acts: ClassVar[tuple[AdminAct, ...]] = ()
    change_form_template = "oauth_clients/admin/change_form.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for act in self.acts:
            setattr(self, f"has_{act.name}_permission", partial(self.may_run, act))
        self.actions = [*(self.actions or ()), *(self._as_action(act) for act in self.acts)]

    def rows(self) -> Any:
        """All rows, as a query that knows the words of the acts."""
        return self.model._default_manager.all()

    def may_run(self, act: AdminAct, request: HttpRequest) -> bool:
        """Whether this person may do this: the act's own permission, and seeing what it is done to."""
        name = act.permission if "." in act.permission else f"{self.opts.app_label}.{act.permission}"
        return self.has_view_permission(request) and request.user.has_perm(name)

    def get_urls(self) -> list[URLPattern]:
        """One path more: an act upon one object."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        view = self.admin_site.admin_view(self.act_view)
        return [path("<path:object_id>/act/<slug:name>/", view, name=name), *super().get_urls()]

    def render_change_form(  # noqa: PLR0917  (Django calls it by place)
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """The object's page, with the acts that apply to it."""
        context |= {"acts": [] if obj is None else self._offered(request, obj), "links": self.links(request, obj)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Where else to look: title and address."""
        return []

    def act_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Confirm, then do, one act upon one object."""
        act = next((act for act in self.acts if act.name == name), None)
        if act is None:
            raise Http404
        if not self.may_run(act, request):
            raise PermissionDenied
        found = self.get_object(request, unquote(object_id))
        if found is None:
            raise Http404
        back = reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change", args=[found.pk])
        return self.confirm(request, act, self.rows().among([found]), back=back)

    def confirm(
        self, request: HttpRequest, act: AdminAct, selected: QuerySet[Any], *, back: str, hidden: Any = ()
    ) -> HttpResponse:
        """The page that asks, or, once it is confirmed, the act and its result."""
        selected = act.applies(selected)
        named = [*selected[: MOST_LOGGED + 1]]
        if not named:
            self.message_user(request, _("There is nothing that this would change."), messages.WARNING)
            return HttpResponseRedirect(back)
        effect = act.effect(selected)
        form = act.form(
            request.POST if "confirmed" in request.POST else None,
            effect=effect,
            reason_help=act.reason_help,
            reason_needed=act.reason_needed,
        )
        if form.is_valid():
            try:
                return self._run(request, act, selected, named=named, given=form.cleaned_data, back=back)
            except OAuthError as error:
                form.add_error(None, error.description)
        return self.page(
            request,
            "oauth_clients/admin/confirm.html",
            {
                "title": act.title,
                "act": act,
                "effect": effect,
                "named": named[:MOST_NAMED],
                "more": selected.count() - MOST_NAMED if len(named) > MOST_NAMED else 0,
                "form": form,
                "hidden": hidden,
                "back": back,
            },
        )

    def _run(
        self, request: HttpRequest, act: AdminAct, selected: Any, *, named: list[Any], given: dict[str, Any], back: str
    ) -> HttpResponse:
        decision = Decision(actor=request.user, note=given["reason"], ip_address=client_ip(request))
        outcome = act.run(selected, decision, given)
        self._log(request.user, f"{act.title}. {given['reason']}".strip(), named)
        if outcome.secrets:
            context = {"title": act.title, "message": outcome.message, "secrets": outcome.secrets, "back": back}
            return self.page(request, "oauth_clients/admin/secrets.html", context)
        self.message_user(request, outcome.message, messages.SUCCESS)
        return HttpResponseRedirect(back)

    def _log(self, user: Any, message: str, named: list[Any]) -> None:
        """The admin's own history: an entry for each up to a hundred, else one for all."""
        if len(named) <= MOST_LOGGED:
            LogEntry.objects.log_actions(user.pk, named, CHANGE, message)
            return
        LogEntry.objects.create(
            user=user,
            content_type=ContentType.objects.get_for_model(self.model),
            object_repr=_("more than %(count)d %(name)s")
            % {"count": MOST_LOGGED, "name": self.opts.verbose_name_plural},
            action_flag=CHANGE,
            change_message=message,
        )

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """A page of ours in the frame of this admin."""
        request.current_app = self.admin_site.name  # as Django's own admin views do
        return TemplateResponse(
            request,
            template,
            {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media, **context},
        )

    def _offered(self, request: HttpRequest, obj: Any) -> list[AdminAct]:
        """The acts that this person may do, and that would change this object: asked for in one statement."""
        permitted = [act for act in self.acts if self.may_run(act, request)]
        tests = {act.name: act.applies(self.rows()).holds() for act in permitted}
        found = self.rows().among([obj]).tested(tests) if tests else {}
        return [act for act in permitted if found.get(act.name)]

    @staticmethod
    def _as_action(act: AdminAct) -> Callable[..., HttpResponse]:
        """What Django's list of actions wants: a function with a name, a title and permissions."""

        def chosen(self: ConfirmedActs, request: HttpRequest, selected: QuerySet[Any]) -> HttpResponse:
            across = request.POST.get("select_across") == "1"
            keys = request.POST.getlist(ACTION_CHECKBOX_NAME)
            hidden = [(ACTION_CHECKBOX_NAME, key) for key in (keys[:1] if across else keys)]
            hidden += [("action", act.name), ("index", "0"), ("select_across", "1" if across else "0")]
            return self.confirm(request, act, selected, back=request.get_full_path(), hidden=hidden)

        # Django reads all three from the function.
        vars(chosen).update(short_description=act.title, allowed_permissions=(act.name,))
        chosen.__name__ = act.name
        return chosen
