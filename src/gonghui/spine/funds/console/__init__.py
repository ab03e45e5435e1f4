"""The pages of money: books, vouchers, payment orders, batches, reconciliation."""

from gonghui.spine.funds.console import (
    batches,
    books,
    dues,
    finding,
    income,
    journals,
    opening,
    orders,
    reconciling,
    statements,
    subjects,
    vouchers,
)

urlpatterns = [
    *books.urlpatterns,
    *opening.urlpatterns,
    *journals.urlpatterns,
    *income.urlpatterns,
    *dues.urlpatterns,
    *vouchers.urlpatterns,
    *orders.urlpatterns,
    *batches.urlpatterns,
    *reconciling.urlpatterns,
    *statements.urlpatterns,
]
__all__ = ["finding", "subjects", "urlpatterns"]
