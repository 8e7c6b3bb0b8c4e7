// Clients of an AvailEngine server, one per dialect. Paths, parameters, bodies and answers are typed by its documents.

import createFetchClient, { type Client, type ClientOptions } from "openapi-fetch";
import type { paths as BookingFlowPaths } from "./bookingflow.js";
import type { paths as BooqaraPaths } from "./booqara.js";
import type { paths as BooxiPaths } from "./booxi.js";
import type { paths as V1Paths } from "./v1.js";

export type { components as V1, operations as V1Operations } from "./v1.js";

export interface Server {
  /** Where it is: https://book.example.com */
  baseUrl: string;
  /** A key of the business. */
  key: string;
  /** Another `fetch`, headers and the like. */
  options?: Omit<ClientOptions, "baseUrl">;
}

function client<Paths extends {}>(server: Server, header: string, value: string): Client<Paths> {
  const made = createFetchClient<Paths>({ ...server.options, baseUrl: server.baseUrl });
  made.use({
    onRequest({ request }) {
      request.headers.set(header, value);
    },
  });
  return made;
}

/** The native API. */
export function createClient(server: Server): Client<V1Paths> {
  return client<V1Paths>(server, "Authorization", `Bearer ${server.key}`);
}

export function createBooxiClient(server: Server): Client<BooxiPaths> {
  return client<BooxiPaths>(server, "Booxi-APIKey", server.key);
}

export function createBooqaraClient(server: Server): Client<BooqaraPaths> {
  return client<BooqaraPaths>(server, "x-private-key", server.key);
}

export function createBookingFlowClient(server: Server): Client<BookingFlowPaths> {
  return client<BookingFlowPaths>(server, "Authorization", `Bearer ${server.key}`);
}
