// The person beside the program: asked by a line on standard output, answered by a line on standard input.
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

export async function ask(question) {
  console.log(JSON.stringify(question));
  return (await lines.next()).value;
}

export function check(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
}

export async function fails(promise, error) {
  try {
    await promise;
  } catch (found) {
    const said = found.error ?? found.cause?.error ?? found.cause?.[0]?.parameters?.error;
    check(said === error, `${said} is ${error}`);
    return;
  }
  throw new Error(`did not fail with ${error}`);
}
