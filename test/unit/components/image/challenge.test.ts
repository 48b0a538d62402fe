/** The challenges of registries, as they really send them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseChallenges, wantedBy } from "../../../../components/image/challenge";

describe("a challenge", () => {
  it.each<[string, string, ReturnType<typeof wantedBy>]>([
    [
      "Docker Hub",
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull"',
      {
        kind: "token",
        realm: "https://auth.docker.io/token",
        service: "registry.docker.io",
        scopes: ["repository:library/nginx:pull"],
      },
    ],
    [
      "ghcr.io",
      'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:acme/shop:pull"',
      {
        kind: "token",
        realm: "https://ghcr.io/token",
        service: "ghcr.io",
        scopes: ["repository:acme/shop:pull"],
      },
    ],
    [
      "GitLab, an error behind it and a realm with a query",
      'Bearer realm="https://gitlab.com/jwt/auth?a=b",service="container_registry",scope="repository:a/b:pull",error="invalid_token"',
      {
        kind: "token",
        realm: "https://gitlab.com/jwt/auth?a=b",
        service: "container_registry",
        scopes: ["repository:a/b:pull"],
      },
    ],
    [
      "Google, without a scope",
      'Bearer realm="https://gcr.io/v2/token",service="gcr.io"',
      { kind: "token", realm: "https://gcr.io/v2/token", service: "gcr.io", scopes: [] },
    ],
    [
      "ECR",
      'Basic realm="https://1.dkr.ecr.eu-central-1.amazonaws.com/",service="ecr.amazonaws.com"',
      { kind: "basic" },
    ],
    [
      "several scopes in one",
      'Bearer realm="https://a.test/t",scope="repository:a/shop:pull,push repository:a/base:pull"',
      {
        kind: "token",
        realm: "https://a.test/t",
        scopes: ["repository:a/shop:pull,push", "repository:a/base:pull"],
      },
    ],
    [
      "parameters without quotes, in capitals, with blanks",
      "bEaReR  Realm = https://a.test/t?x=y , SERVICE=a.test",
      { kind: "token", realm: "https://a.test/t?x=y", service: "a.test", scopes: [] },
    ],
    [
      "several, of which a token comes before the login",
      'Negotiate YII=, Basic realm="a, \\"b\\"", Bearer realm="https://a.test/t"',
      { kind: "token", realm: "https://a.test/t", scopes: [] },
    ],
    ["the login behind what nobody knows", 'Digest realm="x", nonce="y", Basic realm=x', { kind: "basic" }],
    ["a token from nowhere", 'Bearer service="x"', undefined],
    ["nothing", "", undefined],
  ])("of %s", (_, header, wanted) => {
    expect(wantedBy(header)).toEqual(wanted);
  });

  it("is read again as it was written", () => {
    const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,9}$/);
    const value = fc.string({ maxLength: 30 });
    const challenge = fc.record({
      scheme: token.map((text) => text.toLowerCase()),
      parameters: fc.dictionary(
        token.map((text) => text.toLowerCase()),
        value,
        { minKeys: 1, maxKeys: 4 },
      ),
    });
    fc.assert(
      fc.property(fc.array(challenge, { maxLength: 4 }), (challenges) => {
        const header = challenges
          .map(({ scheme, parameters }) => {
            const all = Object.entries(parameters).map(
              ([name, text]) => `${name}="${text.replaceAll(/["\\]/g, "\\$&")}"`,
            );
            return `${scheme} ${all.join(",")}`;
          })
          .join(", ");
        expect(parseChallenges(header)).toEqual(
          challenges.map(({ scheme, parameters }) => ({ scheme, parameters: { ...parameters } })),
        );
      }),
    );
  });

  it("ends whatever a header holds", () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (header) => Array.isArray(parseChallenges(header))));
  });
});
