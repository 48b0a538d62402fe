/** Hetzner's error bodies: one class, and a maker for each code the API answers with. */

/** A field of a request that broke a rule, as `details.fields` names it. */
export interface FieldProblem {
  name: string;
  messages: string[];
}

/** An answer of the API that is not a success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: unknown = null,
  ) {
    super(message);
  }

  /** The body as the API sends it. */
  body(): { error: { code: string; message: string; details: unknown } } {
    return { error: { code: this.code, message: this.message, details: this.details } };
  }
}

/** The HTTP status that goes with an error code; 422 for those that name a broken rule of one resource. */
const statusOf: Record<string, number> = {
  json_error: 400,
  unauthorized: 401,
  forbidden: 403,
  resource_limit_exceeded: 403,
  token_readonly: 403,
  not_found: 404,
  deprecated_api_endpoint: 410,
  uniqueness_error: 409,
  conflict: 409,
  resource_in_use: 409,
  firewall_already_applied: 409,
  server_already_attached: 409,
  load_balancer_already_attached: 409,
  resource_unavailable: 412,
  placement_error: 412,
  locked: 423,
  protected: 423,
  rate_limit_exceeded: 429,
  server_error: 500,
  service_error: 503,
  maintenance: 503,
  timeout: 504,
};

/** The error with this code, at the status the API uses for it. */
export function failure(code: string, message: string, details: unknown = null): ApiError {
  return new ApiError(statusOf[code] ?? 422, code, message, details);
}

/** `invalid_input` with the fields that are wrong. */
export function invalidInput(fields: FieldProblem[]): ApiError {
  const names = fields.map((field) => `'${field.name}'`).join(", ");
  const what = fields.length === 1 ? `field ${names}` : `fields ${names}`;
  const why = fields.flatMap((field) => field.messages).join("; ");
  return failure("invalid_input", `invalid input in ${what}: ${why}`, { fields });
}

/** `invalid_input` for one field. */
export function invalidField(name: string, message: string): ApiError {
  return invalidInput([{ name, messages: [message] }]);
}

/** `not_found` for a resource of a kind. */
export function notFound(kind: string, id: number | string): ApiError {
  return failure("not_found", `${kind} with ID '${id}' not found`);
}

/** `uniqueness_error` for a name or another field that is taken. */
export function notUnique(kind: string, field: string): ApiError {
  return failure("uniqueness_error", `${kind} ${field} is already used`, { fields: [{ name: field }] });
}
