/**
 * `compileStreaming` and `instantiateStreaming` (WebAssembly Web API): from responses. The whole response is read
 * before it is compiled.
 */

/**
 * The bytes of a response of type `application/wasm`, or of a promise of one. Rejects with a TypeError for all else,
 * and for failed responses.
 */
export async function responseBytes(source: unknown): Promise<ArrayBuffer> {
  const response = await source;
  if (typeof Response === "undefined" || !(response instanceof Response))
    throw new TypeError("a Response, or a promise of one, expected");
  const type = response.headers.get("Content-Type");
  if (type?.trim().toLowerCase() !== "application/wasm")
    throw new TypeError(`the response's type is ${type ?? "missing"}, not application/wasm`);
  if (!response.ok) throw new TypeError(`the response's status is ${response.status}`);
  return response.arrayBuffer();
}
