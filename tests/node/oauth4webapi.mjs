// oauth4webapi, as its documentation uses it, against the site given as the only argument.
import * as oauth from "oauth4webapi";
import { ask, check } from "./person.mjs";

const site = new URL(process.argv[2]);
const redirect = "http://127.0.0.1:9999/cb";
const insecure = { [oauth.allowInsecureRequests]: true };

// RFC 9728
const protectedResource = await oauth.processResourceDiscoveryResponse(
  site, await oauth.resourceDiscoveryRequest(site, insecure),
);
check(protectedResource.authorization_servers[0] === site.origin, "the resource names its server");

// RFC 8414
const server = await oauth.processDiscoveryResponse(
  site, await oauth.discoveryRequest(site, { algorithm: "oauth2", ...insecure }),
);

// RFC 7591
const registered = await oauth.processDynamicClientRegistrationResponse(
  await oauth.dynamicClientRegistrationRequest(
    server,
    {
      client_name: "oauth4webapi",
      redirect_uris: [redirect],
      grant_types: ["authorization_code", "refresh_token", "client_credentials"],
      scope: "read profile",
    },
    insecure,
  ),
);
const client = { client_id: registered.client_id };
const authentication = oauth.ClientSecretBasic(registered.client_secret);

// RFC 6749 §4.1, RFC 7636, RFC 9207
const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const url = new URL(server.authorization_endpoint);
url.searchParams.set("client_id", client.client_id);
url.searchParams.set("redirect_uri", redirect);
url.searchParams.set("response_type", "code");
url.searchParams.set("scope", "read profile");
url.searchParams.set("code_challenge", await oauth.calculatePKCECodeChallenge(verifier));
url.searchParams.set("code_challenge_method", "S256");
url.searchParams.set("state", state);
const parameters = oauth.validateAuthResponse(server, client, new URL(await ask({ open: url.href })), state);
const tokens = await oauth.processAuthorizationCodeResponse(
  server,
  client,
  await oauth.authorizationCodeGrantRequest(
    server, client, authentication, parameters, redirect, verifier, insecure,
  ),
);

// A protected resource, with and without a live token (RFC 6750)
const userinfo = new URL(server.userinfo_endpoint);
const answer = await oauth.protectedResourceRequest(tokens.access_token, "GET", userinfo, undefined, undefined, insecure);
check(answer.status === 200, "the token works");
try {
  await oauth.protectedResourceRequest("dead", "GET", userinfo, undefined, undefined, insecure);
  check(false, "a dead token is refused");
} catch (error) {
  check(error.cause?.[0]?.parameters.error === "invalid_token", "the challenge can be read");
}

// RFC 6749 §6
const second = await oauth.processRefreshTokenResponse(
  server,
  client,
  await oauth.refreshTokenGrantRequest(server, client, authentication, tokens.refresh_token, insecure),
);

// RFC 7662, RFC 7009
const introspect = async (token) =>
  oauth.processIntrospectionResponse(
    server, client, await oauth.introspectionRequest(server, client, authentication, token, insecure),
  );
check((await introspect(second.access_token)).active, "the new token is active");
check(!(await introspect(tokens.access_token)).active, "the old one is not");
await oauth.processRevocationResponse(
  await oauth.revocationRequest(server, client, authentication, second.access_token, insecure),
);
check(!(await introspect(second.access_token)).active, "a revoked token is not active");

// RFC 6749 §4.4
const own = await oauth.processClientCredentialsResponse(
  server,
  client,
  await oauth.clientCredentialsGrantRequest(server, client, authentication, { scope: "read" }, insecure),
);
check(own.scope === "read", "an app token");
console.log(JSON.stringify({ done: true }));
