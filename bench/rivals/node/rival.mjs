// What the rivals in JavaScript share: arguments, the tokens in memory, the timed loop, the line printed.
//
// A rival calls run() with what makes its verifier. The face of the program, PROGRAM ALG KEYS TOKENS SECONDS ISS AUD, its
// output and its exit status are those of all rivals: ../README.md.
import { readFileSync } from 'node:fs'

const STRIDE = 64 // tokens between two looks at the clock

// The key as text (PEM) or, of HS256, as bytes.
export function readKey({ algorithm, keys }) {
  return algorithm === 'HS256' ? readFileSync(`${keys}/secret`) : readFileSync(`${keys}/public.pem`, 'utf8')
}

// makeVerifier({ algorithm, keys, issuer, audience }) returns a function of some tokens that returns, or promises, how
// many of them it accepts.
export async function run(makeVerifier) {
  if (process.argv.length !== 8) {
    console.error('usage: rival ALG KEYS TOKENS SECONDS ISS AUD')
    process.exit(2)
  }
  const [algorithm, keys, path, seconds, issuer, audience] = process.argv.slice(2)
  if (!['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'HS256'].includes(algorithm)) process.exit(3)
  const countAccepted = await makeVerifier({ algorithm, keys, issuer, audience })
  const tokens = readFileSync(path, 'latin1').trimEnd().split('\n')

  let next = 0
  // From where the last call stopped. Resolves to [accepted, all].
  const verify = async () => {
    const some = tokens.slice(next, next + STRIDE)
    next = next + some.length === tokens.length ? 0 : next + some.length
    return [await countAccepted(some), some.length]
  }
  const milliseconds = Number(seconds) * 1000
  if (milliseconds > 0) {
    // A file that repeats tokens is read once whole, so that a cache is full.
    if (new Set(tokens).size < tokens.length / 2) do await verify(); while (next !== 0)
    // The compiler of the engine takes its time.
    const warm = Math.max(500, milliseconds / 3)
    for (const start = performance.now(); performance.now() < start + warm; ) await verify()
  }
  let verified = 0
  let all = 0
  const start = performance.now()
  const cpu = process.cpuUsage()
  do {
    const [accepted, count] = await verify()
    verified += accepted
    all += count
  } while (milliseconds > 0 ? performance.now() < start + milliseconds : next !== 0)
  const spent = process.cpuUsage(cpu)
  console.log(
    JSON.stringify({
      verified,
      rejected: all - verified,
      cpu_seconds: (spent.user + spent.system) / 1e6,
      wall_seconds: (performance.now() - start) / 1e3
    })
  )
}
