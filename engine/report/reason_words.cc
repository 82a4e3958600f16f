#include "report/reason_words.h"

namespace assay::report {

// The compiler asks for the words of a new reason. A function of cases only, so it may be long.
ReasonWords words_of(Reason reason) noexcept {
  using enum Proof;
  switch (reason) {
    case Reason::malformed_record:
      return {no_token, "the input has other lines than those that assay was told to read",
              "look at one of the lines; --token-field names the field that holds the token"};
    case Reason::missing_token:
      return {no_token, "requests without a token, or a log format that leaves it out",
              "nothing, if these requests need no token"};
    case Reason::missing_time:
      return {cannot_tell, "a log format whose time assay did not find, or lines before the first time of a file",
              "run assay audit --explain-input on the file, then name the time with --time-field or --time-format"};
    case Reason::token_too_large:
      return {not_valid, "a token with very many claims, or an attempt to make the server work",
              "if the issuer makes such tokens, allow them with --max-token-bytes"};
    case Reason::token_redacted:
      return {cannot_tell, "the logger masks tokens", "look for the same requests in a log that is not masked"};
    case Reason::other_credential:
      return {no_token, "clients that log in by other means: Basic, API keys, opaque tokens",
              "nothing, if the service takes these credentials"};
    case Reason::encrypted_token:
      return {cannot_tell, "an issuer that encrypts its tokens (JWE)",
              "only the recipient can decrypt it; audit the recipient's own log"};
    case Reason::signature_redacted:
      return {cannot_tell, "the logger masks signatures, or cuts long lines",
              "look for the same requests in a log that holds the whole token"};
    case Reason::malformed_token:
      return {cannot_tell, "the logger cut or changed the token; rarely, a client that sends no token at all",
              "look at one of the lines; if the log is whole, the client is at fault"};
    case Reason::malformed_header:
      return {not_valid, "a faulty issuer, or somebody who tries what the server takes",
              "find the client; if its tokens come from your issuer, the issuer has to mend them"};
    case Reason::critical_header:
      return {not_valid, "an issuer that uses an extension of JWS, or an attempt to confuse the server",
              "find out who makes these tokens; a server must refuse what it does not understand"};
    case Reason::algorithm_not_allowed:
      return {not_valid,
              "forged tokens: alg none, or HS256 with a public key for its secret; or a new algorithm of the issuer",
              "look at the algorithms below; if the server answered them as good, it trusts the token's own alg"};
    case Reason::key_not_found:
      return {not_valid, "a token of another environment (staging, development), or keys that this run was not given",
              "compare the kids with those of your issuers; give older key sets with --jwks if they are yours"};
    case Reason::key_ambiguous:
      return {not_valid, "an issuer that names no kid and has several keys",
              "have the issuer write a kid, or give only the key that it used"};
    case Reason::key_mismatch:
      return {
          not_valid,
          "a key whose kty, crv, alg or use does not fit the token's algorithm: a faulty key set, or a forged header",
          "compare the key with the token's alg: assay inspect shows both"};
    case Reason::signature_invalid:
      return {not_valid, "a forged or altered token, or another key under the same kid",
              "find the clients; if the server answered them as good, it does not check signatures"};
    case Reason::malformed_claims:
      return {not_valid, "a faulty issuer: the signature is valid, the payload is no JSON object",
              "have the issuer mend it"};
    case Reason::claim_type:
      return {not_valid, "an issuer that writes times as text, or a list where a text belongs",
              "have the issuer mend it"};
    case Reason::token_expired:
      return {not_valid, "clients that go on with old tokens; clocks that differ by seconds",
              "a few seconds late is harmless (--leeway 30s); hours or days late and answered as good: the server does "
              "not check exp"};
    case Reason::token_not_yet_valid:
      return {not_valid, "clocks that differ by seconds; tokens made for later",
              "compare the clocks of the issuer and of the servers"};
    case Reason::token_lifetime:
      return {not_valid, "an issuer that makes tokens which live longer than the policy wants",
              "have the issuer shorten them, or allow more with --max-lifetime"};
    case Reason::issuer_mismatch:
      return {not_valid, "a token of another issuer: another environment, or a service that takes any issuer's tokens",
              "if the server answered them as good, it does not check iss"};
    case Reason::issuer_key_mismatch:
      return {
          not_valid,
          "a signer that writes another issuer's name into its tokens, by mistake or to be taken for that issuer; or a "
          "key listed under the wrong issuer",
          "ask whoever holds the key why; servers must take a key only for the tokens of its own issuer"};
    case Reason::audience_mismatch:
      return {not_valid, "a token that was made for another service and is used here",
              "if the server answered them as good, it does not check aud, and any service can use its callers' tokens "
              "here"};
    case Reason::scope_missing:
      return {not_valid, "a client that was not granted what it asks for", "nothing, if the server refused it"};
    case Reason::claim_mismatch:
      return {not_valid, "a token of another client or tenant",
              "if the server answered them as good, it does not check the claim"};
    case Reason::type_mismatch:
      return {not_valid, "an ID token or another kind of token in place of an access token",
              "if the server answered them as good, it does not check typ"};
    case Reason::key_not_yet_valid:
      return {not_valid,
              "a new key that signs before its time; a clock that is wrong; or a wrong time in the trust file",
              "compare the key's not_before with when it was really made, and the clocks of signer and server"};
    case Reason::key_retired:
      return {
          not_valid,
          "a service that still trusts the old key; clients with tokens from before; or somebody who has the old key",
          "remove the key from every server's set; see which clients still use it"};
    case Reason::key_compromised:
      return {not_valid, "the key has leaked: whoever has it signs any token; honest clients are caught as well",
              "remove the key from every server's set; treat what these requests did as unauthorised until it is "
              "explained"};
    case Reason::token_revoked:
      return {not_valid, "a token that was revoked is still in use",
              "if the server answered it as good, it does not look at the list of revoked tokens; find the client"};
    case Reason::unknown_token:
      return {not_valid, "a token that is not in the table of static tokens",
              "add it to the table, or find the client"};
  }
  return {Proof::not_valid, {}, {}};
}

}  // namespace assay::report
