// jose: asynchronous, over WebCrypto. The tokens of a call are verified at the same time, as a busy server would.
import { webcrypto } from 'node:crypto'
import { importSPKI, jwtVerify } from 'jose'
import { readKey, run } from './rival.mjs'

await run(async (setting) => {
  const { algorithm, issuer, audience } = setting
  const key =
    algorithm === 'HS256'
      ? await webcrypto.subtle.importKey('raw', readKey(setting), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
      : await importSPKI(readKey(setting), algorithm)
  const options = { algorithms: [algorithm], issuer, audience, requiredClaims: ['exp'] }
  const accepts = (token) => jwtVerify(token, key, options).then(() => 1, () => 0)
  return async (tokens) => (await Promise.all(tokens.map(accepts))).reduce((sum, one) => sum + one, 0)
})
