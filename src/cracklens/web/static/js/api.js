// The HTTP interface of the desk.

export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function answer(response) {
  if (response.ok) {
    return response.status === 204 ? null : response.json();
  }
  let detail = `${response.status} ${response.statusText}`;
  try {
    const body = await response.json();
    detail = typeof body.detail === "string" ? body.detail : JSON.stringify(body.detail);
  } catch {
    // not JSON: the status says enough
  }
  throw new Refused(response.status, detail);
}

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(`/api/v1${path}`, { credentials: "same-origin", ...options });
  } catch {
    throw new Refused(0, "The server does not answer. Is `cracklens serve` still running?");
  }
  return answer(response);
}

export const read = (path) => request(path);

export const send = (path, body, method = "POST") =>
  request(path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
