"""The first page: what this is, what can be tried, and what happened last."""

from availengine.sandbox import money
from availengine.sandbox.errors import Json
from availengine.sandbox.html import card_table, escape, page
from availengine.sandbox.store import Store
from availengine.sandbox.wire import Response

SHOWN = 20
INTRODUCTION = """<h1>Payment sandbox</h1>
<p>This stands in for Stripe: it speaks the part of Stripe's HTTP API that the booking engine uses, keeps what it is
told, sends signed events, and has pages to pay on. Only test cards work.</p>"""


def overview(store: Store) -> Response:
    sessions = store.select("checkout.session", equal={"status": "open"}, limit=SHOWN)
    payments = store.select("payment_intent", limit=SHOWN)
    waiting = _table(("Waiting for the payer", "Amount"), [_session(session) for session in sessions])
    recent = _table(("Payment", "Amount", "Status"), [_payment(payment) for payment in payments])
    content = (
        f'<div class="paper">{INTRODUCTION}</div>'
        f'<div class="paper"><h2>Recent payments</h2>{recent or "<p>None so far.</p>"}'
        f"<h2>Open Checkout pages</h2>{waiting or '<p>None.</p>'}</div>"
        f'<div class="paper"><h2>Test cards</h2>{card_table()}<p><small>Any future date and any CVC.</small></p></div>'
    )
    return page("Overview", content, root="", wide=True)


def _payment(payment: Json) -> str:
    link = f'<a href="pay/{escape(payment["client_secret"])}">{escape(payment["description"] or payment["id"])}</a>'
    amount = escape(money.shown(payment["amount"], payment["currency"]))
    words = escape(payment["status"].replace("_", " "))
    return f'<td>{link}</td><td class="number">{amount}</td><td>{words}</td>'


def _session(session: Json) -> str:
    first = session["_items"][0]["description"] if session["_items"] else "Save a card"
    amount = money.shown(session["amount_total"], session["currency"]) if session["amount_total"] is not None else ""
    link = f'<a href="checkout/{session["id"]}">{escape(first)}</a>'
    return f'<td>{link}</td><td class="number">{escape(amount)}</td>'


def _table(heads: tuple[str, ...], rows: list[str]) -> str:
    """HTML; nothing when there are no rows. The rows' cells are HTML."""
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
