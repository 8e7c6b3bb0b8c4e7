// Every refusal in words: what visitors read, and what who has put the widget here should know.

const BY_REASON = ["too_many_unpaid", "payments_not_set_up", "payment_refused"];
const OURS = ["invalid_token", "insufficient_permissions", "not_found", "payment_required"];

export function sentence(words, refusal, business) {
  const { code, status, details, retryAfter } = refusal;
  const phone = business?.phone;
  if (code === "rate_limit_exceeded") return words.say("rate_limit_exceeded", { count: retryAfter ?? 60 });
  if (status === 409 && BY_REASON.includes(details.reason)) return words.say(details.reason);
  if (OURS.includes(code)) return phone ? words.say("unavailableCall", { phone }) : words.say("unavailable");
  return words.say(words.has(code) ? code : "internal_error");
}

export function hint({ code, message }, origin) {
  return {
    invalid_token: `the key is not valid: ${message} Issue one in the dashboard under Set-up, "Page and widget".`,
    insufficient_permissions:
      `${message} The key has to be of the preset "widget", and list ${location.origin} among its origins.`,
    not_found: "there is no such business for this key: check the attribute `business`.",
    payment_required: message,
    foreign: `${origin} refuses this page. List ${location.origin} among the origins of the key.`,
    blocked: `the policy of this page forbids to ask ${origin}: add it to connect-src.`,
  }[code];
}
