// The TypeScript client on a running server: look, book, book again, list, cancel. `KEY` may manage bookings.

import { createBookingFlowClient, createBooqaraClient, createBooxiClient, createClient } from "./index.js";

declare const process: { env: Record<string, string | undefined> };

function given<T>(value: T | undefined | null, what: unknown): T {
  if (value === undefined || value === null) throw new Error(JSON.stringify(what));
  return value;
}

const business_id = given(process.env["BUSINESS"], "BUSINESS is missing");
const server = { baseUrl: given(process.env["SERVER"], "SERVER is missing"), key: given(process.env["KEY"], "KEY") };
const client = createClient(server);
const path = { business_id };

const services = await client.GET("/v1/businesses/{business_id}/services", { params: { path } });
const service = given(services.data?.items[0], services.error);
const asked = { service_id: service.id, capacity: service.party_min };
const open = await client.GET("/v1/availability/{business_id}/dates", { params: { path, query: asked } });
const date = given(open.data?.dates.at(-1)?.date, open.error);
const day = await client.GET("/v1/availability/{business_id}", { params: { path, query: { ...asked, date } } });
const slot = given(day.data?.slots?.at(-1), day.error);
console.log(`typescript: ${services.data?.items.length} services, ${day.data?.slots?.length} starts on ${date}`);

const header = { "Idempotency-Key": crypto.randomUUID() };
const body = {
  business_id,
  ...asked,
  booking_date: date,
  start_time: slot.start_time,
  first_name: "Ada",
  last_name: "Smoke",
  email: "ada@example.com",
  phone: "+306900000001",
};
const made = await client.POST("/v1/bookings/", { params: { header }, body });
const again = await client.POST("/v1/bookings/", { params: { header }, body });
const booking = given(made.data?.booking, made.error);
if (again.data?.booking.id !== booking.id) throw new Error("booked twice");
console.log(`typescript: booked ${booking.confirmation_code} on ${booking.booking_date} at ${booking.start_time}`);

const listed = await client.GET("/v1/manage/bookings", { params: { query: { booking_date: date, limit: 200 } } });
if (!listed.data?.items.some((item) => item.id === booking.id)) throw new Error("the booking is not listed");
const booking_path = { booking_id: booking.id };
const gone = await client.POST("/v1/manage/bookings/{booking_id}/cancel", { params: { path: booking_path } });
if (gone.data?.status !== "cancelled") throw new Error(JSON.stringify(gone.error));
const refused = await client.POST("/v1/bookings/", { params: {}, body: { ...body, phone: "x" } });
if (refused.error?.error.code !== "validation_error") throw new Error(JSON.stringify(refused));
for (const make of [createBooxiClient, createBooqaraClient, createBookingFlowClient]) given(make(server).GET, make.name);
console.log("typescript: ok");
