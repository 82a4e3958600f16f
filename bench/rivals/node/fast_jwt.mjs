// fast-jwt, its cache on (of the default size, 1000 tokens) or off as RIVAL_CACHE says.
import { createVerifier } from 'fast-jwt'
import { readKey, run } from './rival.mjs'

await run((setting) => {
  const { algorithm, issuer, audience } = setting
  const verify = createVerifier({
    key: readKey(setting),
    algorithms: [algorithm],
    allowedIss: issuer,
    allowedAud: audience,
    requiredClaims: ['exp', 'iss', 'aud'],
    cache: process.env.RIVAL_CACHE === 'on'
  })
  return (tokens) => {
    let accepted = 0
    for (const token of tokens) {
      try {
        verify(token)
        ++accepted
      } catch {
        // rejected
      }
    }
    return accepted
  }
})
