// masto.js, as its documentation uses it, against the site given as the only argument.
import { createOAuthAPIClient, createRestAPIClient } from "masto";
import { ask, check } from "./person.mjs";

const url = process.argv[2];
const redirectUri = "http://127.0.0.1:9999/cb";
const scope = "read write:follows";
const anybody = createRestAPIClient({ url });
const oauth = createOAuthAPIClient({ url });

async function refused(promise, message) {
  const found = await promise.then(() => "nothing", (error) => error.message);
  check(found === message, `${found} is ${message}`);
}

const app = await anybody.v1.apps.create({
  clientName: "masto.js", redirectUris: [redirectUri], scopes: scope, website: "https://app.example",
});
const address = new URL("/oauth/authorize", url);
address.search = new URLSearchParams({
  client_id: app.clientId, redirect_uri: redirectUri, response_type: "code", scope,
});
const back = new URL(await ask({ open: address.href }));
const credentials = { clientId: app.clientId, clientSecret: app.clientSecret };
const token = await oauth.token.create({
  ...credentials, redirectUri, scope, grantType: "authorization_code", code: back.searchParams.get("code"),
});
check(token.scope === scope, "the scope is what was asked for");

const masto = createRestAPIClient({ url, accessToken: token.accessToken });
const me = await masto.v1.accounts.verifyCredentials();
check((await masto.v1.apps.verifyCredentials()).name === "masto.js", "the token is this app's");
const bob = await anybody.v1.accounts.lookup({ acct: "bob" });
check((await masto.v1.accounts.$select(bob.id).follow()).following, "one follows");
const [relation] = await masto.v1.accounts.relationships.fetch({ id: [bob.id] });
check(relation.following && relation.id === bob.id, "and is told so");
const followed = masto.v1.accounts.$select(me.id).following;
check((await followed.list())[0].acct === "bob", "the list has it");

// Page by page, by the Link header
const names = [];
for await (const page of anybody.v1.accounts.$select(bob.id).followers.list({ limit: 2 })) {
  names.push(...page.map((account) => account.username));
}
check(names.length === 6 && new Set(names).size === 6, `${names} are bob's six followers, each once`);

check((await masto.v2.search.list({ q: "bob", type: "accounts" })).accounts[0].id === bob.id, "search finds bob");
check((await anybody.v2.instance.fetch()).version.startsWith("4."), "the site has a version");
check(!(await masto.v1.accounts.$select(bob.id).unfollow()).following, "one follows no longer");
await refused(anybody.v1.accounts.$select("0").fetch(), "Record not found");
await refused(masto.v1.accounts.$select(bob.id).block(), "Record not found");

const own = await oauth.token.create({ ...credentials, grantType: "client_credentials", redirectUri, scope: "read" });
await refused(
  createRestAPIClient({ url, accessToken: own.accessToken }).v1.accounts.verifyCredentials(),
  "This method requires an authenticated user",
);
await oauth.revoke({ ...credentials, token: token.accessToken });
await refused(masto.v1.accounts.verifyCredentials(), "The access token is invalid");
console.log(JSON.stringify({ done: true }));
