/** The plugin's answers, asked as the engine asks: by its calls, without a network between. */
import type { handleUnaryCall } from "@grpc/grpc-js";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { service } from "../../../provider/service";

/** Values as the engine sends them. */
export const struct = (values: object): Struct =>
  Struct.fromJavaScript(values as Record<string, JavaScriptValue>);

/** The calls of a plugin with these resources. */
export function callsOf(
  resources: Record<string, object>,
): <Response>(name: string, request: object) => Promise<Response> {
  const calls = service({ resources, version: "1.0.0", schema: "{}", cancel: () => undefined });
  return <Response>(name: string, request: object) => {
    const call = calls[name] as handleUnaryCall<object, Response>;
    return new Promise<Response>((resolve, reject) => {
      call({ request } as Parameters<typeof call>[0], (error, response) => {
        if (error !== null) reject(new Error(error.details));
        else resolve(response as Response);
      });
    });
  };
}
