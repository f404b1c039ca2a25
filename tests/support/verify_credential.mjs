// Verifies credentials with Digital Bazaar's libraries, which share no code with ours.
// usage: node verify_credential.mjs NODE_MODULES CONTEXTS.json < CREDENTIALS.json
// CONTEXTS maps addresses to files; CREDENTIALS is a list. Prints a list of {verified, error}.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, contexts] = process.argv.slice(2);
const require_ = createRequire(join(resolve(modules), 'package.json'));
const load = (name) => import(pathToFileURL(require_.resolve(name)).href);

const vc = await load('@digitalbazaar/vc');
const { cryptosuite } = await load('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
const { DataIntegrityProof } = await load('@digitalbazaar/data-integrity');

const carried = JSON.parse(readFileSync(contexts, 'utf8'));
const DID = 'https://www.w3.org/ns/did/v1';
const MULTIKEY = 'https://w3id.org/security/multikey/v1';

const documentLoader = async (url) => {
  if (url.startsWith('did:key:')) {
    return { contextUrl: null, documentUrl: url, document: keyDocument(url) };
  }
  if (!(url in carried)) {
    throw new Error(`no document at ${url}`);
  }
  const document = JSON.parse(readFileSync(carried[url], 'utf8'));
  return { contextUrl: null, documentUrl: url, document };
};

function keyDocument(url) {
  const [did, fragment] = url.split('#');
  const multibase = did.replace('did:key:', '');
  const method = {
    '@context': MULTIKEY,
    id: `${did}#${multibase}`,
    type: 'Multikey',
    controller: did,
    publicKeyMultibase: multibase,
  };
  const { '@context': _, ...inner } = method;
  return fragment
    ? method
    : { '@context': [DID, MULTIKEY], id: did, verificationMethod: [inner], assertionMethod: [method.id] };
}

const answers = [];
for (const credential of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    const suite = new DataIntegrityProof({ cryptosuite });
    const result = await vc.verifyCredential({ credential, suite, documentLoader });
    answers.push({ verified: result.verified, error: result.verified ? null : told(result.error) });
  } catch (error) {
    answers.push({ verified: false, error: told(error) });
  }
}
function told(error) {
  const inner = error?.errors?.map((one) => `${one.message} ${one.cause?.message ?? ''}`).join('; ');
  return inner || String(error?.message ?? error);
}
process.stdout.write(JSON.stringify(answers));
