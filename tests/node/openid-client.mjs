// openid-client, as its documentation uses it, against the site given as the only argument.
import * as client from "openid-client";
import { ask, check, fails } from "./person.mjs";

const site = new URL(process.argv[2]);
const redirect = "http://127.0.0.1:9999/cb";
const options = { algorithm: "oauth2", execute: [client.allowInsecureRequests] };
const authentications = {
  none: () => client.None(),
  client_secret_post: (secret) => client.ClientSecretPost(secret),
  client_secret_basic: (secret) => client.ClientSecretBasic(secret),
};
const device = "urn:ietf:params:oauth:grant-type:device_code";

async function session(config, more = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirect,
    scope: "read profile",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    ...more,
  });
  const back = new URL(await ask({ open: url.href }));
  const resource = more.resource ? { resource: more.resource } : undefined;
  return client.authorizationCodeGrant(
    config, back, { pkceCodeVerifier: verifier, expectedState: state }, resource,
  );
}

for (const method of ["none", "client_secret_post", "client_secret_basic"]) {
  // RFC 7591
  const isPublic = method === "none";
  const registered = await client.dynamicClientRegistration(
    site,
    {
      client_name: "openid-client",
      redirect_uris: [redirect],
      grant_types: ["authorization_code", "refresh_token", device],
      token_endpoint_auth_method: method,
      scope: "read profile",
    },
    undefined,
    options,
  );
  // RFC 8414
  const found = registered.clientMetadata();
  const config = await client.discovery(
    site,
    found.client_id,
    isPublic ? undefined : found.client_secret,
    authentications[method](found.client_secret),
    options,
  );
  check(config.serverMetadata().supportsPKCE(), "PKCE is announced");

  // RFC 6749 §4.1, RFC 7636, RFC 9207, RFC 8707
  const tokens = await session(config, { resource: site.href });
  check(tokens.scope === "read profile", "the scope is what was asked for");
  const user = await client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck);
  check(user.preferred_username, "userinfo names the user");

  // RFC 6749 §6
  const second = await client.refreshTokenGrant(config, tokens.refresh_token);
  check(second.refresh_token !== tokens.refresh_token, "it rotates");

  if (!isPublic) {
    // RFC 7662
    const alive = await client.tokenIntrospection(config, second.access_token);
    check(alive.active && alive.sub === user.sub, "introspection describes it");
  }
  // RFC 7009
  await client.tokenRevocation(config, second.refresh_token);
  await fails(client.refreshTokenGrant(config, second.refresh_token), "invalid_grant");

  // A replay ends all
  const third = await session(config);
  const fourth = await client.refreshTokenGrant(config, third.refresh_token);
  await fails(client.refreshTokenGrant(config, third.refresh_token), "invalid_grant");
  await fails(client.refreshTokenGrant(config, fourth.refresh_token), "invalid_grant");

  // RFC 8628
  const pending = await client.initiateDeviceAuthorization(config, { scope: "read" });
  await ask({ connect: pending.verification_uri_complete });
  const onDevice = await client.pollDeviceAuthorizationGrant(config, pending);
  check(onDevice.access_token, "the device has a token");
}
console.log(JSON.stringify({ done: true }));
