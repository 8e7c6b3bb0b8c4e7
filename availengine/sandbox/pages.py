"""The pages of payers: Checkout, paying with a client secret, 3-D Secure; and the overview for developers."""

import re
from collections.abc import Callable
from types import ModuleType
from urllib.parse import urlencode, urlsplit

from availengine.sandbox import card_form, checkout, checkout_links, intents, money, payment_intents, setup_intents
from availengine.sandbox.errors import ApiError, CardError, Json
from availengine.sandbox.html import escape, message, page, redirect, style_sheet
from availengine.sandbox.ledger import PLATFORM, Ledger
from availengine.sandbox.overview import overview
from availengine.sandbox.params import Params, decode
from availengine.sandbox.wire import Request, Response

OUTCOMES = {
    "succeeded": ("Thank you", "The payment has succeeded."),
    "requires_capture": ("Thank you", "The amount is held on the card. It has not been taken."),
    "processing": ("Thank you", "The payment is being processed."),
    "canceled": ("Nothing to pay", "This payment has been canceled."),
}


class Pages:
    def __init__(self, ledger: Callable[[str], Ledger], secret: str) -> None:
        """`secret` makes the tokens of the forms."""
        self._ledger = ledger
        self._secret = secret
        self._routes = [
            (r"/checkout/(cs_\w+)", self._checkout),
            (r"/pay/(\w+_secret_\w+)", self._pay),
            (r"/3d-secure/(\w+_secret_\w+)", self._challenge),
        ]

    def answer(self, request: Request) -> Response:
        try:
            return self._find(request)
        except ApiError as error:
            return message("This did not work", str(error), status=error.status)
        except ValueError:
            return message("Bad request", "The form cannot be read.", status=400)

    def _find(self, request: Request) -> Response:
        if request.path == "/style.css":
            return style_sheet()
        if request.method not in ("GET", "HEAD", "POST"):
            return message("Not possible", "Pages are read, and forms are sent.", status=405)
        if request.path == "/" and request.method != "POST":
            return overview(self._ledger(PLATFORM).store)
        for pattern, show in self._routes:
            found = re.fullmatch(pattern, request.path, re.ASCII)
            if found:
                return self._one(request, show, found.group(1))
        return _nothing()

    def _one(self, request: Request, show: Callable[[Request, Params | None, str], Response], name: str) -> Response:
        if request.method != "POST":
            return show(request, None, name)
        params = Params(decode(request.body.decode()))
        if not card_form.is_ours(self._secret, request.path, params):
            return message(
                "Not from here", "This form was not sent from its own page. Open the page again.", status=403
            )
        return show(request, params, name)

    # Checkout

    def _checkout(self, request: Request, typed: Params | None, name: str) -> Response:
        session = self._ledger(PLATFORM).store.find(name)
        if session is None or session["object"] != "checkout.session":
            return _nothing()
        if session["status"] != "open":
            return _over(session)
        ledger = self._ledger(session["_account"])
        if typed is None:
            return self._checkout_form(
                ledger, request, session, Params(), _last_error(checkout.intent_of(ledger, session))
            )
        return self._checkout_post(ledger, request, session, typed)

    def _checkout_post(self, ledger: Ledger, request: Request, session: Json, typed: Params) -> Response:
        name: str = session["id"]
        free = session["mode"] == "payment" and not session["amount_total"]
        errors = {} if free else card_form.mistakes(typed)
        if errors:
            return self._checkout_form(ledger, request, session, typed, errors)
        refused = self._attempt(ledger, lambda: checkout.submit(ledger, name, Params(card_form.as_method(typed))))
        session = ledger.get("checkout.session", name)
        if session["status"] == "complete":
            return redirect(_success_url(session))
        if session["status"] == "expired":
            return _over(session)
        if refused:
            return self._checkout_form(ledger, request, session, typed, card_form.errors_of(refused))
        intent = checkout.intent_of(ledger, session) or {}
        return redirect(f"../3d-secure/{intent['client_secret']}")

    def _checkout_form(
        self, ledger: Ledger, request: Request, session: Json, typed: Params, errors: card_form.Errors
    ) -> Response:
        saves = session["mode"] == "setup"
        amount = "" if saves else money.shown(session["amount_total"], session["currency"])
        button = "Save card" if saves else "Subscribe" if session["mode"] == "subscription" else f"Pay {amount}"
        form = card_form.form(
            self._secret,
            request.path,
            button,
            typed=typed,
            errors=errors,
            email=not (session["customer_email"] or session["customer"]),
            hidden={},
        )
        back = session["cancel_url"]
        cancel = f'<a class="button plain" href="{escape(back)}">Cancel</a>' if back else ""
        content = f'<div class="paper">{_described(session, amount)}{form}{cancel}</div>'
        status = 402 if errors and typed.values else 200
        return page(button, content, status=status, leads_to=[session["success_url"]])

    # A client secret

    def _pay(self, request: Request, typed: Params | None, secret: str) -> Response:
        intent = intents.by_secret(self._ledger(PLATFORM), secret)
        if intent is None:
            return _nothing()
        wanted = typed.text("return_url") if typed else request.argument("return_url")
        return_url = wanted if wanted and re.match(r"https?://[^\s/]", wanted) else ""
        ledger = self._ledger(intent["_account"])
        if intent["status"] not in intents.BEFORE_CONFIRMATION:
            return _result(intent)
        if intent["status"] == "requires_action":
            return redirect(f"../3d-secure/{secret}")
        if typed is None:
            return self._pay_form(request, intent, Params(), _last_error(intent), return_url)
        return self._pay_post(ledger, request, intent, typed, return_url)

    def _pay_post(self, ledger: Ledger, request: Request, intent: Json, typed: Params, return_url: str) -> Response:
        errors = card_form.mistakes(typed)
        if errors:
            return self._pay_form(request, intent, typed, errors, return_url)
        method = Params(card_form.as_method(typed) | ({"return_url": return_url} if return_url else {}))
        identifier: str = intent["id"]
        resource = _resource(intent)
        refused = self._attempt(ledger, lambda: resource.confirm(ledger, method, identifier))
        intent = ledger.get(intent["object"], identifier)
        if refused and intent["status"] in intents.BEFORE_CONFIRMATION:
            return self._pay_form(request, intent, typed, card_form.errors_of(refused), return_url)
        waiting = intent["status"] == "requires_action"
        return redirect(f"../3d-secure/{intent['client_secret']}" if waiting else _landing(ledger, intent, return_url))

    def _pay_form(
        self, request: Request, intent: Json, typed: Params, errors: card_form.Errors, return_url: str
    ) -> Response:
        saves = intent["object"] == "setup_intent"
        amount = "" if saves else money.shown(intent["amount"], intent["currency"])
        button = "Save card" if saves else f"Pay {amount}"
        hidden = {"return_url": return_url}
        form = card_form.form(
            self._secret, request.path, button, typed=typed, errors=errors, email=False, hidden=hidden
        )
        head = f"<h1>{escape(intent['description'] or ('Save a card' if saves else 'Payment'))}</h1>"
        head += f'<p class="amount">{escape(amount)}</p>' if amount else ""
        status = 402 if errors and typed.values else 200
        return page(button, f'<div class="paper">{head}{form}</div>', status=status, leads_to=[return_url])

    # 3-D Secure

    def _challenge(self, request: Request, typed: Params | None, secret: str) -> Response:
        intent = intents.by_secret(self._ledger(PLATFORM), secret)
        if intent is None:
            return _nothing()
        ledger = self._ledger(intent["_account"])
        if intent["status"] != "requires_action":
            return redirect(_landing(ledger, intent))
        if typed is None:
            return self._challenge_form(ledger, request, intent)
        identifier, ok = intent["id"], typed.text("answer") == "complete"
        resource = _resource(intent)
        self._attempt(ledger, lambda: resource.finish_action(ledger, identifier, ok=ok))
        return redirect(_landing(ledger, ledger.get(intent["object"], intent["id"])))

    def _challenge_form(self, ledger: Ledger, request: Request, intent: Json) -> Response:
        what = money.shown(intent["amount"], intent["currency"]) if "amount" in intent else "saving your card"
        token = card_form.token(self._secret, request.path)
        session = checkout_links.session_of(ledger, intent) or {}
        content = (
            f'<div class="paper"><h1>3-D Secure</h1><p>Your bank asks you to confirm <strong>{escape(what)}</strong>. '
            f'Here, you decide what it finds.</p><form method="post"><input type="hidden" name="token" value="{token}">'
            '<button name="answer" value="complete">Complete</button>'
            '<button class="plain" name="answer" value="fail">Fail</button></form></div>'
        )
        return page("3-D Secure", content, leads_to=[intent.get("_return_url"), session.get("success_url")])

    def _attempt(self, ledger: Ledger, act: Callable[[], object]) -> ApiError | None:
        """What the payer does, and why it was refused. A decline keeps what it changed, nothing else does."""
        try:
            with ledger.store.transaction():
                try:
                    act()
                except CardError as error:
                    return error
        except ApiError as error:
            return error
        return None


def _resource(intent: Json) -> ModuleType:
    return payment_intents if intent["object"] == "payment_intent" else setup_intents


def _described(session: Json, amount: str) -> str:
    """HTML: who wants what for how much."""
    title = session["_shown_as"] or {"setup": "Save a card", "subscription": "Subscribe"}.get(
        session["mode"], "Payment"
    )
    rows = "".join(
        f"<tr><td>{escape(row['description'])}{' &times; ' + str(row['quantity']) if row['quantity'] > 1 else ''}"
        f"{'<br><small>' + escape(row['_note']) + '</small>' if row['_note'] else ''}</td>"
        f'<td class="number">{escape(money.shown(row["amount_total"], row["currency"]))}</td></tr>'
        for row in session["_items"]
    )
    note = session["_intent_data"].get("description") or session["_setup_data"].get("description")
    texts = "".join(f"<p>{escape(text)}</p>" for text in (note, session["_text"]) if text)
    head = f"<h1>{escape(title)}</h1>" + (f'<p class="amount">{escape(amount)}</p>' if amount else "")
    return f"{head}{texts}" + (f"<table>{rows}</table>" if rows else "")


def _over(session: Json) -> Response:
    if session["status"] == "complete":
        link = (_success_url(session), "Continue")
        return message("Already done", "This page has been completed. Nothing more is to be paid here.", link=link)
    link_back = (session["cancel_url"], "Back") if session["cancel_url"] else None
    return message("Expired", "This payment page has expired. Nothing has been taken.", status=410, link=link_back)


def _result(intent: Json) -> Response:
    title, text = OUTCOMES[intent["status"]]
    if intent["object"] == "setup_intent":
        title, text = {"succeeded": ("Thank you", "Your card has been saved.")}.get(intent["status"], (title, text))
    return message(title, text)


def _success_url(session: Json) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _landing(ledger: Ledger, intent: Json, return_url: str = "") -> str:
    """Where the payer goes when there is nothing more to do here, or something to do again."""
    session = checkout_links.session_of(ledger, intent)
    if session:
        return _success_url(session) if session["status"] == "complete" else f"../checkout/{session['id']}"
    url = return_url or intent.get("_return_url")
    if not url:
        return f"../pay/{intent['client_secret']}"
    kind, done = intent["object"], intent["status"] in ("succeeded", "requires_capture", "processing")
    told = {kind: intent["id"], f"{kind}_client_secret": intent["client_secret"]}
    told["redirect_status"] = "succeeded" if done else "failed"
    parts = urlsplit(url)
    return parts._replace(query="&".join(filter(None, [parts.query, urlencode(told)]))).geturl()


def _last_error(intent: Json | None) -> card_form.Errors:
    """Why the attempt before, perhaps at the bank's page, came to nothing."""
    error = intent.get(intents.LAST_ERROR[intent["object"]]) if intent else None
    return {"": error["message"]} if error else {}


def _nothing() -> Response:
    return message("Not found", "There is nothing under this address.", status=404)
