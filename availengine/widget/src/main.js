// Declares <availengine-booking>. docs/widget.md.
import { Booking } from "./element.js";

if (!customElements.get("availengine-booking")) customElements.define("availengine-booking", Booking);
