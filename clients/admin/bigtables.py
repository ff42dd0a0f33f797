"""Admin lists of tables that may hold millions of rows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clients.parameters import UNSAFE

COUNT_UP_TO = 10_000
ADDRESSES = frozenset({"ip_address", "last_used_ip"})  # columns


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # as admin.ModelAdmin
    """Counts no further than ten thousand: nobody turns two hundred pages, and a full count reads the table."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, or ten thousand."""
        return min(self._counted, COUNT_UP_TO)

    @property
    def is_capped(self) -> bool:
        """Whether there are more than were counted."""
        return self._counted > COUNT_UP_TO

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: COUNT_UP_TO + 1].count())


class BigTable(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list that stays fast: no full counts, no facets, fifty rows, newest first."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    ordering = ("-pk",)
    sortable_by: ClassVar[tuple[str, ...]] = ()
    change_list_template = "oauth_clients/admin/change_list.html"
    change_form_template = "oauth_clients/admin/change_form.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: these rows come from use."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: what happened is not rewritten."""
        return False


def may_see_addresses(request: HttpRequest) -> bool:
    """Whether this person may see where people were."""
    return bool(request.user.has_perm("oauth_tokens.view_token_ip"))


class TableWithAddresses(BigTable):
    """One that says where people were, to those who may see it. The last of its filters is by address."""

    def get_list_display(self, request: HttpRequest) -> Any:
        """Addresses only for those who may see them."""
        return _allowed(request, self.list_display)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """As the list."""
        return _allowed(request, self.fields)

    def get_list_filter(self, request: HttpRequest) -> Any:
        """As the list: a filter could be asked whether an address occurs."""
        return self.list_filter if may_see_addresses(request) else self.list_filter[:-1]


def _allowed(request: HttpRequest, names: Any) -> Any:
    return names if may_see_addresses(request) else tuple(name for name in names if name not in ADDRESSES)


class WordFilter(admin.SimpleListFilter):
    """A filter whose choices are words of the queryset."""

    words: tuple[tuple[str, Any], ...] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The choices."""
        return [*self.words]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """The rows to which the chosen word applies; all, if none was chosen."""
        if self.value() not in dict(self.words):
            return None
        found: QuerySet[Any] = getattr(queryset, str(self.value()))()
        return found


class ValueFilter(admin.SimpleListFilter):
    """A filter into which one types: an exact value, looked up by an index, not a list of all there are."""

    template = "oauth_clients/admin/value_filter.html"
    input_type = "text"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """One, so that Django shows the filter."""
        return [("", "")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """What the form of the filter needs: the other parameters, and where it is taken out."""
        others = [
            (name, value)
            for name, values in changelist.filter_params.items()
            if name not in (self.parameter_name, "p", "e")
            for value in values
        ]
        yield {"others": others, "without": changelist.get_query_string(remove=[self.parameter_name or ""])}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """The rows with this value; all, where none was typed."""
        value = (self.value() or "").strip()
        if not UNSAFE.isdisjoint(value):
            return queryset.none()
        return self.matching(queryset, value) if value else None

    @abstractmethod
    def matching(self, queryset: Any, value: str) -> QuerySet[Any]:
        """The rows with this value."""
        ...


class UserFilter(ValueFilter):
    """By whose rows they are."""

    title = _("user name")
    parameter_name = "user"

    def matching(self, queryset: Any, value: str) -> QuerySet[Any]:
        """Those of the user with exactly this name."""
        found: QuerySet[Any] = queryset.of_user_named(value)
        return found
